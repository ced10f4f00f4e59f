import { describe, expect, it } from 'vitest';
import { Authorizer, QueryVariable } from '../../index.js';
import { Doc, engines, everywhere, types, User } from '../fixtures/all-engines.fixture.js';

describe('a check within a check', () => {
  it('gives the right result, and so does the outer check', async () => {
    for (const engine of engines) {
      class Team {
        constructor(
          readonly name: string,
          readonly parent: Team | undefined,
        ) {}
        inherits(user: unknown): boolean {
          return this.parent !== undefined && authorizer.canSync(user, 'read', this.parent);
        }
      }
      const policies =
        'allow(user: User, "read", team: Team) if team.name in user.teams or (not team.name = "x" and team.inherits(user));';
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer: Authorizer = await Authorizer.load({ policies, types: { User, Team }, engine });
      const root = new Team('root', undefined);
      const team = new Team('a', new Team('b', root));
      for (const _ of [1, 2, 3]) {
        expect(authorizer.canSync(new User({ teams: ['root'] }), 'read', team)).toBe(true);
        expect(authorizer.canSync(new User({ teams: ['other'] }), 'read', team)).toBe(false);
      }
    }
  });
});

describe('policies', () => {
  it('have an effect from their reload on', async () => {
    for (const engine of engines) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _: Doc);', types, engine });
      expect(authorizer.canSync({}, 'read', new Doc())).toBe(true);
      // oxlint-disable-next-line no-await-in-loop -- as above
      await authorizer.reload('allow(_, "write", _: Doc);');
      expect(authorizer.canSync({}, 'read', new Doc())).toBe(false);
      expect(authorizer.canSync({}, 'write', new Doc())).toBe(true);
    }
  });

  it('can have a literal in one rule only', async () => {
    const policies = `
      allow(_, "everything", _) if 1 = 2;
      allow(actor, action, resource) if permitted(actor, action, resource);
      permitted(_, "read", _: Doc);
      permitted(_, action, _: User) if not forbidden(action);
      forbidden("write");
    `;
    await everywhere(policies, { types }, (ask) => {
      expect(ask({}, new Doc(), 'read')).toBe(true);
      expect(ask({}, new Doc(), 'write')).toBe(false);
      expect(ask({}, new User(), 'write')).toBe(false);
      expect(ask({}, new User(), 'read')).toBe(true);
      expect(ask({}, new Doc(), 'everything')).toBe(false);
    });
  });

  it('can declare the same field for a class and its base class', async () => {
    class Base {
      constructor(readonly org: unknown) {}
    }
    class Special extends Base {}
    const declared = {
      Org: { fields: { open: 'Boolean' } },
      Base: { class: Base, fields: { org: 'Org' } },
      Special: { class: Special, fields: { org: 'Org' } },
    } as const;
    await everywhere(
      'allow(_, _, r: Base) if is_open(r.org); is_open(org: Org) if org.open = true;',
      { types: declared },
      (ask) => {
        for (const type of [Base, Special]) {
          expect(ask({}, new type({ open: true }))).toBe(true);
          expect(ask({}, new type({ open: false }))).toBe(false);
        }
      },
    );
  });

  it('end with an error when a variable only has a type', async () => {
    await everywhere('allow(_, _, _) if x matches User and x = x;', { types }, (ask) => {
      expect(ask({}, {})).toBe('POLAR_RUN_UNHANDLED_CONSTRAINT');
    });
  });

  it('can use numbers that JSON does not have', async () => {
    await everywhere(
      'allow(_, _, r) if r.n in [inf, 1]; allow(_, inf, _); allow(_, _, r) if r.n = nan;',
      {},
      (ask) => {
        expect(ask({}, { n: Infinity })).toBe(true);
        expect(ask({}, { n: null })).toBe(false);
        expect(ask({}, { n: NaN })).toBe(false);
        expect(ask({}, { n: 2 }, Infinity as never)).toBe(true);
        expect(ask({}, { n: 2 }, null as never)).toBe(false);
      },
    );
  });

  it('end at the step limit', async () => {
    await everywhere(
      'allow(_, _, r) if x in r.items and y in r.items and x = -1 and y = -1;',
      { limits: { maxSteps: 500 } },
      (ask) => {
        expect(ask({}, { items: [1, 2, 3] })).toBe(false);
        expect(ask({}, { items: Array.from({ length: 1_000 }, (_, i) => i) })).toBe('POLAR_RUN_STEP_LIMIT');
      },
    );
  });
});

describe('deep recursion', () => {
  class Folder {
    constructor(
      readonly parent: Folder | null,
      readonly owner: unknown,
      readonly open = true,
    ) {}
  }
  const chain = (owner: unknown): Folder => {
    let folder = new Folder(null, owner);
    for (let i = 0; i < 10_000; i++) folder = new Folder(folder, null);
    return folder;
  };

  it('decides for folders that are 10,000 deep', async () => {
    const policies =
      'allow(u: User, "read", f: Folder) if f.owner = u; allow(u: User, "read", f: Folder) if not f.parent = nil and allow(u, "read", f.parent);';
    const user = new User();
    const [own, others] = [chain(user), chain(new User())];
    await everywhere(policies, { types: { User, Folder } }, (ask) => {
      expect(ask(user, own)).toBe(true);
      expect(ask(user, others)).toBe(false);
    });
  });

  it('decides for calls that are 10,000 deep', async () => {
    const policies =
      'allow(u: User, "read", f: Folder) if f.owner = u; allow(u: User, "read", f: Folder) if not f.parent = nil and allow(u, "read", f.parent) and f.open = true;';
    const user = new User();
    const [own, others] = [chain(user), chain(new User())];
    await everywhere(policies, { types: { User, Folder } }, (ask) => {
      expect(ask(user, own)).toBe(true);
      expect(ask(user, others)).toBe(false);
      expect(ask(user, new Folder(new Folder(null, user), null))).toBe(true);
      expect(ask(user, new Folder(new Folder(null, user), null, false))).toBe(false);
    });
  });
});

it('the compiled engine bails out for variables', async () => {
  const policies = `
    allow(actor, action, resource) if may(actor, action, resource);
    may(_: User, "read", note) if note.title = "x";
    may(user, action, _) if action = "list" and user.name = "ann";
  `;
  class User {
    constructor(readonly name: string) {}
  }
  const questions = [
    [new User('ann'), new QueryVariable('action'), { title: 'x' }],
    [new User('ann'), new QueryVariable('action'), 1],
    [new QueryVariable('actor'), 'read', { title: 'x' }],
    [new User('ann'), 'read', { title: new QueryVariable('title') }],
  ] as const;
  const ask = async (engine: 'auto' | 'closures' | 'machine') => {
    const authorizer = await Authorizer.load({ policies, types: { User }, engine, onWarning: () => {} });
    return questions.map(([actor, action, resource]) => {
      try {
        return authorizer.canSync(actor, action as string, resource);
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
  };
  const answers = await ask('machine');
  expect(answers.slice(0, 2)).toEqual([true, true]);
  expect(await ask('auto')).toEqual(answers);
  expect(await ask('closures')).toEqual(answers);
});

describe('a bailout', () => {
  class Folder {
    parent: Folder | null = null;
  }

  it('ends a query at its time limit when there is no step limit', async () => {
    class Endless extends Folder {
      get next(): Endless {
        return new Endless();
      }
    }
    const authorizer = await Authorizer.load({
      policies: 'allow(a, "read", f: Endless) if allow(a, "read", f.next);',
      types: { Endless },
      limits: { maxSteps: Infinity, maxDepth: Infinity, timeoutMs: 20 },
      onWarning: () => {},
    });
    expect(() => authorizer.canSync(1, 'read', new Endless())).toThrow(
      expect.objectContaining({ code: 'POLAR_RUN_TIMEOUT' }) as Error,
    );
  });

  it('does not mix the calls of an inner and an outer query', async () => {
    let calls = 0;
    const asked: unknown[] = [];
    class Note {
      count() {
        calls++;
        return 1;
      }
      nested(): boolean {
        asked.push(authorizer.canSync(1, 'inner', this));
        return true;
      }
    }
    const authorizer = await Authorizer.load({
      policies: `
        allow(_, "outer", n: Note) if n.count() = 1 and n.nested() and n.missing = 1;
        allow(_, "inner", n: Note) if n.missing = 1 or true;
      `,
      types: { Note },
      undecided: 'deny',
    });
    expect(authorizer.canSync(1, 'outer', new Note())).toBe(false);
    expect({ calls, asked }).toEqual({ calls: 1, asked: [true] });
  });

  it('decides a rule with thousands of goals', async () => {
    const body = Array.from({ length: 2_900 }, (_, i) => `n.a${i} = ${i}`).join(' and ');
    const authorizer = await Authorizer.load({ policies: `allow(_, "read", n) if ${body};` });
    const note = Object.fromEntries(Array.from({ length: 2_900 }, (_, i) => [`a${i}`, i]));
    expect(authorizer.canSync(1, 'read', note)).toBe(true);
    expect(authorizer.canSync(1, 'read', { ...note, a2899: 0 })).toBe(false);
  });
});

describe('an assignment', () => {
  it('throws when a caller passed the variable', async () => {
    const policies = `
      pick(who) if who := 1;
      allow(_: User, "read", _: Doc) if pick(_);
    `;
    await everywhere(policies, { types }, (ask) => {
      expect(ask(new User(), new Doc())).toBe('POLAR_RUN_ALREADY_BOUND');
    });
  });

  it('binds a variable of its own rule', async () => {
    const policies = 'allow(user: User, "read", doc: Doc) if owner := doc.owner and owner = user;';
    await everywhere(policies, { types }, (ask) => {
      const user = new User();
      expect([ask(user, new Doc({ owner: user })), ask(user, new Doc({ owner: 1 }))]).toEqual([true, false]);
    });
  });
});
