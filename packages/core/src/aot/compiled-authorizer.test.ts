import DataLoader from 'dataloader';
import { describe, expect, it } from 'vitest';
import { compilePolicy, type CompileOptions } from './compile.js';
import { Authorizer, isPolarError, one, type PolicyError } from '../index.js';
import {
  CompiledAuthorizer,
  type DecisionOptions,
  isForbiddenError,
  isNotFoundError,
  type PolicyModule,
  typed,
} from './compiled.js';

/** Loads a module as `import policy from './policy.js'` does. */
function moduleOf(text: string): PolicyModule {
  const module = { exports: undefined as unknown as PolicyModule };
  // oxlint-disable-next-line typescript/no-implied-eval -- the test is about the text
  (new Function('module', text) as (target: object) => void)(module);
  return module.exports;
}

async function compiled(
  policies: string | CompileOptions['policies'],
  options: Partial<CompileOptions> & DecisionOptions = {},
): Promise<CompiledAuthorizer> {
  const { types, constants, equality, ...deciding } = options;
  const declared = {
    ...(types && { types }),
    ...(constants && { constants }),
    ...(equality && { equality }),
  };
  const text = await compilePolicy({ policies, format: 'cjs', onWarning: () => {}, ...declared });
  return CompiledAuthorizer.load(moduleOf(text), { ...declared, ...deciding });
}

const codeOf = async (ask: () => unknown): Promise<unknown> => {
  try {
    return await ask();
  } catch (error) {
    if (isPolarError(error)) return error.code;
    throw error;
  }
};

class User {
  constructor(
    readonly name: string,
    readonly roles: readonly unknown[] = [],
  ) {}
}
class Repo {
  [field: string]: unknown;
  constructor(fields: object = {}) {
    Object.assign(this, fields);
  }
}
const types = { User, Repo };

const policy = {
  name: 'repos.polar',
  source: `
actor User {}
resource Repo {
  permissions = ["read", "push"];
  roles = ["reader", "writer"];
  "read" if "reader";
  "push" if "writer";
  "reader" if "writer";
}
has_role(user: User, role: String, repo: Repo) if
  grant in user.roles and grant.role = role and grant.repo = repo;
allow(actor, action, resource) if has_permission(actor, action, resource);
allow_request(user: User, request) if request.path = "/" and user.name != "mallory";
allow_field(_: User, "read", repo: Repo, field) if field in repo.publicFields;
`,
};

describe('a precompiled policy', () => {
  it('gives the results of the authorizer about actions, requests and fields', async () => {
    const authorizer = await compiled(policy, { types });
    const repo = new Repo({ publicFields: ['name'] });
    const writer = new User('alice', [{ role: 'writer', repo }]);
    const reader = new User('bob', [{ role: 'reader', repo }]);
    expect(authorizer.canSync(writer, 'push', repo)).toBe(true);
    expect(authorizer.canSync(reader, 'push', repo)).toBe(false);
    expect(await authorizer.can(reader, 'read', repo)).toBe(true);
    expect(await authorizer.can(reader, 'read', new Repo())).toBe(false);
    expect(await authorizer.can(reader, 'sleep', repo)).toBe(false);
    expect(await authorizer.can('bob', 'read', repo)).toBe(false);
    expect(await authorizer.can(null, 'read', undefined)).toBe(false);
    await expect(authorizer.authorizeRequest(reader, { path: '/' })).resolves.toBeUndefined();
    await expect(authorizer.authorizeRequest(reader, { path: '/x' })).rejects.toSatisfy(isForbiddenError);
    await expect(authorizer.authorizeField(reader, 'read', repo, 'name')).resolves.toBeUndefined();
    await expect(authorizer.authorizeField(reader, 'read', repo, 'secret')).rejects.toSatisfy(
      isForbiddenError,
    );
    expect(authorizer.policy.hash).toMatch(/^[0-9a-f]{64}$/);
    expect([authorizer.policy.hasRule('allow'), authorizer.policy.hasRule('allow_request')]).toEqual([
      true,
      true,
    ]);
  });

  it('throws for a tag that it does not know', async () => {
    const authorizer = await compiled('allow(_, "read", _: Doc);', { types: { Doc: {} } });
    expect(await authorizer.can(null, 'read', typed('Doc', {}))).toBe(true);
    await expect(authorizer.can(null, 'read', typed('Docs', {}))).rejects.toThrow('did you mean `Doc`?');
  });

  it('hides unreadable resources', async () => {
    const authorizer = await compiled(policy, { types });
    const repo = new Repo();
    const reader = new User('bob', [{ role: 'reader', repo }]);
    await expect(authorizer.authorize(reader, 'read', repo)).resolves.toBe(repo);
    await expect(authorizer.authorize(reader, 'push', repo)).rejects.toSatisfy(isForbiddenError);
    await expect(authorizer.authorize(new User('eve'), 'push', repo)).rejects.toSatisfy(isNotFoundError);
  });

  it('checks many resources at once, so that a loader batches their loads', async () => {
    const batches: number[] = [];
    const loader = new DataLoader<string, string>((keys) => {
      batches.push(keys.length);
      return Promise.resolve(keys.map((key) => (key < 'c' ? 'alice' : 'bob')));
    });
    class Document {
      constructor(readonly id: string) {}
      ownerName() {
        return loader.load(this.id);
      }
    }
    const authorizer = await compiled(
      'allow(user: User, "read", document: Document) if document.ownerName() = user.name;',
      { types: { User, Document } },
    );
    const documents = ['a', 'b', 'c', 'd'].map((id) => new Document(id));
    const alice = new User('alice');
    // The first check finds out that there are promises.
    expect(await authorizer.can(alice, 'read', documents[3])).toBe(false);
    batches.length = 0;
    loader.clearAll();
    expect(await authorizer.canAll(alice, 'read', documents)).toEqual([true, true, false, false]);
    expect(batches).toEqual([4]);
    expect(await authorizer.filter(alice, 'read', documents)).toEqual(documents.slice(0, 2));
  });

  it('can be an ES module', async () => {
    const text = await compilePolicy({ policies: 'allow(_: User, "read", _: Repo);', types });
    const url = `data:text/javascript,${encodeURIComponent(text)}`;
    const { default: module } = (await import(/* @vite-ignore */ url)) as { default: PolicyModule };
    const authorizer = CompiledAuthorizer.load(module, { types });
    expect(authorizer.canSync(new User('a'), 'read', new Repo())).toBe(true);
    expect(authorizer.canSync(new User('a'), 'write', new Repo())).toBe(false);
  });

  it('contains the texts of the policy only as data', async () => {
    const names = ['"); throw new Error("out"); ("', '\\\\', '\\u2028', '${1}', "'", '`', '*/', '</script>'];
    const rules = names.map(
      (name) => `allow(user: User, ${JSON.stringify(name)}, _: Repo) if user.name = ${JSON.stringify(name)};`,
    );
    const authorizer = await compiled(rules.join('\n'), { types });
    for (const name of names) {
      const spoken = JSON.parse(JSON.stringify(name)) as string;
      expect([name, authorizer.canSync(new User(spoken), spoken, new Repo())]).toEqual([name, true]);
      expect(authorizer.canSync(new User('x'), spoken, new Repo())).toBe(false);
    }
  });
});

describe('promises', () => {
  const calls: string[] = [];
  class Service {
    constructor(readonly answer: unknown) {}
    first() {
      calls.push('first');
      return true;
    }
    later() {
      calls.push('later');
      return Promise.resolve(this.answer);
    }
    get loaded() {
      calls.push('loaded');
      return Promise.resolve(this.answer);
    }
    pair() {
      return [1, Promise.resolve(this.answer)];
    }
    rejected() {
      return Promise.reject(new Error('no connection'));
    }
    async *items() {
      yield await Promise.resolve(1);
      yield this.answer;
    }
  }
  const rules = `
    allow(_: User, "call", s: Service) if s.first() and s.later() = "x";
    allow(_: User, "get", s: Service) if s.first() and s.loaded = "x";
    allow(_: User, "each", s: Service) if item in s.items() and item = "x";
    allow(_: User, "not", s: Service) if not s.later() = "x";
    allow(_: User, "reject", s: Service) if s.rejected() = "x";
    allow(_: User, "deep", s: Service) if s.pair() = [1, "x"];
  `;
  const load = () => compiled(rules, { types: { User, Service } });

  it('returned by methods are awaited, and no method is called twice for one query', async () => {
    const authorizer = await load();
    const [yes, no] = [new Service('x'), new Service('y')];
    for (const action of ['call', 'get']) {
      for (const [service, expected] of [
        [yes, true],
        [no, false],
      ] as const) {
        calls.length = 0;
        // oxlint-disable-next-line no-await-in-loop -- calls are counted check by check
        expect(await authorizer.can(new User('a'), action, service)).toBe(expected);
        expect(calls).toEqual(['first', action === 'call' ? 'later' : 'loaded']);
      }
    }
    expect(await authorizer.can(new User('a'), 'each', yes)).toBe(true);
    expect(await authorizer.can(new User('a'), 'each', no)).toBe(false);
    expect(await authorizer.can(new User('a'), 'deep', yes)).toBe(true);
    expect(await authorizer.can(new User('a'), 'deep', no)).toBe(false);
    expect(await authorizer.can(new User('a'), 'not', yes)).toBe(false);
    expect(await authorizer.can(new User('a'), 'not', no)).toBe(true);
  });

  it('can be arguments of a check', async () => {
    const authorizer = await load();
    const service = Promise.resolve(new Service('x'));
    expect(await authorizer.can(Promise.resolve(new User('a')), 'call', service)).toBe(true);
  });

  it('can be instances with a `then` method', async () => {
    const authorizer = await compiled('allow(user: User, _, _: Repo) if not user.name = "banned";', {
      types,
    });
    const banned = new User('banned');
    // oxlint-disable-next-line unicorn/no-thenable -- the test is about `then`
    const lazy = Object.assign(new User('good'), { then: (give: (value: User) => void) => give(banned) });
    expect(authorizer.canSync(new User('good'), 'read', new Repo())).toBe(true);
    expect(await authorizer.can(lazy, 'read', new Repo())).toBe(false);
  });

  it('can be plain objects with attributes of their own', async () => {
    const authorizer = await compiled('allow(_, _, repo) if repo.owner.id = 1;', { types });
    // oxlint-disable-next-line unicorn/no-thenable -- the test is about `then`
    const later = { id: 1, then: (give: (value: unknown) => void) => give({ id: 2 }) };
    for (let i = 0; i < 3; i++) expect(authorizer.canSync(null, 'read', { owner: { id: 1 } })).toBe(true);
    expect(await codeOf(() => authorizer.canSync(null, 'read', { owner: later }))).toBe(
      'POLAR_RUN_PROMISE_IN_SYNC',
    );
    expect(await authorizer.can(null, 'read', { owner: later })).toBe(false);
  });

  it('cause an error in a synchronous check', async () => {
    const authorizer = await load();
    expect(await codeOf(() => authorizer.canSync(new User('a'), 'call', new Service('x')))).toBe(
      'POLAR_RUN_PROMISE_IN_SYNC',
    );
    expect(await codeOf(() => authorizer.canSync(new User('a'), 'each', new Service('x')))).toBe(
      'POLAR_RUN_PROMISE_IN_SYNC',
    );
  });

  it('end the query when they reject', async () => {
    const authorizer = await load();
    await expect(authorizer.can(new User('a'), 'reject', new Service(1))).rejects.toMatchObject({
      code: 'POLAR_RUN_HOST_ERROR',
      data: { message: 'no connection' },
    });
  });
});

describe('a failing check', () => {
  it('reports undecided with its place in the policy, like the machine', async () => {
    const text = 'allow(user: User, "read", repo: Repo) if\n  repo.owner.name = user.name;';
    const source = { name: 'p.polar', source: text };
    const authorizer = await compiled(source, { types });
    await expect(authorizer.can(new User('a'), 'read', new Repo({ owner: null }))).rejects.toMatchObject({
      code: 'POLAR_UNDECIDED_ATTRIBUTE_OF_NIL',
      file: 'p.polar',
      line: 2,
      column: 3,
      message: expect.stringContaining('2 |   repo.owner.name = user.name;') as string,
    });
    const denying = await compiled(source, { types, undecided: 'deny' });
    expect(denying.canSync(new User('a'), 'read', new Repo())).toBe(false);
    expect(await denying.can(new User('a'), 'read', new Repo())).toBe(false);
    expect(await authorizer.filter(new User('a'), 'read', [new Repo()])).toEqual([]);
    await expect(authorizer.authorize(new User('a'), 'push', new Repo())).rejects.toSatisfy(isNotFoundError);
  });

  it('reports an error when code of the application throws', async () => {
    class Broken {
      get name(): string {
        throw new TypeError('broken');
      }
      check(): boolean {
        throw new TypeError('broken');
      }
    }
    const authorizer = await compiled(
      'allow(_: User, "get", b: Broken) if b.name = "x"; allow(_: User, "call", b: Broken) if b.check();',
      { types: { User, Broken } },
    );
    for (const action of ['get', 'get', 'call', 'call'])
      // oxlint-disable-next-line no-await-in-loop -- the second time is inline
      await expect(authorizer.can(new User('a'), action, new Broken())).rejects.toMatchObject({
        code: 'POLAR_RUN_HOST_ERROR',
        cause: expect.any(TypeError) as TypeError,
      });
  });

  it('ends within the limits', async () => {
    class Folder {
      constructor(
        public parent: Folder | undefined,
        readonly owner?: User,
      ) {}
      get next(): Folder {
        return new Folder(undefined);
      }
      names() {
        return (function* () {
          for (;;) yield 'x';
        })();
      }
    }
    const authorizer = await compiled(
      `allow(user: User, "read", folder: Folder) if owns(user, folder);
       owns(user, folder) if folder.owner = user;
       owns(user, folder) if folder.parent != nil and owns(user, folder.parent);
       allow(_: User, "list", folder: Folder) if "y" in folder.names();
       allow(user: User, "deep", folder: Folder) if depth(user, folder) and true = true;
       depth(user, folder) if depth(user, folder.parent) and user.name = "a";
       allow(_: User, "grow", folder: Folder) if grows(folder);
       grows(folder) if grows(folder.next);`,
      { types: { User, Folder: { class: Folder } }, constants: {} },
    );
    const user = new User('a');
    let leaf = new Folder(undefined, user);
    for (let i = 0; i < 10_000; i++) leaf = new Folder(leaf);
    expect(await codeOf(() => authorizer.canSync(user, 'read', leaf))).toBe(true);
    const circle = new Folder(undefined);
    circle.parent = circle;
    const limits = { maxSteps: 30_000 };
    expect(await codeOf(() => authorizer.canSync(user, 'read', circle, { limits }))).toBe(
      'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
    );
    expect(await codeOf(() => authorizer.canSync(user, 'deep', leaf))).toBe('POLAR_RUN_DEPTH_LIMIT');
    expect(await codeOf(() => authorizer.canSync(user, 'list', leaf, { limits }))).toBe(
      'POLAR_RUN_STEP_LIMIT',
    );
    const endless = { limits: { maxSteps: 1e12, timeoutMs: 20 } };
    expect(await codeOf(() => authorizer.canSync(user, 'grow', circle, endless))).toBe('POLAR_RUN_TIMEOUT');
  });

  it('closes the iterator that it was reading', async () => {
    const closed: string[] = [];
    class Feed {
      *items() {
        try {
          for (;;) yield 'x';
        } finally {
          closed.push('items');
        }
      }
      async *later() {
        try {
          for (;;) yield await Promise.resolve('x');
        } finally {
          closed.push('later');
        }
      }
    }
    const authorizer = await compiled(
      'allow(_: User, "now", feed: Feed) if "y" in feed.items(); allow(_: User, "later", feed: Feed) if "y" in feed.later();',
      { types: { User, Feed }, limits: { maxSteps: 100 } },
    );
    const ask = (action: string) => codeOf(() => authorizer.can(new User('a'), action, new Feed()));
    expect([await ask('now'), await ask('later')]).toEqual(['POLAR_RUN_STEP_LIMIT', 'POLAR_RUN_STEP_LIMIT']);
    expect(closed).toEqual(['items', 'later']);
  });

  it('ends at its time limit and when it is aborted, while it awaits a promise', async () => {
    class Slow {
      wait() {
        return new Promise(() => {});
      }
    }
    const authorizer = await compiled('allow(_: User, _, slow: Slow) if slow.wait();', {
      types: { User, Slow },
    });
    const ask = (settings: object) => codeOf(() => authorizer.can(new User('a'), 'x', new Slow(), settings));
    expect(await ask({ limits: { timeoutMs: 10 } })).toBe('POLAR_RUN_TIMEOUT');
    expect(await ask({ signal: AbortSignal.abort() })).toBe('POLAR_RUN_ABORTED');
    expect(await ask({ signal: AbortSignal.timeout(10) })).toBe('POLAR_RUN_ABORTED');
  });

  it('calls no method of the application after its time limit', async () => {
    let calls = 0;
    class Item {
      later() {
        calls++;
        return new Promise((give) => setTimeout(() => give(false), 2));
      }
    }
    class Shelf {
      constructor(readonly items: readonly Item[]) {}
    }
    const source = 'allow(_: User, _, shelf: Shelf) if item in shelf.items and item.later();';
    const known = { User, Item, Shelf };
    const limits = { timeoutMs: 150 };
    const shelf = new Shelf(Array.from({ length: 400 }, () => new Item()));
    for (const authorizer of [
      await compiled(source, { types: known, limits }),
      await Authorizer.load({ policies: source, types: known, limits }),
    ]) {
      // The first check finds out that there are promises.
      expect(await authorizer.can(new User('a'), 'x', new Shelf([new Item()]))).toBe(false);
      expect(await codeOf(() => authorizer.can(new User('a'), 'x', shelf))).toBe('POLAR_RUN_TIMEOUT');
      await new Promise((go) => setTimeout(go, 20));
      const after = calls;
      await new Promise((go) => setTimeout(go, 40));
      expect(calls).toBe(after);
    }
  });

  it('keeps queries apart when a method runs a query', async () => {
    const asking: { authorizer?: CompiledAuthorizer } = {};
    class Team {
      constructor(readonly members: readonly unknown[]) {}
      mayJoin(user: User) {
        return asking.authorizer!.canSync(user, 'exist', this) === false;
      }
    }
    asking.authorizer = await compiled(
      `allow(user: User, "join", team: Team) if not user.missing = 1 and team.mayJoin(user);
       allow(user: User, "exist", team: Team) if user in team.members;
       allow(user: User, "join", team: Team) if team.mayJoin(user) and user.name = "a";`,
      { types: { User, Team } },
    );
    expect(asking.authorizer.canSync(new User('a'), 'join', new Team([]))).toBe(true);
    expect(await codeOf(() => asking.authorizer!.canSync(new User('b'), 'join', new Team([])))).toBe(
      'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
    );
  });

  it('reports an undefined rule if the policy has none', async () => {
    const authorizer = await compiled('allow(_: User, "read", _: Repo);', { types });
    expect(await codeOf(() => authorizer.authorizeRequest(new User('a'), {}))).toBe(
      'POLAR_RUN_UNDEFINED_RULE',
    );
  });
});

describe('types', () => {
  const rules = 'allow(user: User, "read", repo: Repo) if repo.owner.name = user.name;';

  it('come from tags, declared fields and predicates for rows', async () => {
    const authorizer = await compiled(
      `allow(_: User, "see", team: Team) if team.isOpen;
       allow(user: User, "read", repo: Repo) if allow(user, "see", repo.team);
       allow(_: User, "read", invoice: Invoice) if invoice.total < 10;`,
      {
        types: {
          User,
          Team: { fields: { isOpen: Boolean } },
          Repo: { class: Repo, fields: { team: 'Team' } },
          Invoice: { discriminator: { kind: 'invoice' } },
        },
      },
    );
    const ask = (resource: unknown) => authorizer.canSync(new User('a'), 'read', resource);
    expect(ask(new Repo({ team: { isOpen: true } }))).toBe(true);
    expect(ask(new Repo({ team: { isOpen: false } }))).toBe(false);
    expect(ask(typed('Repo', { team: typed('Team', { isOpen: true }) }))).toBe(true);
    expect(ask({ kind: 'invoice', total: 5 })).toBe(true);
    expect(ask({ kind: 'receipt', total: 5 })).toBe(false);
    expect(
      await authorizer.can(new User('a'), 'read', new Repo({ team: Promise.resolve({ isOpen: true }) })),
    ).toBe(true);
  });

  it('come from declared lists for their elements, also for promises and sets', async () => {
    const authorizer = await compiled(
      `allow(_, "match", doc) if team in doc.teams and team matches Team;
       allow(_, "match nothing", doc) if team in doc.teams and not team matches Team;`,
      { types: { Team: {}, Doc: { fields: { teams: ['Team'] } } } },
    );
    const lists = [
      [{}],
      new Set([{}]),
      { [Symbol.iterator]: () => [{}].values() },
      { [Symbol.asyncIterator]: () => [{}].values() },
      [Promise.resolve({})],
      new Set([Promise.resolve({})]),
    ];
    for (const teams of lists) {
      const doc = typed('Doc', { teams });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await authorizer.can(null, 'match', doc)).toBe(true);
      // oxlint-disable-next-line no-await-in-loop -- as above
      expect(await authorizer.can(null, 'match nothing', doc)).toBe(false);
    }
  });

  it('come from a predicate also for a row with the tag of another type', async () => {
    const isAdmin = (value: unknown): boolean => (value as { kind?: unknown } | null)?.kind === 'admin';
    const authorizer = await compiled(
      `allow(user: Member, "match", _) if user matches Admin;
       allow(user: Member, "match nothing", _) if not user matches Admin;`,
      { types: { Member: {}, Admin: { is: isAdmin } } },
    );
    const answersFor = (kind: string) =>
      ['match', 'match nothing'].map((action) => authorizer.canSync(typed('Member', { kind }), action, null));
    expect(answersFor('admin')).toEqual([true, false]);
    expect(answersFor('guest')).toEqual([false, true]);
  });

  it('include a registered base class', async () => {
    class Fork extends Repo {}
    const authorizer = await compiled(rules, { types });
    expect(authorizer.canSync(new User('a'), 'read', new Fork({ owner: { name: 'a' } }))).toBe(true);
  });

  it('must have the declarations that the policy was compiled with', async () => {
    const owner = one('User', { local: 'ownerId', foreign: 'id' });
    const module = moduleOf(
      await compilePolicy({ policies: rules, types, constants: { limit: 5 }, format: 'cjs' }),
    );
    const load = (options: DecisionOptions) =>
      codeOf(() => CompiledAuthorizer.load(module, options) instanceof Object);
    expect(await load({ types, constants: { limit: 5 } })).toBe(true);
    for (const options of [
      { types },
      { types, constants: { limit: 6 } },
      { types: { User }, constants: { limit: 5 } },
      { types: { ...types, Repo: { class: Repo, key: 'id' } }, constants: { limit: 5 } },
      { types: { ...types, Repo: { class: Repo, fields: { owner: 'User' } } }, constants: { limit: 5 } },
      { types: { ...types, Repo: { class: Repo, relations: { owner } } }, constants: { limit: 5 } },
      { types: { ...types, Other: {} }, constants: { limit: 5 } },
      { types, constants: { limit: 5 }, equality: 'deep' as const },
    ])
      // oxlint-disable-next-line no-await-in-loop -- the promise is already settled
      expect(await load(options)).toBe('POLAR_LOAD_MODULE_MISMATCH');
    expect(await codeOf(() => CompiledAuthorizer.load({} as PolicyModule))).toBe('POLAR_LOAD_MODULE_FORMAT');
    expect(await codeOf(() => CompiledAuthorizer.load(module, { polices: 1 } as never))).toBe(
      'POLAR_TYPE_INVALID_OPTION',
    );
  });

  it('do not match when constants that shared a value no longer do', async () => {
    const [one, other] = [{ name: 'a' }, { name: 'b' }];
    const source = 'allow(user: User, "read", _: Repo) if user = A or user = B;';
    const text = await compilePolicy({
      policies: source,
      types,
      constants: { A: one, B: one },
      format: 'cjs',
    });
    const load = (constants: Record<string, unknown>) =>
      codeOf(() => CompiledAuthorizer.load(moduleOf(text), { types, constants }) instanceof Object);
    expect(await load({ A: other, B: other })).toBe(true);
    expect(await load({ A: one, B: other })).toBe('POLAR_LOAD_MODULE_MISMATCH');
    expect(await load({ A: one, B: User })).toBe('POLAR_LOAD_MODULE_MISMATCH');
  });

  it('stay the same when a constant has another value at run time', async () => {
    const policies = 'allow(user: User, _, _) if user.name in admins;';
    const text = await compilePolicy({ policies, types, constants: { admins: ['ann'] }, format: 'cjs' });
    const authorizer = CompiledAuthorizer.load(moduleOf(text), { types, constants: { admins: ['ben'] } });
    expect(authorizer.canSync(new User('ann'), 'read', 1)).toBe(false);
    expect(authorizer.canSync(new User('ben'), 'read', 1)).toBe(true);
  });

  it('match a constant by its compiled or its current type', async () => {
    const policies =
      'allow(_, "is", _) if is_user(someone); is_user(_: User); allow(_, "row", _) if is_row(someone); is_row(_: Row);';
    const classes = { ...types, Row: {} };
    const ann = new User('ann');
    const constants = { someone: ann };
    const text = await compilePolicy({ policies, types: classes, constants, format: 'cjs' });
    const load = (someone: unknown) =>
      CompiledAuthorizer.load(moduleOf(text), { types: classes, constants: { someone } });
    expect(load(new User('ben')).canSync(1, 'is', 1)).toBe(true);
    for (const other of [new Repo(), {}, [], typed('Row', {})])
      expect(() => load(other)).toThrow(expect.objectContaining({ code: 'POLAR_LOAD_MODULE_MISMATCH' }));

    const row = {};
    const authorizer = await compiled(policies, { types: classes, constants: { someone: row } });
    expect(authorizer.canSync(1, 'row', 1)).toBe(false);
    typed('Row', row);
    expect(authorizer.canSync(1, 'row', 1)).toBe(true);
  });

  it('distinguish declared fields from positions in lists', async () => {
    class Admin extends User {}
    const Shelf = { class: Repo, fields: { label: 'String', owner: 'User', users: ['User'] } };
    const ann = new User('ann');
    const shelf = new Repo({ label: 'x', owner: new Admin('ben'), users: [new Admin('ben'), ann] });
    // With other rules before it, because names in the printed text are numbered.
    for (let count = 0; count < 6; count++) {
      const before = ['a', 'b', 'c', 'd', 'e', 'f']
        .slice(0, count)
        .map((label) => `not s.label = "${label}" and`);
      const policies = `
        allow(u: User, "in", s: Shelf) if ${before.join(' ')} x in s.users and x = u;
        allow(u: User, "owns", s: Shelf) if o = s.owner and ${before.join(' ')} x in s.users and x = u and o = u;
      `;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await compiled(policies, { types: { User, Admin, Shelf } });
      expect(authorizer.canSync(ann, 'in', shelf)).toBe(true);
      expect(authorizer.canSync(ann, 'owns', shelf)).toBe(false);
    }
  });

  it('treat a copy of an instance with its constructor as a row', async () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`T${i}`, class {}]));
    const rules = Object.keys(many).map((name) => `allow(_: ${name}, "other", _);`);
    for (const classes of [types, { ...types, ...many }]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await compiled(
        ['allow(_: User, "read", _);', ...(classes === types ? [] : rules)].join(' '),
        { types: classes },
      );
      expect(authorizer.canSync(new User('ann'), 'read', 1)).toBe(true);
      expect(authorizer.canSync({ name: 'ann', constructor: User }, 'read', 1)).toBe(false);
    }
  });

  it('apply together if predicates recognize three of them for one value', async () => {
    const is = (value: unknown, name: string) => (value as Record<string, unknown> | null)?.[name] === true;
    const authorizer = await compiled(
      'allow(_: A, "read", _: C); allow(_: B, "read", _: C); allow(_: C, "read", _);',
      {
        types: {
          A: { is: (value: unknown) => is(value, 'a') },
          B: { is: (value: unknown) => is(value, 'b') },
          C: { is: (value: unknown) => is(value, 'c') },
        },
      },
    );
    expect(authorizer.canSync({ a: true, b: true }, 'read', { c: true })).toBe(true);
    expect(authorizer.canSync({ a: true, b: true, c: true }, 'read', 1)).toBe(true);
    expect(authorizer.canSync({ a: true, b: true }, 'read', 1)).toBe(false);
  });

  it('cause an error if `typed` tagged an instance', async () => {
    class Mine {}
    const authorizer = await compiled('allow(_: User, "read", _: Mine);', { types: { User, Mine, Repo } });
    expect(authorizer.canSync(new User('a'), 'read', new Mine())).toBe(true);
    typed('Repo', new Mine());
    expect(await codeOf(() => authorizer.canSync(new User('a'), 'read', new Mine()))).toBe(
      'POLAR_RUN_TAGGED_INSTANCE',
    );
  });
});

describe('compilation', () => {
  it('reports each rule that only the machine can run, with its position', async () => {
    const text = `allow(user: User, "read", repo: Repo) if
  found = {owner: user} and
  found.owner = repo.owner;
allow(user: User, "push", _: Repo) if print(user);`;
    await expect(compilePolicy({ policies: { name: 'p.polar', source: text }, types })).rejects.toSatisfy(
      ({ diagnostics }: PolicyError) => {
        expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([
          ['POLAR_LOAD_NOT_COMPILED', 2],
          ['POLAR_LOAD_NOT_COMPILED', 4],
        ]);
        return true;
      },
    );
  });

  it('reports the errors of a policy like the load of a policy', async () => {
    await expect(compilePolicy({ policies: 'allow(', types })).rejects.toMatchObject({
      code: 'POLAR_PARSE_UNEXPECTED_END',
    });
    await expect(compilePolicy({ policies: 'x.polar', types })).rejects.toMatchObject({
      code: 'POLAR_LOAD_NO_FILES_HERE',
    });
    await expect(compilePolicy({ policies: '?= 1 = 2;', types })).rejects.toMatchObject({
      code: 'POLAR_LOAD_INLINE_QUERY_FAILED',
    });
  });
});
