import type { CompileOptions } from '../aot/compile-policy.js';
import type { Code } from './codes.js';

// cspell:ignore Organisation raed

/** An example in TypeScript that causes a code, and the corrected one. */
export interface CallExample {
  readonly wrong: string;
  readonly fix: string;
  /** The options with which `./policy.mjs` of the example is compiled. */
  readonly compiled?: CompileOptions;
}

const compileOptions = { policies: 'allow(user: User, "read", _) if user.level > LIMIT;' };
const severalTypes = {
  policies: 'allow(user: Guest, "read", _) if cut and user.trial; allow(_: Member, "read", _);',
  types: Object.fromEntries(
    ['Guest', 'Member'].map((name) => [
      name,
      { is: (value: unknown) => (value as { roles?: readonly string[] }).roles?.includes(name) === true },
    ]),
  ),
};

/** The examples of the codes that a call causes, and not the text of a policy. */
export const callExamples: {
  readonly [C in Exclude<Code, `POLAR_${'PARSE' | 'CHECK' | 'UNDECIDED'}_${string}`>]: CallExample;
} = {
  POLAR_LOAD_FILE_NOT_FOUND: {
    wrong: `await Authorizer.load({ policies: 'main.polar' });`,
    fix: `await Authorizer.load({ policies: 'policy/main.polar' });`,
  },
  POLAR_LOAD_NO_FILE_MATCHES: {
    wrong: `await Authorizer.load({ policies: 'policies/*.polar' }); // the folder has another name`,
    fix: `await Authorizer.load({ policies: 'policy/*.polar' });`,
  },
  POLAR_LOAD_UNREADABLE: {
    wrong: `await Authorizer.load({ policies: 'policy/old/utf-16.polar' }); // saved as UTF-16`,
    fix: `await Authorizer.load({ policies: 'policy/main.polar' }); // saved as UTF-8`,
  },
  POLAR_LOAD_FILE_EXTENSION: {
    wrong: `await Authorizer.load({ policies: 'policy/main' });`,
    fix: `await Authorizer.load({ policies: 'policy/main.polar' });`,
  },
  POLAR_LOAD_DUPLICATE_SOURCE: {
    wrong: `const source = 'allow("ann", "read", _);';
await Authorizer.load({ policies: [{ name: 'a.polar', source }, { name: 'b.polar', source }] });`,
    fix: `const source = 'allow("ann", "read", _);';
await Authorizer.load({ policies: [{ name: 'a.polar', source }] });`,
  },
  POLAR_LOAD_NO_FILES_HERE: {
    wrong: `// in a browser, or in another place without a file system
await Authorizer.load({ policies: 'policy/main.polar' });`,
    fix: `const source = 'allow("ann", "read", _);'; // from your bundler, or from a request
await Authorizer.load({ policies: { name: 'main.polar', source } });`,
  },
  POLAR_LOAD_NO_POLICY: {
    wrong: `await Authorizer.load({ policies: [] });`,
    fix: `await Authorizer.load({ policies: ['policy/main.polar'] });`,
  },
  POLAR_LOAD_CONSTRUCTOR: {
    wrong: `const authorizer = new Authorizer();`,
    fix: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });`,
  },
  POLAR_LOAD_NOT_AWAITED: {
    wrong: `const authorizer = Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.can('ann', 'read', 'plan');`,
    fix: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.can('ann', 'read', 'plan');`,
  },
  POLAR_LOAD_INLINE_QUERY_FAILED: {
    wrong: `await Authorizer.load({
  policies: \`
    allow("ann", "read", "plan");
    ?= allow("ben", "read", "plan");
  \`,
});`,
    fix: `await Authorizer.load({
  policies: \`
    allow("ann", "read", "plan");
    ?= allow("ann", "read", "plan");
  \`,
});`,
  },
  POLAR_LOAD_CANDIDATE_EXISTS: {
    wrong: `import { loadCandidate } from '@nanook/core/candidate';

const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await loadCandidate(authorizer, 'allow("ann", "edit", _);');
await loadCandidate(authorizer, 'allow("ben", "edit", _);');`,
    fix: `import { loadCandidate } from '@nanook/core/candidate';

const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
const first = await loadCandidate(authorizer, 'allow("ann", "edit", _);');
first.discard();
await loadCandidate(authorizer, 'allow("ben", "edit", _);');`,
  },
  POLAR_LOAD_PINNED: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.pinned().reload();`,
    fix: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.reload();`,
  },
  POLAR_LOAD_CANDIDATE_ENDED: {
    wrong: `import { loadCandidate } from '@nanook/core/candidate';

const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
const candidate = await loadCandidate(authorizer, 'allow("ann", "edit", _);');
candidate.discard();
await candidate.promote();`,
    fix: `import { loadCandidate } from '@nanook/core/candidate';

const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
const candidate = await loadCandidate(authorizer, 'allow("ann", "edit", _);');
await candidate.promote();`,
  },
  POLAR_LOAD_NOT_COMPILED: {
    wrong: `import { compilePolicy } from '@nanook/core/compile';

await compilePolicy({ policies: 'allow(user, "read", _) if print(user);' });`,
    fix: `import { compilePolicy } from '@nanook/core/compile';

await compilePolicy({ policies: 'allow(user, "read", _) if user.isAdmin;' });`,
  },
  POLAR_LOAD_MODULE_FORMAT: {
    wrong: `import { CompiledAuthorizer } from '@nanook/core/compiled';

const policy = import('./policy.mjs'); // a promise
CompiledAuthorizer.load(policy, { constants: { LIMIT: 5 }, types: { User: {} } });`,
    fix: `import { CompiledAuthorizer } from '@nanook/core/compiled';

const { default: policy } = await import('./policy.mjs');
CompiledAuthorizer.load(policy, { constants: { LIMIT: 5 }, types: { User: {} } });`,
    compiled: { ...compileOptions, constants: { LIMIT: 5 }, types: { User: {} } },
  },
  POLAR_LOAD_MODULE_MISMATCH: {
    wrong: `import { CompiledAuthorizer } from '@nanook/core/compiled';
import policy from './policy.mjs'; // compiled with LIMIT: 5

CompiledAuthorizer.load(policy, { constants: { LIMIT: 6 }, types: { User: {} } });`,
    fix: `import { CompiledAuthorizer } from '@nanook/core/compiled';
import policy from './policy.mjs'; // compiled with LIMIT: 5

CompiledAuthorizer.load(policy, { constants: { LIMIT: 5 }, types: { User: {} } });`,
    compiled: { ...compileOptions, constants: { LIMIT: 5 }, types: { User: {} } },
  },

  POLAR_FILTER_UNTRANSLATABLE: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(_: User, "read", note: Note) if note.title.trim() = "draft";',
  types: { User: {}, Note: { fields: { title: 'String', isPublic: 'Boolean' } } },
});
await authorizer.where(typed('User', { id: 1 }), 'read', 'Note');`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_: User, "read", note: Note) if note.isPublic;',
  types: { User: {}, Note: { fields: { title: 'String', isPublic: 'Boolean' } } },
});
await authorizer.where(typed('User', { id: 1 }), 'read', 'Note');`,
  },
  POLAR_FILTER_TOO_LARGE: {
    wrong: `let condition = 'note.size < 5';
for (let i = 0; i < 30; i++) condition = \`not (\${condition} and note.ownerId < \${i})\`;
const authorizer = await Authorizer.load({
  policies: \`allow(_, "read", note: Note) if \${condition};\`,
  types: { Note: { fields: { ownerId: 'Integer', size: 'Integer' } } },
});
await authorizer.where('ann', 'read', 'Note');`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", note: Note) if note.size < 5 and note.ownerId < 30;',
  types: { Note: { fields: { ownerId: 'Integer', size: 'Integer' } } },
});
await authorizer.where('ann', 'read', 'Note');`,
  },
  POLAR_FILTER_NOT_CLASSIC: {
    wrong: `import { toClassicFilter } from '@nanook/core/filter';

const authorizer = await Authorizer.load({
  policies: \`
    allow(_, "read", note: Note) if note.folder.isPublic;
    allow(_, "read", note: Note) if note.ownerId = 1;
  \`,
  types: {
    Folder: { fields: { id: 'Integer', isPublic: 'Boolean', ownerId: 'Integer' } },
    Note: {
      fields: { folderId: 'Integer', ownerId: 'Integer' },
      relations: { folder: one('Folder', { local: 'folderId', foreign: 'id' }) },
    },
  },
});
toClassicFilter(await authorizer.where('ann', 'read', 'Note'));`,
    fix: `import { toClassicFilter } from '@nanook/core/filter';

const authorizer = await Authorizer.load({
  policies: \`
    allow(_, "read", note: Note) if note.folder.isPublic;
    allow(_, "read", note: Note) if note.folder.ownerId = 1;
  \`,
  types: {
    Folder: { fields: { id: 'Integer', isPublic: 'Boolean', ownerId: 'Integer' } },
    Note: {
      fields: { folderId: 'Integer', ownerId: 'Integer' },
      relations: { folder: one('Folder', { local: 'folderId', foreign: 'id' }) },
    },
  },
});
toClassicFilter(await authorizer.where('ann', 'read', 'Note'));`,
  },
  POLAR_FILTER_NO_FIELDS: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", note: Note) if note.isPublic;',
  types: { Note: {} },
});
await authorizer.where('ann', 'read', 'Note');`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", note: Note) if note.isPublic;',
  types: { Note: { fields: { isPublic: 'Boolean' } } },
});
await authorizer.where('ann', 'read', 'Note');`,
  },

  POLAR_DRAFT_VALUE: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(user, "create", note: Note) if note.folder.owner = user;',
  types: {
    Folder: { key: 'id', fields: { id: 'Integer', owner: 'String' } },
    Note: {
      key: 'id',
      fields: { id: 'Integer', folderId: 'Integer' },
      relations: { folder: one('Folder', { local: 'folderId', foreign: 'id' }) },
    },
  },
  resources: { list: async () => [{ id: 1, owner: 'ann' }], count: async () => 0 },
});
await authorizer.authorizeNew('ann', 'create', 'Note', { folder: { id: 1, owner: 'ann' } });`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(user, "create", note: Note) if note.folder.owner = user;',
  types: {
    Folder: { key: 'id', fields: { id: 'Integer', owner: 'String' } },
    Note: {
      key: 'id',
      fields: { id: 'Integer', folderId: 'Integer' },
      relations: { folder: one('Folder', { local: 'folderId', foreign: 'id' }) },
    },
  },
  resources: { list: async () => [{ id: 1, owner: 'ann' }], count: async () => 0 },
});
await authorizer.authorizeNew('ann', 'create', 'Note', { folderId: 1 });`,
  },
  POLAR_DRAFT_EXISTS: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(user, "create", note: Note) if note.folder.owner = user;',
  types: {
    Folder: { key: 'id', fields: { id: 'Integer', owner: 'String' } },
    Note: {
      key: 'id',
      fields: { id: 'Integer', folderId: 'Integer' },
      relations: { folder: one('Folder', { local: 'folderId', foreign: 'id' }) },
    },
  },
  resources: { list: async () => [{ id: 1, owner: 'ann' }], count: async () => 1 },
});
await authorizer.authorizeNew('ann', 'create', 'Note', { id: 7, folderId: 1 });`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(user, "create", note: Note) if note.folder.owner = user;',
  types: {
    Folder: { key: 'id', fields: { id: 'Integer', owner: 'String' } },
    Note: {
      key: 'id',
      fields: { id: 'Integer', folderId: 'Integer' },
      relations: { folder: one('Folder', { local: 'folderId', foreign: 'id' }) },
    },
  },
  resources: { list: async () => [{ id: 1, owner: 'ann' }], count: async () => 1 },
});
await authorizer.authorizeNew('ann', 'create', 'Note', { folderId: 1 });`,
  },
  POLAR_LIST_NO_ADAPTER: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", note: Note) if note.isPublic;',
  types: { Note: { key: 'id', fields: { id: 'Integer', isPublic: 'Boolean' } } },
});
await authorizer.list('ann', 'read', 'Note');`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", note: Note) if note.isPublic;',
  types: { Note: { key: 'id', fields: { id: 'Integer', isPublic: 'Boolean' } } },
  resources: { list: async () => [], count: async () => 0 }, // or an adapter of @nanook/orm
});
await authorizer.list('ann', 'read', 'Note');`,
  },
  POLAR_LIST_NO_KEY: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", note: Note) if note.isPublic;',
  types: { Note: { fields: { id: 'Integer', isPublic: 'Boolean' } } },
  resources: { list: async () => [], count: async () => 0 },
});
await authorizer.list('ann', 'read', 'Note');`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", note: Note) if note.isPublic;',
  types: { Note: { key: 'id', fields: { id: 'Integer', isPublic: 'Boolean' } } },
  resources: { list: async () => [], count: async () => 0 },
});
await authorizer.list('ann', 'read', 'Note');`,
  },
  POLAR_LIST_CURSOR: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", note: Note) if note.isPublic;',
  types: { Note: { key: 'id', fields: { id: 'Integer', isPublic: 'Boolean' } } },
  resources: { list: async () => [], count: async () => 0 },
});
await authorizer.list('ann', 'read', 'Note', { take: 20, after: '20' });`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", note: Note) if note.isPublic;',
  types: { Note: { key: 'id', fields: { id: 'Integer', isPublic: 'Boolean' } } },
  resources: { list: async () => [], count: async () => 0 },
});
const { next } = await authorizer.list('ann', 'read', 'Note', { take: 20 });
await authorizer.list('ann', 'read', 'Note', { take: 20, after: next });`,
  },
  POLAR_LIST_ROW: {
    wrong: `const rows = [{ id: 1, createdAt: '2026-11-27' }];
const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", _: Note);',
  types: { Note: { key: 'id', fields: { id: 'Integer', createdAt: Date } } },
  resources: { list: async () => rows, count: async () => 1 },
});
await authorizer.list('ann', 'read', 'Note', { take: 20, orderBy: { createdAt: 'asc' } });`,
    fix: `const rows = [{ id: 1, createdAt: new Date('2026-11-27') }];
const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", _: Note);',
  types: { Note: { key: 'id', fields: { id: 'Integer', createdAt: Date } } },
  resources: { list: async () => rows, count: async () => 1 },
});
await authorizer.list('ann', 'read', 'Note', { take: 20, orderBy: { createdAt: 'asc' } });`,
  },
  POLAR_LIST_FIELD: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", _: Note); allow_field(_, "read", _: Note, "id");',
  types: { Note: { key: 'id', fields: { id: 'Integer', title: 'String' } } },
  resources: { list: async () => [], count: async () => 0 },
});
await authorizer.list('ann', 'read', 'Note', { fields: 'read', orderBy: { title: 'asc' } });`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", _: Note); allow_field(_, "read", _: Note, field) if field in ["id", "title"];',
  types: { Note: { key: 'id', fields: { id: 'Integer', title: 'String' } } },
  resources: { list: async () => [], count: async () => 0 },
});
await authorizer.list('ann', 'read', 'Note', { fields: 'read', orderBy: { title: 'asc' } });`,
  },
  POLAR_LIST_HIDDEN_KEY: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", _: Note); allow_field(_, "read", _: Note, "title");',
  types: { Note: { key: 'id', fields: { id: 'Integer', title: 'String' } } },
  resources: { list: async () => [], count: async () => 0 },
});
await authorizer.list('ann', 'read', 'Note', { fields: 'read' });`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", _: Note); allow_field(_, "read", _: Note, field) if field in ["id", "title"];',
  types: { Note: { key: 'id', fields: { id: 'Integer', title: 'String' } } },
  resources: { list: async () => [], count: async () => 0 },
});
await authorizer.list('ann', 'read', 'Note', { fields: 'read' });`,
  },

  POLAR_TYPE_RESERVED_NAME: {
    wrong: `await Authorizer.load({ policies: 'policy/main.polar', types: { Actor: {} } });`,
    fix: `await Authorizer.load({ policies: 'policy/main.polar', types: { Member: {} } });`,
  },
  POLAR_TYPE_INVALID_NAME: {
    wrong: `await Authorizer.load({ policies: 'policy/main.polar', types: { 'pull-request': {} } });`,
    fix: `await Authorizer.load({ policies: 'policy/main.polar', types: { PullRequest: {} } });`,
  },
  POLAR_TYPE_NOT_A_CLASS: {
    wrong: `const User = undefined; // an import of a name that the module does not export
await Authorizer.load({ policies: 'policy/main.polar', types: { User } });`,
    fix: `class User {}
await Authorizer.load({ policies: 'policy/main.polar', types: { User } });`,
  },
  POLAR_TYPE_DUPLICATE: {
    wrong: `class User {}
await Authorizer.load({ policies: 'policy/main.polar', types: { User, Member: User } });`,
    fix: `class User {}
await Authorizer.load({ policies: 'policy/main.polar', types: { User } });`,
  },
  POLAR_TYPE_INVALID_DECLARATION: {
    wrong: `await Authorizer.load({ policies: 'policy/main.polar', types: { User: { is: true } } });`,
    fix: `await Authorizer.load({
  policies: 'policy/main.polar',
  types: { User: { is: (value) => value.kind === 'user' } },
});`,
  },
  POLAR_TYPE_UNKNOWN_FIELD_TYPE: {
    wrong: `await Authorizer.load({
  policies: 'policy/main.polar',
  types: { Organization: {}, Repository: { fields: { organization: 'Organisation' } } },
});`,
    fix: `await Authorizer.load({
  policies: 'policy/main.polar',
  types: { Organization: {}, Repository: { fields: { organization: 'Organization' } } },
});`,
  },
  POLAR_TYPE_UNKNOWN_TYPE: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar', types: { Repository: {} } });
authorizer.type('Repo');`,
    fix: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar', types: { Repository: {} } });
authorizer.type('Repository');`,
  },
  POLAR_TYPE_INVALID_GRANTS: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'grantable("read"); grantable("pay"); allow(_: User, "pay", _: Note);',
  types: { User: {}, Note: {} },
  queries: ['grantable'],
});
authorizer.policy.validateGrants(['read', 'delete']);`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'grantable("read"); grantable("pay"); allow(_: User, "pay", _: Note);',
  types: { User: {}, Note: {} },
  queries: ['grantable'],
});
authorizer.policy.validateGrants(['read', 'pay']);`,
  },
  POLAR_TYPE_NOT_GRANTABLE: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow("ann", "read", _: Note);',
  types: { Note: {} },
});
authorizer.policy.requireGrant('raed', 'Note');`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow("ann", "read", _: Note);',
  types: { Note: {} },
});
authorizer.policy.requireGrant('read', 'Note');`,
  },
  POLAR_TYPE_INVALID_OPTION: {
    wrong: `await Authorizer.load({ policies: 'policy/main.polar', undecided: 'allow' });`,
    fix: `await Authorizer.load({ policies: 'policy/main.polar', undecided: 'deny' });`,
  },
  POLAR_TYPE_NOT_AN_OBJECT: {
    wrong: `const findNote = async () => ({ id: 1 });
const note = typed('Note', findNote());`,
    fix: `const findNote = async () => ({ id: 1 });
const note = typed('Note', await findNote());`,
  },
  POLAR_TYPE_INVALID_TAG: {
    wrong: `class Note {}
const note = typed(Note, { id: 1 });`,
    fix: `const note = typed('Note', { id: 1 });`,
  },
  POLAR_TYPE_INVALID_ARGUMENT: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.policy.queryRule('allow', 'ann', 'read', 'plan').next();`,
    fix: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.policy.queryRule('allow', ['ann', 'read', 'plan']).next();`,
  },
  POLAR_TYPE_NOT_A_LIST: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
const findPlans = async () => ['plan'];
await authorizer.filter('ann', 'read', findPlans());`,
    fix: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
const findPlans = async () => ['plan'];
await authorizer.filter('ann', 'read', await findPlans());`,
  },

  POLAR_RUN_UNDEFINED_RULE: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'has_role("ann", "owner", _);', queries: ['has_role'] });
await authorizer.policy.query('has_rol("ann", role, "plan")').next();`,
    fix: `const authorizer = await Authorizer.load({ policies: 'has_role("ann", "owner", _);', queries: ['has_role'] });
await authorizer.policy.query('has_role("ann", role, "plan")').next();`,
  },
  POLAR_RUN_UNKNOWN_CLASS: {
    wrong: `class User {}
const authorizer = await Authorizer.load({ policies: 'policy/main.polar', types: { User } });
await authorizer.policy.query('new Usr() = user').next();`,
    fix: `class User {}
const authorizer = await Authorizer.load({ policies: 'policy/main.polar', types: { User } });
await authorizer.policy.query('new User() = user').next();`,
  },
  POLAR_RUN_UNKNOWN_TAG: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow("ann", "read", _: Repository);',
  types: { Repository: {} },
});
await authorizer.can('ann', 'read', typed('Repo', { id: 1 }));`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow("ann", "read", _: Repository);',
  types: { Repository: {} },
});
await authorizer.can('ann', 'read', typed('Repository', { id: 1 }));`,
  },
  POLAR_RUN_RELATED_ROWS: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(_, action, note: Note) if action in ["read", "edit"] and note.isPublic;',
  types: {
    Note: {
      key: 'id',
      fields: { id: 'Integer', isPublic: 'Boolean', replyTo: 'Integer?' },
      relations: { original: one('Note', { local: 'replyTo', foreign: 'id' }) },
    },
  },
  resources: { list: async () => [{ id: 1, isPublic: true, replyTo: null }], count: async () => 1 },
});
const { rows } = await authorizer.list('ann', 'read', 'Note', { include: ['original'] });
await authorizer.can('ann', 'edit', rows[0]);`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_, action, note: Note) if action in ["read", "edit"] and note.isPublic;',
  types: {
    Note: {
      key: 'id',
      fields: { id: 'Integer', isPublic: 'Boolean', replyTo: 'Integer?' },
      relations: { original: one('Note', { local: 'replyTo', foreign: 'id' }) },
    },
  },
  resources: { list: async () => [{ id: 1, isPublic: true, replyTo: null }], count: async () => 1 },
});
const { rows } = await authorizer.list('ann', 'read', 'Note', { include: ['original'] });
await authorizer.one('ann', 'edit', 'Note', rows[0]['id']);`,
  },
  POLAR_RUN_HOST_ERROR: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'allow(_, "read", note) if note.owner = "ann";' });
const note = {
  get owner() {
    throw new Error('no connection');
  },
};
await authorizer.can('ann', 'read', note);`,
    fix: `const authorizer = await Authorizer.load({ policies: 'allow(_, "read", note) if note.owner = "ann";' });
const note = { owner: 'ann' }; // loaded before the check
await authorizer.can('ann', 'read', note);`,
  },
  POLAR_RUN_REFUSED_MEMBER: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", note) if field = note.field and note.(field) = 1;',
});
await authorizer.can('ann', 'read', { field: 'constructor', ownerId: 1 });`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", note) if field = note.field and note.(field) = 1;',
});
await authorizer.can('ann', 'read', { field: 'ownerId', ownerId: 1 });`,
  },
  POLAR_RUN_UNREGISTERED_METHOD: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'allow("ann", "read", note) if note.isOpen();' });
await authorizer.can('ann', 'read', { isOpen: () => true });`,
    fix: `class Note {
  isOpen() {
    return true;
  }
}
const authorizer = await Authorizer.load({
  policies: 'allow("ann", "read", note) if note.isOpen();',
  types: { Note },
});
await authorizer.can('ann', 'read', new Note());`,
  },
  POLAR_RUN_ALREADY_BOUND: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.policy.query('x = 1 and x := 2').next();`,
    fix: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.policy.query('x = 1 and y := 2').next();`,
  },
  POLAR_RUN_LARGE_INTEGER: {
    wrong: `import { authorizerIn } from '@nanook/core/compat';

class Counter {
  next(value) {
    return value;
  }
}
const authorizer = await authorizerIn({ dialect: 'oso' }).load({
  policies: 'allow(counter: Counter, "read", _) if counter.next(9007199254740993) = _;',
  types: { Counter },
});
await authorizer.can(new Counter(), 'read', 'plan');`,
    fix: `import { authorizerIn } from '@nanook/core/compat';

class Counter {
  next(value) {
    return value;
  }
}
const authorizer = await authorizerIn({ dialect: 'oso' }).load({
  policies: 'allow(counter: Counter, "read", _) if counter.next("9007199254740993") = _;',
  types: { Counter },
});
await authorizer.can(new Counter(), 'read', 'plan');`,
  },
  POLAR_RUN_UNBOUND_ARGUMENT: {
    wrong: `class Group {
  has(name) {
    return name === 'ann';
  }
}
const authorizer = await Authorizer.load({
  policies: 'allow(user, "read", group: Group) if group.has(name) and name = user;',
  types: { Group },
});
await authorizer.can('ann', 'read', new Group());`,
    fix: `class Group {
  has(name) {
    return name === 'ann';
  }
}
const authorizer = await Authorizer.load({
  policies: 'allow(user, "read", group: Group) if name = user and group.has(name);',
  types: { Group },
});
await authorizer.can('ann', 'read', new Group());`,
  },
  POLAR_RUN_UNBOUND_RECEIVER: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(user, "read", _) if name.startsWith("a") and name = user;',
});
await authorizer.can('ann', 'read', 'plan');`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(user, "read", _) if name = user and name.startsWith("a");',
});
await authorizer.can('ann', 'read', 'plan');`,
  },
  POLAR_RUN_UNBOUND_KEY: {
    wrong: `class User {
  level = 5;
}
const authorizer = await Authorizer.load({
  policies: 'allow(user: User, "read", _) if user.(key) = 5 and key = "level";',
  types: { User },
});
await authorizer.can(new User(), 'read', 'plan');`,
    fix: `class User {
  level = 5;
}
const authorizer = await Authorizer.load({
  policies: 'allow(user: User, "read", _) if key = "level" and user.(key) = 5;',
  types: { User },
});
await authorizer.can(new User(), 'read', 'plan');`,
  },
  POLAR_RUN_STEP_LIMIT: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(user, "read", notes) if note in notes and note.owner = user;',
  limits: { maxSteps: 100 },
});
const notes = Array.from({ length: 1_000 }, () => ({ owner: 'ben' }));
await authorizer.can('ann', 'read', notes);`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(user, "read", notes) if note in notes and note.owner = user;',
  limits: { maxSteps: 100_000 },
});
const notes = Array.from({ length: 1_000 }, () => ({ owner: 'ben' }));
await authorizer.can('ann', 'read', notes);`,
  },
  POLAR_RUN_DEPTH_LIMIT: {
    wrong: `const authorizer = await Authorizer.load({
  policies: \`
    allow(user, "read", folder) if owns(user, folder, []);
    owns(user, folder, _) if folder.owner = user;
    owns(user, folder, path) if folder.parent != nil and owns(user, folder.parent, [folder, *path]);
  \`,
  limits: { maxDepth: 1_000 },
});
const folder = { owner: 'ben' };
folder.parent = folder; // a circle, in which each call has a longer path
await authorizer.can('ann', 'read', folder);`,
    fix: `const authorizer = await Authorizer.load({
  policies: \`
    allow(user, "read", folder) if owns(user, folder);
    owns(user, folder) if folder.owner = user;
    owns(user, folder) if folder.parent != nil and owns(user, folder.parent);
  \`,
  limits: { maxDepth: 1_000 },
});
const folder = { owner: 'ben' };
folder.parent = folder; // a circle, in which the same call comes again, and fails
await authorizer.can('ann', 'read', folder);`,
  },
  POLAR_RUN_SIZE_LIMIT: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(name, "read", _) if name.concat(name).length = 6;',
  limits: { maxSize: 5 },
});
await authorizer.can('ann', 'read', 'plan');`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(name, "read", _) if name.concat(name).length = 6;',
  limits: { maxSize: 1_000 },
});
await authorizer.can('ann', 'read', 'plan');`,
  },
  POLAR_RUN_TIMEOUT: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow("ann", "read", note) if note.isPublic;',
  limits: { timeoutMs: 20 },
});
const isPublic = new Promise((resolve) => setTimeout(resolve, 100, true)); // a slow database
await authorizer.can('ann', 'read', { isPublic });`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow("ann", "read", note) if note.isPublic;',
  limits: { timeoutMs: 5_000 },
});
const isPublic = new Promise((resolve) => setTimeout(resolve, 100, true));
await authorizer.can('ann', 'read', { isPublic });`,
  },
  POLAR_RUN_ABORTED: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
const signal = AbortSignal.abort(); // such as that of a request that the client has ended
await authorizer.can('ann', 'read', 'plan', { signal });`,
    fix: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
const signal = AbortSignal.abort();
if (!signal.aborted) await authorizer.can('ann', 'read', 'plan', { signal });`,
  },
  POLAR_RUN_PROMISE_IN_SYNC: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'allow(user, "read", note) if note.owner = user;' });
authorizer.canSync('ann', 'read', { owner: Promise.resolve('ann') });`,
    fix: `const authorizer = await Authorizer.load({ policies: 'allow(user, "read", note) if note.owner = user;' });
await authorizer.can('ann', 'read', { owner: Promise.resolve('ann') });`,
  },
  POLAR_RUN_TYPES_NOT_COMPILED: {
    wrong: `import { CompiledAuthorizer } from '@nanook/core/compiled';
import policy from './policy.mjs'; // compiled with these types, and with a cut in a rule for guests

const has = (role) => ({ is: (value) => value.roles?.includes(role) === true });
const types = { Guest: has('Guest'), Member: has('Member') };
const authorizer = CompiledAuthorizer.load(policy, { types });
await authorizer.can({ roles: ['Guest', 'Member'], trial: true }, 'read', 'plan');`,
    fix: `const has = (role) => ({ is: (value) => value.roles?.includes(role) === true });
const types = { Guest: has('Guest'), Member: has('Member') };
const authorizer = await Authorizer.load({ policies: 'policy/roles/roles.polar', types });
await authorizer.can({ roles: ['Guest', 'Member'], trial: true }, 'read', 'plan');`,
    compiled: severalTypes,
  },
  POLAR_RUN_TAGGED_INSTANCE: {
    wrong: `import { CompiledAuthorizer } from '@nanook/core/compiled';
import policy from './policy.mjs'; // compiled from 'policy/classes.polar' with these types

class Note {}
const authorizer = CompiledAuthorizer.load(policy, { types: { Note, Plan: {} } });
await authorizer.can('ann', 'read', typed('Plan', new Note()));`,
    fix: `import { CompiledAuthorizer } from '@nanook/core/compiled';
import policy from './policy.mjs';

class Note {}
const authorizer = CompiledAuthorizer.load(policy, { types: { Note, Plan: {} } });
await authorizer.can('ann', 'read', new Note());`,
    compiled: {
      policies: 'allow("ann", "read", _: Note); allow("ann", "read", _: Plan);',
      types: { Note: class Note {}, Plan: {} },
    },
  },
  POLAR_RUN_UNHANDLED_CONSTRAINT: {
    wrong: `class User {}
const authorizer = await Authorizer.load({
  policies: 'allow(_, "read", _) if user matches User and user = user;',
  types: { User },
});
await authorizer.can(new User(), 'read', 'plan');`,
    fix: `class User {}
const authorizer = await Authorizer.load({
  policies: 'allow(user, "read", _) if user matches User;',
  types: { User },
});
await authorizer.can(new User(), 'read', 'plan');`,
  },
  POLAR_RUN_UNEXPECTED_CONSTRAINT: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'allow("ann", action, _) if action != "delete";' });
await authorizer.actions('ann', 'plan');`,
    fix: `const authorizer = await Authorizer.load({ policies: 'allow("ann", action, _) if action in ["read", "edit"];' });
await authorizer.actions('ann', 'plan');`,
  },
  POLAR_RUN_WILDCARD: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'allow("ann", _, _);' });
await authorizer.actions('ann', 'plan');`,
    fix: `const authorizer = await Authorizer.load({ policies: 'allow("ann", _, _);' });
await authorizer.actions('ann', 'plan', { allowWildcard: true }); // Set { '*' }`,
  },
  POLAR_RUN_NO_SUCH_BINDING: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.policy.query('allow(actor, action, "plan")', { bindings: { user: 'ann' } }).next();`,
    fix: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.policy.query('allow(actor, action, "plan")', { bindings: { actor: 'ann' } }).next();`,
  },

  POLAR_DENIED_UNTYPED: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'allow("ann", "read", _: Note);', types: { Note: {} } });
await authorizer.can('ann', 'read', { id: 1 });`,
    fix: `const authorizer = await Authorizer.load({ policies: 'allow("ann", "read", _: Note);', types: { Note: {} } });
await authorizer.can('ann', 'read', typed('Note', { id: 1 }));`,
  },
  POLAR_DATA_DIFFERENT_KINDS: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(user: User, "approve", note: Note) if note.submitterId != user.id;',
  types: { User: {}, Note: {} },
});
await authorizer.can(typed('User', { id: 1 }), 'approve', typed('Note', { submitterId: '1' }));`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(user: User, "approve", note: Note) if note.submitterId != user.id;',
  types: { User: { fields: { id: 'Integer' } }, Note: { fields: { submitterId: 'Integer' } } },
});
await authorizer.can(typed('User', { id: 1 }), 'approve', typed('Note', { submitterId: 2 }));`,
  },
  POLAR_DENIED_NOT_AWAITED: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
if (authorizer.can('ben', 'read', 'plan')) console.log('always');`,
    fix: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
if (await authorizer.can('ben', 'read', 'plan')) console.log('only if Ben may read the plan');`,
  },
  POLAR_DENIED_UNKNOWN_ACTION: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(_: User, "read", _: Note);',
  types: { User: {}, Note: {} },
});
await authorizer.can(typed('User', { id: 1 }), 'raed', typed('Note', { id: 1 }));`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_: User, "read", _: Note);',
  types: { User: {}, Note: {} },
});
await authorizer.can(typed('User', { id: 1 }), 'read', typed('Note', { id: 1 }));`,
  },
  POLAR_DENIED_ACTION: {
    wrong: `const authorizer = await Authorizer.load({
  policies: 'allow(_: User, "read", _: Note);',
  types: { User: {}, Note: {} },
});
await authorizer.can(typed('User', { id: 1 }), ['read'], typed('Note', { id: 1 }));`,
    fix: `const authorizer = await Authorizer.load({
  policies: 'allow(_: User, "read", _: Note);',
  types: { User: {}, Note: {} },
});
await authorizer.can(typed('User', { id: 1 }), 'read', typed('Note', { id: 1 }));`,
  },
  POLAR_DENIED_ARGUMENT_ORDER: {
    wrong: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.can('read', 'ann', 'plan');`,
    fix: `const authorizer = await Authorizer.load({ policies: 'policy/main.polar' });
await authorizer.can('ann', 'read', 'plan');`,
  },
};
