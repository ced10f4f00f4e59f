import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../aot/compile.js';
import { CompiledAuthorizer } from '../aot/compiled-authorizer.js';
import { Authorizer, one, optional, typed, type Diagnostic } from '../index.js';

// cspell:ignore checkread feilds opne Pgae raed Strnig

// Calls with a mistake of a beginner. Each must end in an error or a warning that names the correction.

class User {
  constructor(readonly id = 1) {}
}
class Memo {}
class Model {
  readonly dataValues = {};
}

const policies = `
  actor User {}
  resource Note {
    permissions = ["read", "update"];
    roles = ["owner"];
    "read" if "owner";
    "update" if "owner";
  }
  has_role(user: User, "owner", note: Note) if note.ownerId = user.id;
  allow(actor, action, resource) if has_permission(actor, action, resource);
  allow(_: User, "create", Note);
  allow(_: User, "schedule", note: Note) if note.due < note.start;
  allow(_: User, "publish", note: Note) if note.isDraft;
  allow(_: User, "open", page: Page) if page.isOpen = true;
  allow(_: User, "fit", page: Page) if page.size = 5;
  allow_field(_: User, "read", _: Note, "title");
  allow_request(_: User, request: Request) if request.path = "/";
`;
const types = { User, Note: {}, Request: {}, Page: { fields: { isOpen: 'Boolean', size: 'Integer' } } };

const row = () => ({ ownerId: 2, due: new Date(0), start: '2026-01-01', isDraft: 1 });
const user = new User();
const note = () => typed('Note', row());

type Call = (authorizer: Authorizer) => unknown;
// The types refuse most of these calls; a JavaScript file does not.
// oxlint-disable-next-line typescript/no-explicit-any -- the mistakes
type Any = any;
const load = (options: Any): Promise<Authorizer> =>
  Authorizer.load({ policies, types, onWarning: () => {}, ...options });

/** Calls with an argument of another kind, which must not end in an error of JavaScript. */
const wrongArguments: readonly [call: (authorizer: Any) => unknown, text: string][] = [
  [
    (a) => a.policy.queryRule('has_role', user),
    '`policy.queryRule(name, args)` expects a list of arguments, such as [user, repo], found an instance of `User`',
  ],
  [(a) => a.policy.queryRule('has_role'), 'such as [user, repo], found undefined'],
  [
    (a) => a.policy.queryRule(undefined, []),
    "`policy.queryRule(name, args)` expects the name of a rule, such as 'has_role', found undefined",
  ],
  [(a) => a.policy.queryRule('has_role', Promise.resolve([])), 'found a promise; await it'],
  [
    (a) => a.policy.query(),
    "`policy.query(text)` expects a query in Polar, such as 'has_role(user, name, repo)', found undefined",
  ],
  [(a) => a.policy.query(5), 'found the number 5'],
  [
    (a) => a.policy.grants('read', null),
    "expects a type: a class, a name, or the result of type('Name'), found null",
  ],
  [(a) => a.policy.actions(new User()), 'found an instance of `User`'],
  [(a) => a.policy.requireGrant(5), "expects an action, such as 'read', found the number 5"],
  [
    (a) => a.type(),
    "`type(name)` expects a type: a class, a name, or the result of type('Name'), found undefined",
  ],
];

it.each(wrongArguments)('refuses an argument of another kind: %s', async (call, text) => {
  const authorizer = await load({});
  expect(() => call(authorizer)).toThrow(
    expect.objectContaining({
      code: 'POLAR_TYPE_INVALID_ARGUMENT',
      message: expect.stringContaining(text) as string,
    }),
  );
});

it.each([undefined, null, 5, 'policy.polar'])(
  'compilePolicy(%s) throws POLAR_TYPE_INVALID_OPTION',
  async (options) => {
    await expect(compilePolicy(options as Any)).rejects.toMatchObject({ code: 'POLAR_TYPE_INVALID_OPTION' });
  },
);

it.each(['sources', 'unions', 'declared', 'make'])(
  'CompiledAuthorizer.load() throws POLAR_LOAD_MODULE_FORMAT for a module without %s',
  async (part) => {
    const module = { exports: {} };
    const text = await compilePolicy({ policies: 'allow(1, 2, 3);', format: 'cjs' });
    // oxlint-disable-next-line typescript/no-implied-eval -- the text is under test
    (new Function('module', text) as (target: object) => void)(module);
    expect(() => CompiledAuthorizer.load({ ...module.exports, [part]: undefined } as Any)).toThrow(
      expect.objectContaining({ code: 'POLAR_LOAD_MODULE_FORMAT' }),
    );
  },
);

/** Returns the text of the error and of the warnings of a call. */
async function said(call: Call): Promise<string> {
  const warnings: Diagnostic[] = [];
  const authorizer = await Authorizer.load({ policies, types, onWarning: (w) => warnings.push(w) });
  let error = '';
  try {
    await call(authorizer);
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  return [error, ...warnings.map(({ message }) => message)].join('\n');
}

const loading: [string, Call, string][] = [
  ['new Authorizer()', () => new (Authorizer as Any)(), 'await Authorizer.load({ policies:'],
  [
    'new Authorizer(options)',
    () => new (Authorizer as Any)({ policies }),
    'await Authorizer.load({ policies:',
  ],
  [
    'no options',
    () => (Authorizer as Any).load(),
    "an object such as { policies: 'policy.polar' }, found undefined",
  ],
  [
    'a file instead of options',
    () => (Authorizer as Any).load('a.polar'),
    "{ policies: 'a.polar' }, found the string",
  ],
  ['a list instead of options', () => (Authorizer as Any).load(['a.polar']), 'found a list'],
  [
    'no policies',
    () => (Authorizer as Any).load({ types }),
    '`policies` is missing; it must be the text of a policy',
  ],
  ['policies: null', () => load({ policies: null }), 'found null'],
  ['policies: a number', () => load({ policies: 5 }), 'found the number 5'],
  ['policies: a promise', () => load({ policies: Promise.resolve('') }), 'found a promise; await it'],
  [
    'policies: a list of promises',
    () => load({ policies: [Promise.resolve('')] }),
    'found a promise; await it',
  ],
  ['policies: a buffer', () => load({ policies: [Buffer.from('')] }), "read the file as text, with 'utf8'"],
  ['policies: an object', () => load({ policies: { file: 'a.polar' } }), 'texts, files or { name, source }'],
  ['policies: a folder', () => load({ policies: 'policies' }), '.polar'],
  ['policies: []', () => load({ policies: [] }), '`policies` is empty'],
  ['policy instead of policies', () => load({ policy: 'a.polar' }), 'did you mean `policies`?'],
  ['an unknown option', () => load({ cache: true }), '`cache` is unknown; the options are types, constants'],
  ['types: a list', () => load({ types: [User] }), 'by name, such as { User, Note: {} }, found a list'],
  ['types: a class', () => load({ types: User }), 'found the class `User`; write { User }'],
  ['types: a Map', () => load({ types: new Map() }), 'convert it with Object.fromEntries(map)'],
  [
    'a type that is undefined',
    () => load({ types: { User: undefined } }),
    'found undefined; look for a circular import',
  ],
  ['a type that is a string', () => load({ types: { User: 'User' } }), 'write {} for rows without a class'],
  ['a type that is an instance', () => load({ types: { User: new User() } }), 'pass the class itself: User'],
  ['a type that is an arrow function', () => load({ types: { User: () => true } }), 'write { is: … }'],
  [
    'a misspelled option of a type',
    () => load({ types: { User: { feilds: {} } } }),
    'did you mean `fields`?',
  ],
  [
    'class: a string',
    () => load({ types: { User: { class: 'User' } } }),
    "must be a class, found the string 'User'",
  ],
  [
    'is: a boolean',
    () => load({ types: { User: { is: true } } }),
    'a function that returns true or false, found true',
  ],
  ['key: a number', () => load({ types: { User: { key: 1 } } }), "such as 'id', found the number 1"],
  [
    'two discriminators',
    () => load({ types: { User: { discriminator: { a: 1, b: 2 } } } }),
    'found 2 fields',
  ],
  [
    'discriminator: a string',
    () => load({ types: { User: { discriminator: 'kind' } } }),
    "{ kind: 'invoice' }, found",
  ],
  ['class and is', () => load({ types: { User: { class: User, is: () => true } } }), 'one of `class`, `is`'],
  ['fields: a list', () => load({ types: { User: { fields: ['id'] } } }), "{ name: 'String' }, found a list"],
  [
    'a misspelled field type',
    () => load({ types: { User: { fields: { id: 'Strnig' } } } }),
    'did you mean `String`?',
  ],
  [
    'a field type of a schema',
    () => load({ types: { User: { fields: { id: { type: 'String' } } } } }),
    'with `type`',
  ],
  [
    'a field with two types',
    () => load({ types: { User: { fields: { id: [String, Number] } } } }),
    'a list of 2 types',
  ],
  ['a field type that is null', () => load({ types: { User: { fields: { id: null } } } }), 'found null'],
  [
    'an optional field without a type',
    () => load({ types: { User: { fields: { id: optional(undefined as Any) } } } }),
    'found undefined',
  ],
  [
    'limits: a number',
    () => load({ limits: 5_000 }),
    'must be an object of limits, such as { maxSteps: 1_000 }',
  ],
  ['a misspelled limit', () => load({ limits: { timeoutMS: 5 } }), 'did you mean `timeoutMs`?'],
  [
    'a limit as text',
    () => load({ limits: { timeoutMs: '5s' } }),
    "must be a positive number, found the string '5s'",
  ],
  ['clock: a Date', () => load({ clock: new Date() }), 'write () => new Date()'],
  ['undecided: a boolean', () => load({ undecided: false }), "must be 'error' or 'deny', found false"],
  [
    'engine: an unknown one',
    () => load({ engine: 'fast' }),
    "'closures' or 'machine', found the string 'fast'",
  ],
  ['onDecision: a logger', () => load({ onDecision: console }), 'must be a function, found'],
  ['no await', () => (load({}) as Any).can(user, 'read', note()), 'const authorizer = await Authorizer.load'],
  ['no await, for an actor', () => (load({}) as Any).as(user), '`as` was read from a promise'],
  [
    'a compiled policy that is a file name',
    () => CompiledAuthorizer.load('policy.js' as Any),
    'pass the default export',
  ],
  [
    'a compiled policy that is a namespace',
    () => CompiledAuthorizer.load({ default: {} } as Any),
    'pass the default export',
  ],
  [
    'a compiled policy that is a promise',
    () => CompiledAuthorizer.load(Promise.resolve() as Any),
    'await the import',
  ],
  [
    'policies of a compiled policy',
    () => CompiledAuthorizer.load({} as Any, { policies } as Any),
    'is an option of `Authorizer.load`',
  ],
];

const tagging: [string, Call, string][] = [
  ['a promise', () => (typed as Any)('Note', Promise.resolve(row())), "await it: typed('Note', await …)"],
  // oxlint-disable-next-line unicorn/no-thenable -- as the query builders of ORMs are
  ['a query of an ORM', () => (typed as Any)('Note', { then: () => {} }), 'await it'],
  ['a list', () => (typed as Any)('Note', [row()]), "rows.map((row) => typed('Note', row))"],
  ['null', () => (typed as Any)('Note', null), 'found null; test whether the row was found'],
  ['no row', () => (typed as Any)('Note'), 'found undefined; test whether the row was found'],
  ['an id', () => (typed as Any)('Note', 7), 'load the row by its id'],
  ['a class', () => (typed as Any)('User', User), 'found the class `User`; pass a row or an instance'],
  [
    'the class instead of its name',
    () => (typed as Any)(User, row()),
    "found the class `User`; write 'User'",
  ],
  [
    'arguments in the wrong order',
    () => (typed as Any)(row(), 'Note'),
    "write 'Note', and the row is the second",
  ],
  ['an empty name', () => typed('', row()), 'the name of a type as its first argument'],
  ['a misspelled name', (a) => a.can(user, 'read', typed('Notes', row())), 'did you mean `Note`?'],
  ['a name in another case', (a) => a.can(user, 'read', typed('note', row())), 'did you mean `Note`?'],
  ['an unregistered name', (a) => a.can(user, 'read', typed('Invoice', row())), 'add it to `types`'],
  [
    'a misspelled name, for an action that no rule names',
    (a) => a.can(user, 'raed', typed('Notes', row())),
    'did you mean `Note`?',
  ],
];

const checking: [string, Call, string][] = [
  ['a plain row', (a) => a.can(user, 'read', row()), "tag it with typed('Note', row)"],
  ['a copy of a tagged row', (a) => a.can(user, 'read', { ...note() }), 'a copy of a tagged row has no tag'],
  [
    'parsed JSON',
    (a) => a.can(user, 'read', JSON.parse(JSON.stringify(note()))),
    "tag it with typed('Note', row)",
  ],
  [
    'a row without a prototype',
    (a) => a.can(user, 'read', Object.assign(Object.create(null), row())),
    "typed('Note', row)",
  ],
  [
    'a class that is not registered',
    (a) => a.can(user, 'read', new Memo()),
    'class `Memo` is not registered',
  ],
  ['an instance of an ORM', (a) => a.can(user, 'read', new Model()), 'class `Model` is not registered'],
  ['a row in an object', (a) => a.can(user, 'read', { data: note() }), 'its field `data` holds'],
  ['a list', (a) => a.can(user, 'read', [note()]), "filter(actor, 'read', list)"],
  ['an id as resource', (a) => a.can(user, 'read', 7), 'load the Note and pass it, not its id'],
  ['a UUID as resource', (a) => a.can(user, 'read', 'f81d4fae'), 'pass the Note itself, not its id'],
  ['null as resource', (a) => a.can(user, 'read', null), 'test whether the resource was found'],
  ['undefined as resource', (a) => a.can(user, 'read', undefined), 'the resource is undefined'],
  ['the name of a type', (a) => a.can(user, 'create', 'Note'), "authorizer.type('Note')"],
  ['a row to create', (a) => a.can(user, 'create', note()), "authorizer.type('Note')"],
  ['the type to read', (a) => a.can(user, 'read', a.type('Note')), 'pass an instance, not the type'],
  ['a loader', (a) => a.can(user, 'read', () => note()), 'call it, and pass the Note'],
  [
    'a promise in a synchronous check',
    (a) => a.canSync(user, 'read', Promise.resolve(note())),
    'use the asynchronous method',
  ],
  [
    'a promise of an untyped row',
    (a) => a.authorize(user, 'read', Promise.resolve(row())),
    "tag it with typed('Note', row)",
  ],
  ['an id as actor', (a) => a.can('alice', 'read', note()), "the actor is the string 'alice'"],
  ['a number as actor', (a) => a.can(1, 'read', note()), 'load the User and pass it'],
  [
    'a token as actor',
    (a) => a.can({ sub: '1' }, 'read', note()),
    'the rules for "read" expect User; tag it with typed(\'User\', row)',
  ],
  ['undefined as actor', (a) => a.can(undefined, 'read', note()), 'pass the signed-in user, or null'],
  ['a class as actor', (a) => a.can(User, 'read', note()), 'pass an instance, not the class'],
  ['a misspelled action', (a) => a.can(user, 'raed', note()), 'did you mean "read"?'],
  ['an action in another case', (a) => a.can(user, 'READ', note()), 'did you mean "read"?'],
  [
    'an action that no rule names',
    (a) => a.can(user, 'archive', note()),
    'the rules can allow "read" or "update"',
  ],
  ['no action', (a) => a.can(user, undefined as Any, note()), 'the action must be a string such as "read"'],
  ['a list of actions', (a) => a.can(user, ['read', 'update'] as Any, note()), 'check one action at a time'],
  ['the action first', (a) => a.can('read', user as Any, note()), 'the order is (actor, action, resource)'],
  ['the resource first', (a) => a.can(note(), 'read', user), 'the order is (actor, action, resource)'],
  [
    'a misspelled option of a check',
    (a) => a.authorize(user, 'read', note(), { checkread: false } as Any),
    'did you mean `checkRead`?',
  ],
  [
    'a time limit as option of a check',
    (a) => a.can(user, 'read', note(), { timeoutMs: 5 } as Any),
    '`timeoutMs` is unknown',
  ],
  [
    'an AbortController',
    (a) => a.can(user, 'read', note(), { signal: new AbortController() } as Any),
    'pass its `signal`',
  ],
  [
    'a fourth argument that is no object',
    (a) => a.can(user, 'read', note(), 'title' as Any),
    "found the string 'title'",
  ],
  ['actions of an untyped row', (a) => a.actions(user, row()), 'the rules expect Note'],
  [
    'a promise of a list',
    (a) => a.filter(user, 'read', Promise.resolve([note()]) as Any),
    '`filter(actor, action, resources)` expects a list, found a promise; await it',
  ],
  [
    'one resource instead of a list',
    (a) => a.canAll(user, 'read', note() as Any),
    'expects a list, found a plain object; pass a list of resources',
  ],
  ['no list', (a) => (a as Any).actionsAll(user), 'expects a list, found undefined'],
  ['a text instead of a list', (a) => a.filter(user, 'read', 'note'), "found the string 'note'"],
  ['a list of untyped rows', (a) => a.filter(user, 'read', [row()]), "tag it with typed('Note', row)"],
  [
    'a field of an untyped row',
    (a) => a.authorizeField(user, 'read', row(), 'title'),
    'the rules for "read" expect Note',
  ],
  [
    'an untyped request',
    (a) => a.authorizeRequest(user, { path: '/' }),
    'the rules of allow_request expect Request',
  ],
  ['an unknown type', (a) => a.type('Notes'), 'did you mean `Note`?'],
  ['an unknown action at start-up', (a) => a.policy.requireGrant('raed', 'Note'), 'did you mean "read"?'],
  [
    'an unknown rule',
    (a) => a.policy.queryRule('has_rol', [user, 'owner', note()]).next(),
    'did you mean `has_role`?',
  ],
  [
    'a Date compared with text',
    (a) => a.can(user, 'schedule', note()),
    'one side is a Date and the other a string',
  ],
  [
    '0/1 in a field declared as Boolean',
    (a) => a.can(user, 'open', typed('Page', { isOpen: 1 })),
    '`isOpen` of Page is 1, and it is declared as Boolean; databases without booleans store 0 and 1',
  ],
  [
    'text in a field declared as Integer',
    (a) => a.can(user, 'fit', typed('Page', { isOpen: false, size: '5' })),
    '`size` of Page is "5", and it is declared as Integer; drivers return `numeric` as text',
  ],
  [
    'a row without a column that its type declares',
    (a) => a.can(user, 'open', typed('Page', { size: 5 })),
    'a Page has no attribute `isOpen`, which its type declares; load it with the row',
  ],
  ['0/1 as a condition', (a) => a.can(user, 'publish', note()), '0 and 1'],
];

const listing: [string, Call, string][] = [
  [
    'a relation without its fields',
    () => load({ types: { ...types, Page: { fields: {}, relations: { owner: (one as Any)('User') } } } }),
    "relation `owner` must name its fields: one('User', { local: '…', foreign: '…' })",
  ],
  [
    'conditions of a relation in a Map',
    () => {
      const owner = (one as Any)('User', {
        local: 'ownerId',
        foreign: 'id',
        where: new Map([['isActive', true]]),
      });
      return load({ types: { ...types, Page: { fields: {}, relations: { owner } } } });
    },
    'relation `owner` must name its values in `where`',
  ],
  ['a misspelled action', (a) => a.where(user, 'opne', 'Page'), 'did you mean "open"?'],
  ['a misspelled type', (a) => a.where(user, 'open', 'Pgae'), 'did you mean `Page`?'],
  ['a row without its type as the actor', (a) => a.where({ id: 1 }, 'open', 'Page'), 'expect User'],
  ['an actor that is undefined', (a) => a.where(undefined, 'open', 'Page'), 'null for an anonymous actor'],
];

it.each(['[Note]', 'Note[]', 'Array<Note>'])(
  'the error about the field type %s states how a list is declared',
  async (fieldType) => {
    const types = { User: { fields: { notes: fieldType } }, Note: {} };
    const policies = { name: 'p.polar', source: 'allow(u: User, "read", n: Note) if n in u.notes;' };
    await expect(Authorizer.load({ policies, types })).rejects.toThrow(
      `unknown type \`${fieldType}\` for the field \`User.notes\`; a list is declared as ['Note']`,
    );
  },
);

describe.each([
  ['Authorizer.load', loading],
  ['typed', tagging],
  ['a check', checking],
  ['a list', listing],
])('%s says how to correct', (_of, mistakes) => {
  it.each(mistakes)('%s', async (_name, call, correction) => {
    expect(await said(call)).toContain(correction);
  });
});

describe('a correct call', () => {
  it('gets no warning', async () => {
    const calls: Call[] = [
      (a) => a.can(user, 'read', note()),
      (a) => a.can(null, 'read', note()),
      (a) => a.authorize(user, 'create', a.type('Note'), { checkRead: false }),
      (a) => a.actions(user, note()),
      (a) => a.where(user, 'open', 'Page'),
      (a) => a.where(null, 'open', 'Page'),
      (a) => a.where(user, 'create', 'Page'),
    ];
    for (const call of calls)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await said(call)).toBe('');
  });
});

describe('a compiled policy', () => {
  it('throws for the mistakes that it can detect', async () => {
    const text = await compilePolicy({ policies, types, format: 'cjs' });
    const module = { exports: {} as Any };
    // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- the module that was just written
    new Function('module', text)(module);
    const authorizer = CompiledAuthorizer.load(module.exports, { types });
    await expect(authorizer.can(user, 'read', typed('Notes', {}))).rejects.toThrow('did you mean `Note`?');
    await expect(authorizer.can(user, 'read', note(), { timeoutMs: 5 } as Any)).rejects.toThrow('is unknown');
  });
});

describe('a call without a resource', () => {
  const text = (call: string) =>
    `\`${call}\` expects a resource, found no argument; pass the object, or its type for 'create'`;

  it.each<[call: string, run: (authorizer: Any) => unknown]>([
    ['can(actor, action, resource)', (a) => a.can(user, 'read')],
    ['canSync(actor, action, resource)', (a) => a.canSync(user, 'read')],
    ['authorize(actor, action, resource)', (a) => a.authorize(user, 'read')],
  ])('of %s is an error, also with a policy that was compiled ahead of time', async (call, run) => {
    const authorizer = await load({});
    await expect((async () => run(authorizer))()).rejects.toThrow(text(call));
    const plain = 'allow(_: User, "read", note: Note) if note.id = 1;';
    const code = await compilePolicy({ policies: plain, types, format: 'cjs' });
    const module = { exports: {} as Any };
    // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- the module that was just written
    new Function('module', code)(module);
    const compiled = CompiledAuthorizer.load(module.exports, { types });
    await expect((async () => run(compiled))()).rejects.toThrow(text(call));
  });

  it('throws an error from can() of one actor', async () => {
    const bound: Any = (await load({})).as(user);
    await expect(bound.can('read')).rejects.toThrow(text('can(action, resource)'));
    await expect(bound.can('read', undefined)).resolves.toBe(false);
  });

  it('decides and records a rule that takes two arguments', async () => {
    const decisions: Any[] = [];
    const source = 'type allow(actor, action); allow(user: User, "enter") if user.id = 1;';
    const authorizer: Any = await load({
      policies: source,
      onDecision: (decision: Any) => void decisions.push(decision),
    });
    expect(await authorizer.can(user, 'enter')).toBe(true);
    expect(authorizer.canSync(new User(2), 'enter')).toBe(false);
    expect(await authorizer.can(user, 'leave')).toBe(false);
    expect(decisions.map(({ outcome, resource }) => [outcome, resource])).toEqual([
      ['allowed', undefined],
      ['denied', undefined],
      ['denied', undefined],
    ]);
  });
});
