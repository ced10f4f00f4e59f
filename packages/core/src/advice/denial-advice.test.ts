import { afterEach, describe, expect, it, vi } from 'vitest';
import { Authorizer, typed, type AuthorizerOptions, type Diagnostic } from '../index.js';

// cspell:ignore raed

class Memo {
  ownerId = 1;
}
class Person {}
class Account {
  dataValues = {};
}
const OtherAccount = { Account: class Account {} }.Account;

const policy = `
  actor User {}
  resource Note {
    permissions = ["read", "delete"];
    roles = ["owner"];
    "read" if "owner";
    "delete" if "owner";
  }
  has_role(user: User, "owner", note: Note) if note.ownerId = user.id;
  allow(actor, action, resource) if has_permission(actor, action, resource);
  allow(_: User, "create", Note);
  allow(_: User, "open", _: Account);
  allow(_: User, "found", Account);
  allow_request(_: User, request: Request) if request.path = "/";
  allow_field(_: User, "read", _: Note, "title");
`;

const user = typed('User', { id: 1 });
const note = () => typed('Note', { ownerId: 2 });

async function load(options: Partial<AuthorizerOptions> = {}) {
  const warnings: Diagnostic[] = [];
  const authorizer = await Authorizer.load({
    policies: policy,
    types: { User: {}, Note: {}, Account, Request: {} },
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  return { authorizer, warnings, messages: () => warnings.map(({ message }) => message) };
}

describe.each(['source', 'closures', 'machine'] as const)('denial warnings of engine %s', (engine) => {
  const expects = (what: string, action = 'read') => `; the rules for "${action}" expect ${what}; `;

  it.each<[string, unknown, string, unknown, string]>([
    [
      'a plain object as resource',
      user,
      'read',
      { ownerId: 1 },
      `denied: the resource is a plain object of no declared type${expects('Note')}tag it with typed('Note', row), or declare how to recognize it (a copy of a tagged row has no tag)`,
    ],
    [
      'a copy of a tagged row',
      user,
      'read',
      { ...note() },
      `denied: the resource is a plain object of no declared type${expects('Note')}tag it with typed('Note', row), or declare how to recognize it (a copy of a tagged row has no tag)`,
    ],
    [
      'a row without a prototype',
      user,
      'read',
      Object.assign(Object.create(null) as object, { ownerId: 1 }),
      `denied: the resource is a plain object without a prototype of no declared type${expects('Note')}tag it with`,
    ],
    [
      'an instance of a class that is not registered',
      user,
      'read',
      new Memo(),
      `denied: the resource is an instance of \`Memo\`${expects('Note')}class \`Memo\` is not registered; add it to \`types\`, for example { Note: Memo }, or tag the instance with typed('Note', …)`,
    ],
    [
      'an instance of another class of the same name',
      user,
      'open',
      new OtherAccount(),
      `denied: the resource is an instance of \`Account\`${expects('Account', 'open')}\`types\` has another class \`Account\`: the module that defines it was probably loaded twice`,
    ],
    [
      'a class that is not registered',
      user,
      'read',
      Memo,
      `denied: the resource is the class \`Memo\`${expects('Note')}class \`Memo\` is not registered; add it to \`types\``,
    ],
    [
      'a registered class',
      user,
      'open',
      Account,
      `denied: the resource is the class \`Account\` itself${expects('Account', 'open')}pass an instance, not the class`,
    ],
    [
      'an instance where the type is expected',
      user,
      'found',
      new Account(),
      `denied: the resource is an instance of \`Account\`${expects('the type Account itself', 'found')}pass the class \`Account\``,
    ],
    [
      'a row where the type is expected',
      user,
      'create',
      note(),
      `denied: the resource is an instance of \`Note\`${expects('the type Note itself', 'create')}pass authorizer.type('Note')`,
    ],
    [
      'the name of a type where the type is expected',
      user,
      'create',
      'Note',
      `denied: the resource is the string 'Note'${expects('the type Note itself', 'create')}pass the type itself: authorizer.type('Note')`,
    ],
    [
      'an id as resource',
      user,
      'read',
      7,
      `denied: the resource is the number 7${expects('Note')}load the Note and pass it, not its id`,
    ],
    [
      'a name as resource',
      user,
      'read',
      'n-7',
      `denied: the resource is the string 'n-7'${expects('Note')}pass the Note itself, not its id or name`,
    ],
    [
      'a list as resource',
      user,
      'read',
      [note()],
      `denied: the resource is a list${expects('Note')}check each element: filter(actor, 'read', list); or pass one of them, such as list[0]`,
    ],
    [
      'the result of a database query as resource',
      user,
      'read',
      Object.assign(new (class Result {})(), { rows: [{ ownerId: 1 }], rowCount: 1 }),
      `denied: the resource is an instance of \`Result\` with a list \`rows\`${expects('Note')}pass one row of the query result: typed('Note', result.rows[0])`,
    ],
    [
      'an object with rows as resource',
      user,
      'read',
      { rows: [{ ownerId: 1 }], rowCount: 1 },
      `denied: the resource is a plain object with a list \`rows\`${expects('Note')}pass one row of the query result: typed('Note', result.rows[0])`,
    ],
    [
      'null as resource',
      user,
      'read',
      null,
      `denied: the resource is null${expects('Note')}test whether the resource was found before you check it`,
    ],
    [
      'a row in an object',
      user,
      'read',
      { data: note() },
      `denied: the resource is a plain object of no declared type${expects('Note')}its field \`data\` holds a value of an expected type: pass that`,
    ],
    [
      'a function as resource',
      user,
      'read',
      () => note(),
      `denied: the resource is a function${expects('Note')}call it, and pass the Note that it returns`,
    ],
    [
      'a plain object as actor',
      { id: 1 },
      'read',
      note(),
      `denied: the actor is a plain object of no declared type${expects('User')}tag it with typed('User', row)`,
    ],
    [
      'an id as actor',
      'alice',
      'read',
      note(),
      `denied: the actor is the string 'alice'${expects('User')}pass the User itself, not its id or name`,
    ],
    [
      'a number as actor',
      1,
      'read',
      note(),
      `denied: the actor is the number 1${expects('User')}load the User and pass it, not its id`,
    ],
    [
      'undefined as actor',
      undefined,
      'read',
      note(),
      `denied: the actor is undefined${expects('User')}pass the signed-in user, or null for an anonymous actor`,
    ],
    [
      'an instance of an unregistered class as actor',
      new Person(),
      'read',
      note(),
      `denied: the actor is an instance of \`Person\`${expects('User')}class \`Person\` is not registered`,
    ],
    ['a misspelled action', user, 'raed', note(), 'denied: no rule can allow "raed"; did you mean "read"?'],
    [
      'an unknown action',
      user,
      'publish',
      note(),
      'denied: no rule can allow "publish"; the rules can allow "read" or "delete" or "create" or "open" or "found"',
    ],
    [
      'a list of actions',
      user,
      ['read'] as unknown as string,
      note(),
      'denied: the action must be a string such as "read", found a list; check one action at a time',
    ],
    [
      'no action',
      user,
      undefined as unknown as string,
      note(),
      'denied: the action must be a string such as "read", found undefined',
    ],
    [
      'the action before the actor',
      'read',
      user as unknown as string,
      note(),
      'denied: the arguments are in the wrong order: the action "read" is the first argument; the order is (actor, action, resource)',
    ],
    [
      'the resource before the actor',
      note(),
      'read',
      user,
      'denied: the arguments are in the wrong order: the actor of the rules is the third argument, and the resource the first',
    ],
  ])('name the mistake: %s', async (_name, actor, action, resource, message) => {
    const { authorizer, messages } = await load({ engine });
    expect(authorizer.canSync(actor, action, resource)).toBe(false);
    expect(messages()).toEqual([expect.stringContaining(message)]);
    // Each place is reported once by all kinds of checks.
    expect(await authorizer.can(actor, action, resource)).toBe(false);
    await expect(authorizer.authorize(actor, action, resource, { checkRead: false })).rejects.toThrow(
      'Forbidden',
    );
    expect(messages()).toHaveLength(1);
  });

  it.each<[string, unknown, string, unknown]>([
    ['a denial because of the data', user, 'read', note()],
    ['an anonymous actor', null, 'read', note()],
    ['an action of another type', user, 'delete', new Account()],
  ])('say nothing about %s', async (_name, actor, action, resource) => {
    const { authorizer, messages } = await load({ engine });
    expect(await authorizer.can(actor, action, resource)).toBe(false);
    expect(messages()).toEqual([]);
  });

  it('throws for a tag that the authorizer does not know', async () => {
    const { authorizer } = await load({ engine });
    const message = `a value is tagged typed('Notes', …), but this authorizer has no type \`Notes\`; did you mean \`Note\`?`;
    await expect(authorizer.can(user, 'read', typed('Notes', {}))).rejects.toMatchObject({
      code: 'POLAR_RUN_UNKNOWN_TAG',
      message: expect.stringContaining(message) as string,
    });
    expect(() => authorizer.canSync(typed('Usr', {}), 'read', note())).toThrow('did you mean `User`');
  });
});

describe('denial warnings', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('await promises among the arguments', async () => {
    const { authorizer, messages } = await load();
    expect(await authorizer.can(Promise.resolve({ id: 1 }), 'read', Promise.resolve(note()))).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(messages()).toEqual([expect.stringContaining('the actor is a plain object of no declared type')]);
  });

  it('explain requests, fields, lists and enumerations', async () => {
    const { authorizer, messages } = await load();
    await expect(authorizer.authorizeRequest(user, { path: '/' })).rejects.toMatchObject({ status: 403 });
    await expect(authorizer.authorizeField(user, 'read', { title: '' }, 'title')).rejects.toThrow(
      'Forbidden',
    );
    expect(await authorizer.filter(user, 'delete', [{ ownerId: 1 }])).toEqual([]);
    expect(await authorizer.actions(user, { ownerId: 1 })).toEqual(new Set());
    expect(messages()).toEqual([
      expect.stringContaining(
        'the request is a plain object of no declared type; the rules of allow_request expect Request',
      ),
      expect.stringContaining('the rules for "read" expect Note'),
      expect.stringContaining('the rules for "delete" expect Note'),
      expect.stringContaining(
        '; the rules expect Note or Account or the type Note itself or the type Account itself; ',
      ),
    ]);
  });

  it('do not appear when the policy accepts rows without a type', async () => {
    const { authorizer, messages } = await load({
      policies: 'allow(_, "read", row) if row.isPublic;',
      types: {},
    });
    expect(await authorizer.can({}, 'read', { isPublic: false })).toBe(false);
    expect(messages()).toEqual([]);
  });

  it('list only the types that a rule names, not other types that a value may have too', async () => {
    const { authorizer, messages } = await load({
      policies: 'allow(_, "read", _: Note); allow(_, "call", _: Phone);',
      types: {
        Note: {},
        Account,
        Invoice: { discriminator: { kind: 'invoice' } },
        Phone: { is: (v) => v === 1 },
      },
    });
    await authorizer.can(null, 'read', {});
    expect(messages()).toEqual([expect.stringContaining('the rules for "read" expect Note; ')]);
  });

  it('do not appear in production, unless denialWarnings is true', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const off = await load();
    await off.authorizer.can(user, 'raed', {});
    expect(off.messages()).toEqual([]);
    const on = await load({ denialWarnings: true });
    await on.authorizer.can(user, 'raed', {});
    expect(on.messages()).toHaveLength(1);
  });

  it('do not appear with denialWarnings: false', async () => {
    const { authorizer, messages } = await load({ denialWarnings: false });
    await authorizer.can(user, 'raed', {});
    expect(messages()).toEqual([]);
  });

  it('appear for a limited number of places', async () => {
    const { authorizer, warnings } = await load();
    for (let i = 0; i < 5_000; i++) await authorizer.can(user, `action ${i}`, {});
    expect(warnings.length).toBeGreaterThan(1_000);
    expect(warnings.length).toBeLessThanOrEqual(2_000);
  });

  it('neither store nor show the whole text of a long action', async () => {
    const { authorizer, warnings, messages } = await load();
    const long = 'x'.repeat(100_000);
    await authorizer.can(user, `${long}1`, note());
    await authorizer.can(user, `${long}2`, note());
    await authorizer.can(long, user as unknown as string, note());
    expect(warnings.length).toBeGreaterThan(0);
    expect(JSON.stringify([warnings, messages()]).length).toBeLessThan(5_000);
  });

  it('do not run code of an action that is not a string', async () => {
    const { authorizer } = await load();
    const throwing = {
      toString: () => {
        throw new Error('run');
      },
    };
    for (const action of [throwing, Object.create(null), Symbol('read')] as unknown[])
      expect(await authorizer.can(user, action as string, note())).toBe(false);
  });

  it('reject the promise of the check when onWarning throws', async () => {
    const strict = await Authorizer.load({
      policies: policy,
      types: { User: {}, Note: {}, Account, Request: {} },
      onWarning: ({ message }) => {
        throw new Error(message);
      },
    });
    const result = strict.can(user, 'raed', note());
    await expect(result).rejects.toThrow('did you mean "read"?');
  });
});

it.each(['source', 'closures', 'machine'] as const)(
  'explains a new kind of denial after many that have been explained (%s)',
  async (engine) => {
    class Reader {}
    class Robot {}
    class Page {}
    class Draft extends Page {}
    const warnings: Diagnostic[] = [];
    const authorizer = await Authorizer.load({
      policies: 'allow(_: Reader, "read", page: Page) if page.isPublic = true;',
      types: { Reader, Robot, Page },
      engine,
      onWarning: (warning) => warnings.push(warning),
    });
    const codesOf = (actor: object, action: string, resource: object) => {
      for (let i = 0; i < 3; i++) authorizer.canSync(actor, action, resource);
      return warnings.splice(0).map(({ code }) => code);
    };
    const page = (found: Page) => Object.assign(found, { isPublic: false });
    for (let i = 0; i < 3; i++) {
      expect(codesOf(new Reader(), 'read', page(new Page()))).toEqual([]);
      expect(codesOf(new Robot(), 'read', page(new Page()))).toEqual([]);
      expect(codesOf(new Reader(), 'read', page(new Draft()))).toEqual([]);
    }
    expect(codesOf(new Reader(), 'raed', page(new Page()))).toEqual(['POLAR_DENIED_UNKNOWN_ACTION']);
    expect(codesOf(new Robot(), 'raed', page(new Page()))).toEqual(['POLAR_DENIED_UNKNOWN_ACTION']);
    expect(codesOf(page(new Page()), 'read', new Reader())).toEqual(['POLAR_DENIED_ARGUMENT_ORDER']);
    expect(codesOf(new Reader(), 'read', {})).toEqual(['POLAR_DENIED_UNTYPED']);
    expect(codesOf(new Reader(), 'read', [page(new Page())])).toEqual(['POLAR_DENIED_UNTYPED']);
    // An array with the prototype of a class is an array.
    expect(codesOf(new Reader(), 'read', Object.setPrototypeOf([], Page.prototype) as object)).toEqual([]);
  },
);
