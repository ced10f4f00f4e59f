import { beforeAll, describe, expect, it } from 'vitest';
import { runsAll } from '../../../../tools/test-scope.js';
import { compileCalls, generateTypes } from './typed-calls.fixture.js';

// cspell:ignore achive eddit Noet raed tilte updaet

type Call = (action: string, resource: string) => string;

/** The calls about an instance: an action of the policy, and the resource. */
const onInstance: readonly Call[] = [
  (action, it) => `authorizer.can(user, ${action}, ${it})`,
  (action, it) => `authorizer.canSync(user, ${action}, ${it})`,
  (action, it) => `authorizer.authorize(user, ${action}, ${it})`,
  (action, it) => `authorizer.authorize(user, ${action}, Promise.resolve(${it}), { checkRead: false })`,
  (action, it) => `authorizer.canAll(user, ${action}, [${it}])`,
  (action, it) => `authorizer.filter(user, ${action}, [${it}])`,
  (action, it) => `authorizer.explain(user, ${action}, ${it})`,
  (action, it) => `me.can(${action}, ${it})`,
  (action, it) => `me.canAll(${action}, [${it}])`,
  (action, it) => `me.filter(${action}, [${it}])`,
  (action, it) => `me.authorize(${action}, ${it})`,
  (action, it) => `me.explain(${action}, ${it})`,
  (action, it) => `compiled.can(user, ${action}, ${it})`,
  (action, it) => `compiled.canSync(user, ${action}, ${it})`,
  (action, it) => `compiled.authorize(user, ${action}, ${it})`,
  (action, it) => `authz.authorize(${action}, ${it})`,
  (action, it) => `authz.can(${action}, ${it})`,
  (action, it) => `authz.canAll(${action}, [${it}])`,
  (action, it) => `authz.filter(${action}, Promise.resolve([${it}]))`,
  (action, it) => `express.authorize(${action}, () => ${it})`,
  (action, it) => `express.authorize(${action}, async (req) => (req.params.id ? ${it} : undefined))`,
  (action, it) => `koa.authorize(${action}, () => ${it})`,
  (action, it) => `koa.authorize(${action}, async (ctx) => (ctx.params.id ? ${it} : null))`,
  (action, it) => `Authorize(${action}, () => ${it})`,
  (action, it) => `Authorize(${action}, async (request) => (request.id ? ${it} : undefined))`,
  (action, it) => `service.authorizeConnection({}, ${action}, ${it})`,
  (action, it) => `service.authorizeConnection({}, ${action}, async () => ${it})`,
  (action, it) => `authorizer.actions(user, ${it}).then((found) => found.has(${action}))`,
  (action, it) => `me.actions(${it}).then((found) => found.has(${action}))`,
  (action, it) => `authz.actions(${it}).then((found) => found.has(${action}))`,
];

const asksList = (call: string): boolean => call.includes('found.has');
const isList = (call: Call): boolean => asksList(call('', ''));

/** The calls about the rows of a type. */
const onRows: readonly Call[] = [
  (action, type) => `authorizer.where(user, ${action}, ${type})`,
  (action, type) => `authorizer.explainWhere(user, ${action}, ${type})`,
  (action, type) => `authorizer.list(user, ${action}, ${type}, { take: 1 })`,
  (action, type) => `authorizer.count(user, ${action}, ${type})`,
  (action, type) => `me.where(${action}, ${type})`,
  (action, type) => `me.list(${action}, ${type})`,
  (action, type) => `me.count(${action}, ${type})`,
  (action, type) => `authz.where(${action}, ${type})`,
  (action, type) => `authz.list(${action}, ${type})`,
  (action, type) => `authz.count(${action}, ${type})`,
  (action, type) => `AuthorizedWhere(${action}, ${type})`,
  (action, type) => `Authorize(${action}, ${type})`,
];

/** The calls about a type itself. */
const onType: readonly Call[] = [
  (action, type) => `express.authorize(${action}, ${type})`,
  (action, type) => `koa.authorize(${action}, ${type})`,
];

/** The questions of a page about a row, by its type and id, or about a type itself. */
const onPage: readonly Call[] = [
  (action, it) => `<Can action={${action}} on={${it}} />`,
  (action, it) => `useCan(${action}, ${it})`,
  (action, it) => `usePermissions([${it}]).can(${action}, ${it})`,
  (action, it) => `usePermissionsClient().can(${action}, ${it})`,
];

/** A function with a type parameter, which calls `can` with this action. */
const generic = (action: string, constraint: string): string =>
  `<T extends ${constraint}>(it: T) => me.can(${action}, it)`;

const onField = (action: string, it: string, field: string): readonly string[] => [
  `authorizer.authorizeField(user, ${action}, ${it}, ${field})`,
  `authorizer.explainField(user, ${action}, ${it}, ${field})`,
  `me.authorizeField(${action}, ${it}, ${field})`,
  `me.explainField(${action}, ${it}, ${field})`,
  `authz.authorizeField(${action}, ${it}, ${field})`,
  `authorizer.fields(user, ${action}, ${it}).then((found) => found.has(${field}))`,
  `me.fields(${action}, ${it}).then((found) => found.has(${field}))`,
  `authz.fields(${action}, ${it}).then((found) => found.has(${field}))`,
];

const calls = (forms: readonly Call[], action: string, it: string): string[] =>
  forms.map((form) => form(action, it));

const right: readonly string[] = [
  ...calls(onInstance, "'edit'", 'note'),
  ...calls(onInstance, "'archive'", 'folder'),
  ...calls(onRows, "'edit'", "'Note'"),
  ...calls(onRows, "'archive'", 'Folder'),
  ...calls(onRows, "'archive'", "authorizer.type('Folder')"),
  ...calls(onType, "'create'", "'Note'"),
  ...calls(onType, "'list'", 'Folder'),
  ...calls(onPage, "'edit'", "{ type: 'Note', id: 1 }"),
  ...calls(onPage, "'archive'", "{ type: 'Folder', id: text }"),
  ...calls(onPage, "'create'", "'Note'"),
  '<Can action="edit" on={{ type: "Note", id: 1 }} fallback="no" />',
  ...onField("'read'", 'note', "'title'"),
  // An action of every member of a union, and any action in a list.
  ...calls(onInstance, "'read'", 'either'),
  ...calls(onInstance.filter(isList), "'edit'", 'either'),
  // A field of every member of a union, and any field in a list.
  ...onField("'read'", 'either', "'title'"),
  ...onField("'read'", 'either', "'body'").filter(asksList),
  '<T extends typeof note>(it: T) => me.authorizeField("read", it, "title")',
  // A type parameter accepts the actions of its constraint.
  generic("'edit'", 'typeof note'),
  generic("'archive'", 'Folder | null'),
  generic("'read'", 'typeof either'),
  generic("'archive'", '{ readonly ownerId: number }'),
  generic("'archive'", 'object'),
  '<T extends Folder>(it: T, action: ActionOf<Folder>) => me.can(action, it)',
  '<T,>(it: T, action: ActionOf<T>) => authorizer.authorize(user, action, it)',
  "<T extends typeof either>(all: T[]) => me.filter('read', all).then((some): T[] => some)",
  "class extends Folder { isArchivable() { return me.can('archive', this); } }",
  // A type itself as the resource.
  "authorizer.authorize(user, 'list', Folder)",
  "authz.can('create', authorizer.type('Note'))",
  "Authorize('create', 'Note')",
  // Resources whose type the compiler does not know accept every action of the policy.
  "authorizer.authorize(user, 'archive', undeclared)",
  "authorizer.authorize(user, 'archive', unknown)",
  "authorizer.authorize(user, 'archive', any)",
  "authorizer.authorize(user, 'archive', null)",
  "authorizer.authorize(user, 'deploy', 'production')",
  "authz.authorize('edit', find('1'))",
  "express.authorize<{ id: string }>('edit', (req) => find(req.params.id))",
  "authorizer.as(any).authorizeField('update', any, text)",
  // Texts from outside.
  'authorizer.policy.isAction(text) && authorizer.authorize(user, text, unknown)',
  "authorizer.policy.isAction(text, 'Note') && authorizer.can(user, text, note)",
  'authorizer.policy.grants(text)',
  // The kinds of names as types.
  "('edit' satisfies ActionOf<typeof note>)",
  "('archive' satisfies AnyAction)",
  "('edit' satisfies GrantablePermission)",
  "authorizer.policy.validateGrants(unknown).includes('edit')",
  "('writer' satisfies RoleOf<typeof note>)",
  "('body' satisfies FieldOf<typeof note>)",
  "('User' satisfies TypeName)",
  "AuthorizeResult('archive', { at: 'items' })",
  'AuthorizedFields()',
  "AuthorizedInput({ action: 'update' })",
  "authorizeField({ action: 'read' })",
  "nanook({ authorizer, schema: any, actor: user, actions: { read: 'read', update: 'edit' } })",
  "rowLevelSecurity(authorizer, { actor: 'User', tables: any, policies: { Note: { select: 'read' } } })",
  // A typed row keeps its fields, also in a list.
  "typed('Note', { id: 1 }).id.toFixed()",
  "[{ id: 1 }].map((row) => typed('Note', row).id)",
  "me.list('read', Folder).then(({ rows }) => rows.map((row) => row.ownerId.toFixed()))",
  "me.list<{ id: number }>('read', 'Note').then(({ rows }) => rows.map((row) => row.id.toFixed()))",
  "me.list('read', 'Note').then(({ rows }) => me.can('edit', rows[0]!))",
  "authorizer.authorize(user, 'read', note).then((it) => it.ownerId.toFixed())",
];

const wrong: readonly string[] = [
  // A misspelled action, and an action of another type.
  ...calls(onInstance, "'eddit'", 'note'),
  ...calls(onInstance, "'archive'", 'note'),
  ...calls(onInstance, "'edit'", 'folder'),
  ...calls(onRows, "'raed'", "'Note'"),
  ...calls(onRows, "'archive'", "'Note'"),
  ...calls(onPage, "'eddit'", "{ type: 'Note', id: 1 }"),
  ...calls(onPage, "'archive'", "{ type: 'Note', id: 1 }"),
  '<Can action="eddit" on={{ type: "Note", id: 1 }} fallback="no" />',
  ...calls(onRows, "'edit'", 'Folder'),
  ...calls(onRows, "'edit'", "authorizer.type('Folder')"),
  // A misspelled type.
  ...calls(onRows, "'edit'", "'Noet'"),
  ...calls(onType, "'create'", "'Noet'"),
  ...calls(onPage, "'edit'", "{ type: 'Noet', id: 1 }"),
  ...calls(onPage, "'create'", "'Noet'"),
  // An action that only instances have, or only another type.
  ...calls(onType, "'create'", "'Folder'"),
  ...calls(onType, "'create'", 'Folder'),
  ...calls(onType, "'eddit'", "'Note'"),
  ...calls(onPage, "'create'", "'Folder'"),
  ...calls(onPage, "'create'", "{ type: 'Note', id: 1 }"),
  "authorizer.authorize(user, 'create', Folder)",
  "authz.can('list', authorizer.type('Note'))",
  // An action of one member of a union only.
  ...calls(
    onInstance.filter((call) => !isList(call)),
    "'edit'",
    'either',
  ),
  // An action that the constraint of a type parameter does not have.
  generic("'archive'", 'typeof note'),
  generic("'edit'", 'Folder | null'),
  generic("'edit'", 'typeof either'),
  generic("'achive'", '{ readonly ownerId: number }'),
  generic("'achive'", 'object'),
  '<T extends typeof note>(it: T, action: ActionOf<Folder>) => me.can(action, it)',
  // A role is not an action.
  "authorizer.authorize(user, 'owner', folder)",
  // Fields.
  ...onField("'read'", 'note', "'tilte'"),
  ...onField("'raed'", 'note', "'title'"),
  ...onField("'read'", 'folder', "'body'"),
  // A field of one member of a union only.
  ...onField("'read'", 'either', "'body'").filter((call) => !asksList(call)),
  // Names.
  "typed('Noet', { id: 1 })",
  "authorizer.type('Noet')",
  "('edit' satisfies ActionOf<typeof folder>)",
  "('raed' satisfies AnyAction)",
  "('archive' satisfies GrantablePermission)",
  "authorizer.policy.validateGrants(unknown).includes('archive')",
  "('owner' satisfies RoleOf<typeof note>)",
  "('tilte' satisfies FieldOf<typeof note>)",
  "authorizer.authorize(user, 'deploy', note)",
  "authorizer.type('*')",
  // Misspelled actions on resources whose type the compiler does not know, and texts from outside.
  "authorizer.authorize(user, 'achive', undeclared)",
  "authorizer.authorize(user, 'achive', unknown)",
  "authorizer.authorize(user, 'achive', any)",
  'authorizer.authorize(user, text, unknown)',
  "AuthorizeResult('raed')",
  "AuthorizedFields('raed')",
  "AuthorizedInput({ action: 'updaet' })",
  "authorizeField({ action: 'raed' })",
  "nanook({ authorizer, schema: any, actor: user, actions: { read: 'raed' } })",
  "rowLevelSecurity(authorizer, { actor: 'Usr', tables: any, policies: { Note: { select: 'read' } } })",
  "rowLevelSecurity(authorizer, { actor: 'User', tables: any, policies: { Note: { select: 'raed' } } })",
];

describe.runIf(runsAll)('the types of nanook typegen', { timeout: 120_000 }, () => {
  let types: string;
  beforeAll(async () => {
    types = await generateTypes();
  });

  it('accept more than a hundred right calls', () => {
    expect(right.length).toBeGreaterThan(100);
    const { refused, others } = compileCalls(right, types);
    expect([...refused]).toEqual([]);
    expect(others).toEqual([]);
  });

  it('refuse more than a hundred wrong calls', () => {
    expect(wrong.length).toBeGreaterThan(100);
    const { refused, others } = compileCalls(wrong, types);
    expect(wrong.filter((call) => !refused.has(call))).toEqual([]);
    expect(others).toEqual([]);
  });

  it('change nothing as long as they are not generated', () => {
    const isAboutNames = (call: string): boolean => !call.includes('satisfies');
    const { refused, others } = compileCalls([...right, ...wrong].filter(isAboutNames), undefined);
    expect([...refused]).toEqual([]);
    expect(others).toEqual([]);
  });
});
