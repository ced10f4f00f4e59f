import { describe, expect, it } from 'vitest';
import { randomCases, randomSeed } from '../../../../tools/test-scope.js';
import {
  Authorizer,
  isPolarError,
  nullable,
  optional,
  renderExplanation,
  renderExplanationPage,
  secret,
  typed,
  type Explanation,
  type ExplainOptions,
} from '../index.js';
import { randomFrom } from './random-policies.fixture.js';

const marker = 'marker-7391';

class User {
  readonly #email: string;
  readonly profile: { readonly email: string; readonly tags: readonly string[] };
  readonly friends: readonly User[];
  constructor(
    readonly id: number,
    readonly email: string,
    readonly emails: readonly string[] = [email, `${email}.org`],
    depth = 1,
  ) {
    this.#email = email;
    this.profile = { email, tags: [email] };
    this.friends = depth === 0 ? [] : [new User(id + 1, email, emails, 0)];
  }
  get mail(): string {
    return this.#email;
  }
  address(): string {
    return `<${this.email}>`;
  }
  shouted(): string {
    return this.email.toUpperCase();
  }
  later(): Promise<string> {
    return Promise.resolve(this.email);
  }
  check(email: string): string {
    return `checked ${email}`;
  }
  fail(): never {
    throw new Error(`cannot send to ${this.email}`);
  }
  get broken(): never {
    throw new Error(`no mail for ${this.email}`);
  }
}
class Doc {
  constructor(
    readonly id: number,
    readonly owner: User,
  ) {}
}

/** Conditions that read an email, each in another way. None holds. */
const shapes = [
  'u.email = "x"',
  'e = u.email and e = "x"',
  'e := u.email and e = "x"',
  'same(u.email, "x")',
  'same(e, "x") and e = u.email',
  'u matches User{email: "x"}',
  'u matches User{email: e} and e = "x"',
  'u matches {email: e} and e = "x"',
  'e in u.emails and e = "x"',
  'e in [u.email, "a"] and e = "x"',
  '[e, *rest] = u.emails and e = "x" and rest = []',
  '[_, *rest] = u.emails and rest = []',
  '"a".concat(u.email) = "x"',
  'u.email.slice(2) = "x"',
  'u.email.length = 3',
  'k = "email" and u.(k) = "x"',
  'k in ["email"] and e = u.(k) and e = "x"',
  'forall(e in u.emails, e = "x")',
  'not (e = u.email and e != "x")',
  'u.address() = "x"',
  'u.shouted() = "x"',
  'u.later() = "x"',
  'u.check(u.email) = "x"',
  'u.profile.email = "x"',
  'p = u.profile and e = p.email and e = "x"',
  'f in u.friends and f.email = "x"',
  'f in u.friends and f.address() = "x"',
  'd = {e: u.email} and d.e = "x"',
  'u.email < 3',
  'u.email.nothing = "x"',
  'u.email + 1 = 2',
  'u.email in ["x", "y"]',
  'e = u.email and (e = "x" or e = "y")',
  'u.mail = "x"',
  'has_mail(u, e) and e = "x"',
  'doc.owner = u and doc.owner.email = "x"',
];
const failing = ['u.fail() = "x"', 'u.broken = "x"', 'not u.fail() = "x"'];

const helpers = `
  same(a, b) if a = b;
  has_mail(u, e) if e = u.email;
`;

const hides = (name: string): boolean => /\.(emails?|mail)$/.test(name);
const mask: ExplainOptions['mask'] = (name) => (hides(name) ? '(hidden)' : undefined);
const fields = {
  id: 'Integer',
  email: secret('String'),
  emails: secret(['String']),
  mail: optional(secret('String')),
  profile: 'Dictionary',
  friends: ['User'],
  broken: nullable('String'),
} as const;

const load = (policies: string, isDeclared: boolean) =>
  Authorizer.load({
    policies,
    types: {
      User: isDeclared ? { class: User, key: 'id', fields } : { class: User, key: 'id' },
      Doc: { class: Doc, key: 'id' },
    },
    onWarning: () => {},
  });

const textsOf = (explanation: Explanation): string =>
  [renderExplanation(explanation), renderExplanationPage(explanation), JSON.stringify(explanation)].join(
    '\n',
  );

async function shownFor(condition: string, isDeclared: boolean, options: ExplainOptions): Promise<string> {
  const authorizer = await load(
    `allow(u: User, "read", doc: Doc) if doc.id = 1 and (${condition});${helpers}`,
    isDeclared,
  );
  const user = new User(7, marker);
  try {
    return textsOf(await authorizer.explain(user, 'read', new Doc(1, user), options));
  } catch (error) {
    if (!isPolarError(error)) throw error;
    return `${(error as Error).stack}\n${String((error as Error).cause)}`;
  }
}

const leak = new RegExp(marker, 'i');

describe('hidden values', () => {
  it.each([...shapes, ...failing])('a mask hides the email in %s', async (condition) => {
    const shown = await shownFor(condition, false, { mask });
    expect(shown).not.toMatch(leak);
  });

  it.each([...shapes, ...failing])('a secret field is hidden in %s', async (condition) => {
    // A field named `email` of a dictionary is hidden, because the type of the dictionary is not known.
    expect(await shownFor(condition, true, {})).not.toMatch(leak);
  });

  it.each(shapes)('a mask hides the email in the proof of not (%s)', async (condition) => {
    expect(await shownFor(`not (${condition})`, false, { mask })).not.toMatch(leak);
    expect(await shownFor(`1 = 1 or ${condition}`, false, { mask })).not.toMatch(leak);
  });

  describe('a secret that no own property holds', () => {
    class Card {
      readonly #text: string;
      constructor(text: string) {
        this.#text = text;
      }
      get text(): string {
        return this.#text;
      }
    }
    class Person {
      readonly id = 7;
      readonly #email: string;
      constructor(email: string) {
        this.#email = email;
      }
      get email(): string {
        return this.#email;
      }
      get age(): unknown {
        return this.#email;
      }
      get friend(): Person {
        return new Person(this.#email);
      }
      get later(): Promise<Person> {
        return Promise.resolve(this.friend);
      }
      card(): Card {
        return new Card(this.#email);
      }
      parts(): Set<string> {
        return new Set([this.#email]);
      }
      table(): Map<string, string> {
        return new Map([['email', this.#email]]);
      }
      *[Symbol.iterator](): Iterator<string> {
        yield this.#email;
      }
      fail(): never {
        throw new Error(`cannot send to ${this.#email}`, { cause: this.#email });
      }
    }

    it.each([
      'p.age = 1',
      'not p.age = 1',
      'p.friend.age > 1',
      'p.later.age = 1',
      'p.fail() = 1',
      'p.friend.fail() = 1',
      'p.later.fail() = 1',
      'p.card().text = "x"',
      'p.later.card().text = "x"',
      'card = p.card() and card matches {text: "x"}',
      'e in p.parts() and e = "x"',
      'e in p and e = "x"',
      '[_, e] in p.table() and e = "x"',
      'p.table().get("email") = "x"',
    ])('is hidden in %s', async (condition) => {
      const authorizer = await Authorizer.load({
        policies: `allow(p: Person, "read", _) if p.id = 7 and (${condition});`,
        types: {
          Card: { class: Card },
          Person: {
            class: Person,
            key: 'id',
            fields: {
              id: 'Integer',
              email: secret('String'),
              age: secret('Integer'),
              friend: 'Person',
              later: 'Person',
            },
          },
        },
        onWarning: () => {},
      });
      const shown = await authorizer
        .explain(new Person(marker), 'read', 'it')
        .then(textsOf, (error: Error) => `${error.stack}\n${String(error.cause)}`);
      expect(shown).not.toMatch(leak);
    });
  });

  it('a mask hides an attribute under the name that its object has in another rule', async () => {
    const authorizer = await load(
      'allow(u: User, "read", _: Doc) if other(u); other(x) if x.mail = "x";',
      false,
    );
    const user = new User(7, marker);
    const only: ExplainOptions = { mask: (name) => (name === 'u.mail' ? '(hidden)' : undefined) };
    const text = renderExplanation(await authorizer.explain(user, 'read', new Doc(1, user), only));
    expect(text).toContain('`x.mail = "x"`: (hidden) is not "x"');
  });

  it('hides a secret number, boolean, date and list wherever it appears', async () => {
    const at = new Date('2001-02-03T04:05:06.789Z');
    const authorizer = await Authorizer.load({
      policies: `allow(u: Row, "read", _) if n = u.n and b = u.b and at = u.at and l = u.l and same(n, b, at, l);
        same(n, b, at, [first, *_]) if n = 0 or b = 1 or at = 2 or first = 3 or n + 1 = 4;`,
      types: {
        Row: {
          fields: {
            n: secret('Integer?'),
            b: optional(secret(Boolean)),
            at: secret(nullable(Date)),
            l: [secret('Integer')],
          },
        },
      },
      onWarning: () => {},
    });
    const row = typed('Row', { n: 73_919, b: true, at, l: [88_123] });
    const text = textsOf(await authorizer.explain(row, 'read', 'it'));
    expect(text).not.toMatch(/73919|73920|true|2001-02|88123/);
    expect(text).toContain('`n = 0`: *** is not 0');
  });

  it('explains a rule about a secret field of many rows in linear time', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(u: User, "read", doc: Doc) if row in doc.rows and row.mail = u.email;',
      types: {
        User: { fields: { email: secret('String') } },
        Doc: { fields: { rows: ['Row'] } },
        Row: { fields: { mail: secret('String') } },
      },
      onWarning: () => {},
    });
    const rows = Array.from({ length: 20_000 }, (_, i) => ({ mail: `${i}@example.org` }));
    const [user, doc] = [typed('User', { email: marker }), typed('Doc', { rows })];
    // The default limit of 5 s ends an explanation that searches the list again for each row.
    const { outcome, misses } = await authorizer.explain(user, 'read', doc);
    expect([outcome, misses.length]).toEqual(['denied', 1]);
  });

  it('explains the kinds of values that are not hidden', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(u: User, "read", doc: Doc) if doc.owner = u.id or u.id = 7 and doc.owner = u.pin;',
      types: {
        User: { key: 'id', fields: { id: 'Integer', pin: secret('Integer') } },
        Doc: { fields: { owner: 'String' } },
      },
      onWarning: () => {},
    });
    const [user, doc] = [typed('User', { id: 7, pin: 73_919 }), typed('Doc', { owner: '8' })];
    const text = renderExplanation(await authorizer.explain(user, 'read', doc));
    expect(text).toContain('"8" is not 7; a string is never equal to a number');
    expect(text).toMatch(/"8" is not \*\*\* \(/);
  });

  it('shows the fields of other types that have the name of a secret field', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(u: User, "read", shop: Shop) if shop.email = u.email;',
      types: {
        User: { fields: { email: secret('String') } },
        Shop: { fields: { email: 'String' } },
      },
      onWarning: () => {},
    });
    const [user, shop] = [typed('User', { email: marker }), typed('Shop', { email: 'shop@x.org' })];
    const text = renderExplanation(await authorizer.explain(user, 'read', shop));
    expect(text).toContain('`shop.email = u.email`: "shop@x.org" is not ***');
  });

  it('throws an error of ours when the mask throws, or returns another value than a text', async () => {
    const authorizer = await load('allow(u: User, "read", _: Doc) if u.id = 1;', false);
    const explain = (own: unknown) =>
      authorizer.explain(new User(7, marker), 'read', new Doc(1, new User(8, 'b')), { mask: own as never });
    const cause = new TypeError('no name');
    await expect(
      explain(() => {
        throw cause;
      }),
    ).rejects.toMatchObject({
      code: 'POLAR_RUN_HOST_ERROR',
      message: 'the option `mask` threw: no name',
      cause,
    });
    await expect(explain(() => Promise.resolve('x'))).rejects.toMatchObject({
      code: 'POLAR_RUN_HOST_ERROR',
      message: expect.stringContaining('it must return a text or undefined, got object'),
    });
  });

  it('never shows a marker at a random place in the data of random policies', async () => {
    const random = randomFrom(randomSeed(7_391));
    const below = (n: number): number => Math.floor(random() * n);
    const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
    const condition = (depth: number, calls = true): string => {
      if (depth === 0 || below(3) === 0) return pick([...shapes, ...failing, 'u.id > 0', 'doc.id = 1']);
      const [a, b] = [condition(depth - 1, calls), condition(depth - 1, calls)];
      return pick([
        `(${a}) and (${b})`,
        `(${a}) or (${b})`,
        `not (${a})`,
        `forall(${a}, ${b})`,
        ...(calls ? ['rule(u, doc)'] : []),
      ]);
    };
    const leaks: string[] = [];
    let [explained, hidden] = [0, 0];
    for (let i = 0; i < randomCases(3_000); i++) {
      const source = `allow(u: User, "read", doc: Doc) if doc.id = 1 and u.id > 0 and (${condition(2)});
        allow(u: User, "read", doc: Doc) if u.id = doc.id or (${condition(1)});
        rule(u, doc) if u.id > 0 and doc.id = 1 and (${condition(1, false)});${helpers}`;
      const isDeclared = below(2) === 0;
      const authorizer = await load(source, isDeclared).catch(() => undefined);
      if (authorizer === undefined) continue;
      const secretly = pick([marker, `${marker}@x.org`, `a ${marker}`]);
      const user = new User(7, secretly, pick([undefined, [secretly], [], ['x', secretly]]));
      const doc = new Doc(1, pick([user, new User(8, secretly)]));
      let shown;
      try {
        shown = textsOf(await authorizer.explain(user, 'read', doc, isDeclared ? {} : { mask }));
        explained++;
      } catch (error) {
        shown = String((error as Error).stack) + String((error as Error).cause);
      }
      if (/\*\*\*|\(hidden\)/.test(shown)) hidden++;
      if (leak.test(shown)) leaks.push(`${isDeclared ? 'secret' : 'mask'}: ${source}\n${shown}`);
    }
    expect(leaks.slice(0, 3)).toEqual([]);
    expect(explained).toBeGreaterThan(randomCases(1_500));
    expect(hidden).toBeGreaterThan(randomCases(1_000));
  });
});
