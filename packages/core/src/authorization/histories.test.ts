import fc from 'fast-check';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import { checkPolicy } from '../policy/build/check-policy.js';
import { Authorizer, isPolarError, typed, type AuthorizerOptions } from '../index.js';

// An authorizer keeps facts about rules, classes and code from one question to the next. None of them may change an answer: a long-lived
// authorizer answers like one that is loaded anew for the question.

class Person {
  constructor(
    readonly id: unknown,
    readonly boss: unknown = null,
  ) {}
  isBoss() {
    return this.boss === null;
  }
  get broken(): unknown {
    throw new Error('not loaded');
  }
}
class Manager extends Person {}

const types: AuthorizerOptions['types'] = {
  Person: { class: Person, key: 'id' },
  Manager,
  User: { key: 'id', fields: { id: 'Any', doc: 'Doc?', any: 'Any' } },
  Doc: { fields: { id: 'Any', owner: 'User?', users: ['User'], any: 'Any', parent: 'Doc?' } },
};

const conditions = [
  'a = r',
  'not a = r',
  'r.owner = a',
  'not r.owner = a',
  'r.owner.doc = r',
  'not r.owner.doc = r',
  'not r.owner.doc.owner.id = 1',
  'r.any matches User',
  'not r.any matches User',
  'r matches Dictionary',
  'not r matches Dictionary',
  'a matches Integer',
  'not a matches Float',
  'not r matches Person',
  'r matches Manager',
  'u in r.users and u = a',
  'not a in r.users',
  'not blocked(a)',
  'blocked(r.id)',
  'not blocked(r.id)',
  'kind(r, "doc")',
  'not kind(r, "doc")',
  'not kind(a, "user")',
  'same(a, r)',
  'r.isBoss()',
  'not r.broken = 1',
  'a + 1 = 2',
  'not a < 2',
  'r.id in [1, "1", 1.5]',
  'forall(u in r.users, u.id = 1)',
  'deep(r, 0)',
];
const helpers = `
  used(_, _);
  blocked(1); blocked(2); blocked("1"); blocked(x: User) if x.id = 2; blocked(x: Manager) if x.id = 1;
  kind(_: Doc, "doc"); kind(_: User, "user"); kind(_: Dictionary, "any"); kind(_: List, "list"); kind(_, "none");
  same(x, y) if x = y; same(x: User, y: Doc) if y.owner = x;
  deep(x, n) if n < 3 and deep(x.parent, n + 1); deep(x, 3) if x.id = 1; deep(x, n) if n > 90 and deep(x, n + 1);
`;

const policies = fc
  .array(
    fc.tuple(
      fc.constantFrom('a', 'a: User', 'a: Person', '1'),
      fc.constantFrom('x', 'y'),
      fc.constantFrom('r', 'r: Doc', 'r: Dictionary', 'r: Person', 'r: Doc{id: 1}'),
      fc.subarray(conditions, { minLength: 1, maxLength: 2 }),
    ),
    { minLength: 2, maxLength: 6 },
  )
  .map(
    (rules) =>
      rules
        .map(([a, action, r, parts]) => {
          const body = parts.map((part) => (a === '1' ? part.replaceAll(/\ba\b/g, '1') : part)).join(' and ');
          return `allow(${a}, "${action}", ${r}) if used(${a === '1' ? 1 : 'a'}, r) and ${body};`;
        })
        .join('\n') + helpers,
  )
  .filter((policy) => checkPolicy([policy], { types }).every(({ severity }) => severity !== 'error'));

const realm = createContext();
const foreign = (text: string): unknown => runInContext(`(${text})`, realm) as unknown;

/** A document that its owner leads back to. */
function circle(tag: (name: 'User' | 'Doc', row: Record<string, unknown>) => object): object {
  const owner: Record<string, unknown> = { id: 1 };
  const doc: Record<string, unknown> = { id: 1, owner, users: [owner], any: owner, parent: null };
  Object.assign(owner, { doc, any: doc });
  return tag('Doc', doc);
}

const makers: readonly (() => unknown)[] = [
  () => 1,
  () => 2,
  () => 1.5,
  () => -0,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => 1n,
  () => '1',
  () => true,
  () => null,
  () => undefined,
  () => Object(1) as unknown,
  () => [1],
  () => new Date(0),
  () => new Person(1),
  () => new Manager(1, new Person(2)),
  () => new (class Other extends Person {})(1),
  () => Object.assign(Object.create(null) as object, { id: 1 }),
  () => ({ id: 1 }),
  () => ({ id: 2, owner: { id: 1 }, users: [{ id: 1 }, { id: 2 }], any: { id: 1 }, parent: null }),
  () => typed('User', { id: 1 }),
  () => typed('User', { id: 2, doc: null, any: 1 }),
  () => typed('Doc', { id: 1, owner: typed('User', { id: 1 }), users: [], any: null, parent: null }),
  () => typed('Doc', { id: '1', owner: { id: 1 }, users: [{ id: 1 }], any: { id: 1 }, parent: { id: 1 } }),
  () => typed('Unknown' as 'Doc', { id: 1 }),
  () => typed('User', new Person(1)),
  () => circle((_, row) => row),
  () => circle((name, row) => typed(name, row)),
  () => foreign('{ id: 1, owner: { id: 1 }, users: [] }'),
  () => foreign('[1]'),
  () => foreign('new Date(0)'),
  () =>
    typed('Doc', foreign('{ id: 1, owner: { id: 1 }, users: [{ id: 1 }], any: 1, parent: null }') as object),
  () => new Proxy(new Person(1), {}),
  () => Promise.resolve(1),
];

type Step =
  | { readonly kind: 'check' | 'actions' | 'abort'; readonly actor: number; readonly resource: number }
  | { readonly kind: 'reload'; readonly policy: string };
const value = fc.nat(makers.length - 1);
const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('check' as const), actor: value, resource: value }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('actions' as const), actor: value, resource: value }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('abort' as const), actor: value, resource: value }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reload' as const), policy: policies }) },
  ),
  { minLength: 5, maxLength: 25 },
);

async function outcomeOf(ask: () => unknown): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (!isPolarError(error)) throw error;
    return error.code;
  }
}

describe.each(['machine', 'source', 'closures'] as const)('a long-lived authorizer, in %s', (engine) => {
  const load = (policy: string) =>
    Authorizer.load({ policies: policy, types, engine, onWarning: () => {}, limits: { maxSteps: 5_000 } });

  /** Asks one question. Each step asks it several times, so that code is compiled. */
  const answerOf = (authorizer: Authorizer, { kind, actor, resource }: Exclude<Step, { kind: 'reload' }>) =>
    outcomeOf(async () => {
      const [a, r] = [makers[actor]!(), makers[resource]!()];
      if (kind === 'actions') return [...(await authorizer.actions(a, r))].sort();
      if (kind === 'abort') return authorizer.can(a, 'x', r, { signal: AbortSignal.abort() });
      return authorizer.canSync(a, 'x', r);
    });

  it(
    'answers like one that is loaded for the question',
    async () => {
      await fc.assert(
        fc.asyncProperty(policies, steps, async (first, history) => {
          let policy = first;
          const authorizer = await load(policy);
          for (const step of history) {
            if (step.kind === 'reload') {
              ({ policy } = step);
              await authorizer.reload(policy);
              continue;
            }
            const fresh = await load(policy);
            const expected = await answerOf(fresh, step);
            const found = [await answerOf(authorizer, step), await answerOf(authorizer, step)];
            expect([step, policy, found]).toEqual([step, policy, [expected, expected]]);
          }
        }),
        { numRuns: randomCases(150) },
      );
    },
    randomTimeout(120_000),
  );
});

it.each(['machine', 'source', 'closures'] as const)(
  'a comparison of an object of another realm does not change its type, in %s',
  async (engine) => {
    const authorizer = await Authorizer.load({
      policies: `
        allow(a, "same", r) if a = r;
        allow(_, "dictionary", r) if r matches Dictionary;
        allow(_, "other", r) if not r matches Dictionary;
      `,
      types,
      engine,
    });
    const row = foreign('{ id: 1 }');
    expect(authorizer.canSync(new Person(1), 'same', row)).toBe(false);
    expect(authorizer.canSync(1, 'dictionary', row)).toBe(true);
    expect(authorizer.canSync(1, 'other', row)).toBe(false);
  },
);
