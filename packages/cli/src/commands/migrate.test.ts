// cspell:ignore noso
import { symlink } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentOf, enterFolder, nanook } from '../testing/run.fixture.js';

const manifest = `{
  "name": "app",
  "scripts": { "oso": "oso policy.polar" },
  "dependencies": {
    "express": "^5.0.0",
    "oso": "^0.27.3"
  }
}
`;

describe('nanook migrate', () => {
  beforeEach(() =>
    enterFolder({
      'package.json': manifest,
      'src/oso.ts': `import { Oso, type Class } from 'oso';\nimport { Variable } from "oso/dist/src/Variable";\nexport const oso = new Oso();\n`,
      'src/oso.test.ts': `jest.mock('oso');\nconst { NotFoundError } = jest.requireActual<typeof import('oso')>('oso');\n`,
      'src/old.cjs': `const { Oso } = require('oso');\nconst text = 'oso';\n`,
      'node_modules/oso/index.js': `require('oso');\n`,
    }),
  );

  it('replaces the package in imports, require calls, types, mocks and package.json', async () => {
    const { code, out, err } = await nanook('migrate');
    expect({ code, err }).toEqual({ code: 0, err: '4 files changed\n' });
    expect(out).toBe('src/old.cjs\nsrc/oso.test.ts\nsrc/oso.ts\npackage.json\n');
    expect(await contentOf('src/oso.ts')).toBe(
      `import { Oso, type Class } from '@nanook/oso';\nimport { Variable } from "@nanook/oso/dist/src/Variable";\nexport const oso = new Oso();\n`,
    );
    expect(await contentOf('src/oso.test.ts')).toBe(
      `jest.mock('@nanook/oso');\nconst { NotFoundError } = jest.requireActual<typeof import('@nanook/oso')>('@nanook/oso');\n`,
    );
  });

  it('changes no other text, and no file of a dependency', async () => {
    await nanook('migrate');
    expect(await contentOf('src/old.cjs')).toBe(
      `const { Oso } = require('@nanook/oso');\nconst text = 'oso';\n`,
    );
    expect(await contentOf('node_modules/oso/index.js')).toBe(`require('oso');\n`);
    const changed = JSON.parse(await contentOf('package.json')) as Record<string, unknown>;
    expect(changed['scripts']).toEqual({ oso: 'oso policy.polar' });
    expect(changed['dependencies']).toEqual({
      express: '^5.0.0',
      '@nanook/oso': expect.stringMatching(/^\^\d/),
    });
  });

  it('changes nothing when it runs a second time', async () => {
    await nanook('migrate');
    expect(await nanook('migrate')).toMatchObject({ code: 0, out: '', err: '0 files changed\n' });
  });

  it('writes nothing with --dry-run, and shows the changed lines', async () => {
    const { out } = await nanook('migrate', '--dry-run', 'src/old.cjs');
    expect(out).toBe(
      `src/old.cjs\n- const { Oso } = require('oso');\n+ const { Oso } = require('@nanook/oso');\n`,
    );
    expect(await contentOf('src/old.cjs')).toContain(`require('oso')`);
  });

  it('replaces the package in declarations, comments, template literals and further mocks', async () => {
    await enterFolder({
      'types/app.d.ts': `import type { Oso } from 'oso';\ndeclare global { interface App { oso: Oso } }\n`,
      'a.js': `/** @type {import('oso').Oso} */\nlet oso;\nconst load = () => import(\`oso\`);\n`,
      'c.mjs': `const { Oso } = createRequire(import.meta.url)('oso');\n`,
      'b.test.ts': `jest.setMock('oso', {});\njest.unstable_mockModule('oso', () => ({}));\nvi.doUnmock('oso');\nmock.module('oso');\n`,
    });
    expect(await nanook('migrate')).toMatchObject({ code: 0, err: '4 files changed\n' });
    for (const file of ['types/app.d.ts', 'a.js', 'b.test.ts', 'c.mjs'])
      expect(await contentOf(file)).not.toMatch(/['"`]oso['"`]/);
  });

  it('leaves out symbolic links, also broken ones', async () => {
    await enterFolder({ 'src/a.ts': `import 'oso';\n` });
    await symlink('nowhere', 'src/broken.ts');
    await symlink('src', 'folder.ts');
    expect(await nanook('migrate')).toMatchObject({ code: 0, out: 'src/a.ts\n' });
  });

  it('changes no other text of package.json', async () => {
    const text = `{ "files": ["dist", "policy"],\r\n\t"dependencies": {"oso":"0.27.3", "zod": "4" }}\r\n`;
    await enterFolder({ 'package.json': `\uFEFF${text}` });
    await nanook('migrate');
    expect(await contentOf('package.json')).toBe(
      `\uFEFF${text.replace('"oso":"0.27.3"', '"@nanook/oso":"^0.0.0"')}`,
    );
  });

  it('removes the old dependency if the new one exists', async () => {
    await enterFolder({ 'package.json': `{"dependencies":{"@nanook/oso":"^1","a":"1","oso":"1"}}` });
    await nanook('migrate');
    expect(await contentOf('package.json')).toBe(`{"dependencies":{"@nanook/oso":"^1","a":"1"}}`);
  });

  it('lists mocks by file name and settings that seem to name the package', async () => {
    await enterFolder({
      '__mocks__/oso.js': `module.exports = {};\n// oso\n`,
      'webpack.config.js': `module.exports = { externals: ['oso'] };\n`,
      'package.json': `{"dependencies":{"oso":"1"},\n"jest":{"moduleNameMapper":{"^oso$":"x"}}}`,
    });
    expect((await nanook('migrate')).out).toBe(`package.json
__mocks__/oso.js:1:1 by hand: move the mock to the folder __mocks__/@nanook
webpack.config.js:1:32 by hand: if this names the package oso, write @nanook/oso
package.json:2:29 by hand: if this names the package oso, write @nanook/oso
`);
  });

  it('lists other packages that build on oso, and exits with 1', async () => {
    await enterFolder({ 'a.ts': `import { OsoModule } from 'nestjs-oso';\n` });
    expect(await nanook('migrate')).toMatchObject({
      code: 1,
      out: 'a.ts:1:27 by hand: nestjs-oso is another package, which this command does not replace\n',
    });
  });

  it('names a file that it cannot parse, and changes the others', async () => {
    await enterFolder({ 'a.ts': `import 'oso'; const = 1;\n`, 'b.ts': `import 'oso';\n` });
    const { code, out } = await nanook('migrate');
    expect(code).toBe(1);
    expect(out).toMatch(/^b\.ts\na\.ts:1:21 by hand: the file cannot be parsed: /);
  });

  it('exits with 2 for a path that does not exist, and for an unknown target', async () => {
    expect(await nanook('migrate', 'nowhere')).toMatchObject({ code: 2, err: 'nowhere does not exist\n' });
    expect((await nanook('migrate', '--to', 'casl')).code).toBe(2);
  });

  it('parses JSX, decorators, type assertions, accessors and types of Flow', async () => {
    await enterFolder({
      'a.tsx': `import { Oso } from 'oso';\nexport const page = <p>oso</p>;\n`,
      'b.ts': `import { Oso } from 'oso';\n@Injectable()\nexport class A { constructor(@Inject(Oso) readonly oso: Oso) {} }\nconst x = <Oso>value;\n`,
    });
    expect(await nanook('migrate')).toMatchObject({ code: 0, out: 'a.tsx\nb.ts\n' });
    await enterFolder({
      'a.js': `// @flow\nimport type { Oso } from 'oso';\nconst name = (oso: Oso): string => '';\n`,
      'b.ts': `import 'oso';\nclass A { accessor b = 1; }\nusing c = open();\n`,
    });
    expect(await nanook('migrate')).toMatchObject({ code: 0, out: 'a.js\nb.ts\n' });
  });
});

/** A file in which a function loads the policies of an instance. */
const loadedByFunction = `import { Oso } from 'oso';
const oso = new Oso();
export async function start() {
  oso.registerClass(User);
  await oso.loadFile('a.polar');
}
`;

/** Migrates one file to the authorizer. */
async function toAuthorizer(text: string): Promise<{ code: number; out: string; text: string }> {
  await enterFolder({ 'app.ts': text });
  const { code, out } = await nanook('migrate', '--to', 'authorizer');
  return { code, out, text: await contentOf('app.ts') };
}

describe('nanook migrate --to authorizer', () => {
  it('replaces the statements of a setup by one call of Authorizer.load', async () => {
    const { code, text } = await toAuthorizer(`import { Oso, Relation, ForbiddenError } from 'oso';
import { Organization, Repository, User } from './models';

const oso = new Oso({ readAction: 'view' });
oso.registerClass(User);
oso.registerClass(Organization, { name: 'Org' });
oso.registerClass(Repository, {
  fields: { id: Number, name: String, org: new Relation('one', 'Org', 'orgId', 'id') },
});
oso.registerClass(class {}, { name: 'Invoice', isaCheck: (value) => value?.kind === 'invoice' });
oso.registerConstant(new Date(), 'START');
await oso.loadFiles(['main.polar']);

export const mayRead = (user: User, repo: Repository) => oso.isAllowed(user, 'view', repo);
`);
    expect(code).toBe(0);
    expect(text).toBe(
      `import { Authorizer, one, ForbiddenError } from '@nanook/core';
import { Organization, Repository, User } from './models';

const oso = await Authorizer.load({
  policies: ['main.polar'],
  types: {
    User,
    Org: Organization,
    Repository: { class: Repository, fields: { id: 'Float', name: 'String' }, relations: { org: one('Org', { local: 'orgId', foreign: 'id' }) } },
    Invoice: { is: (value: any) => ![User, Organization, Repository].includes(value?.constructor) && ((value) => value?.kind === 'invoice')(value) },
  },
  constants: {
    START: new Date(),
  },
  readAction: 'view',
  equality: 'deep',
});

export const mayRead = (user: User, repo: Repository) => oso.can(user, 'view', repo);
`,
    );
  });

  it('keeps an exported variable that a function loads later', async () => {
    const { code, text } = await toAuthorizer(`import { Oso } from 'oso';
export const oso = new Oso();
export async function start() {
  oso.registerClass(User);
  await oso.loadStr('allow(_, _, _);');
}
`);
    expect(code).toBe(0);
    expect(text).toBe(`import { Authorizer } from '@nanook/core';
export let oso: Authorizer;
export async function start() {
  oso = await Authorizer.load({
    policies: { name: 'policy.polar', source: 'allow(_, _, _);' },
    types: {
      User,
    },
    equality: 'deep',
  });
}
`);
  });

  it('passes the arguments of queryRule as a list', async () => {
    const { text } = await toAuthorizer(`import { Oso, Variable } from 'oso';
export async function roles(oso: Oso<User>, user: User) {
  for await (const answer of oso.queryRule('has_role', user, new Variable('role'))) use(answer);
  for await (const answer of oso.queryRule({ acceptExpression: true }, 'f')) use(answer);
}
`);
    expect(text).toBe(`import { Authorizer, QueryVariable as Variable } from '@nanook/core';
export async function roles(oso: Authorizer, user: User) {
  for await (const answer of oso.policy.queryRule('has_role', [user, new Variable('role')])) use(answer);
  for await (const answer of oso.policy.queryRule('f', [], { acceptExpression: true })) use(answer);
}
`);
  });

  it('renames the methods that have another name in Authorizer', async () => {
    const { code, text } = await toAuthorizer(`import { Oso } from 'oso';
export const mayRead = (oso: Oso, user: User) => oso.isAllowed(user, 'read', note);
export const actionsOf = (service: { oso: Oso }, user: User) => service.oso.authorizedActions(user, note);
export const fieldsOf = (oso?: Oso) => oso?.authorizedFields(user, 'read', note);
export const answers = (oso: Oso) => [oso.query('f(x)'), database.query('select 1')];
`);
    expect({ code, text }).toEqual({
      code: 0,
      text: `import { Authorizer } from '@nanook/core';
export const mayRead = (oso: Authorizer, user: User) => oso.can(user, 'read', note);
export const actionsOf = (service: { oso: Authorizer }, user: User) => service.oso.actions(user, note);
export const fieldsOf = (oso?: Authorizer) => oso?.fields(user, 'read', note);
export const answers = (oso: Authorizer) => [oso.policy.query('f(x)'), database.query('select 1')];
`,
    });
  });

  it('lists a call of isAllowed on an object that may be something else', async () => {
    const { code, out } = await toAuthorizer(`import { Oso } from 'oso';
export const mayRead = (oso: Oso, list: Blocklist) => list.isAllowed(user);
`);
    expect(code).toBe(1);
    expect(out).toContain('write "can" if "list" is the authorizer');
  });

  it('renames the class where Nest injects it', async () => {
    const { text } = await toAuthorizer(`import { Oso } from '@nanook/oso';
@Injectable()
export class Service {
  constructor(@Inject(Oso) private readonly oso: Oso) {}
}
`);
    expect(text).toContain('constructor(@Inject(Authorizer) private readonly oso: Authorizer) {}');
  });

  it.each([
    ['oso.loadFiles(["a.polar"]);', '3:1 by hand: await the policies'],
    ['if (x) oso.registerClass(User);\nawait oso.loadStr("");', 'by hand: register and load in one list'],
    ['oso.registerClass(User, options);\nawait oso.loadStr("");', 'by hand: write the options as an object'],
    [
      'oso.registerClass(User, { ...options });\nawait oso.loadStr("");',
      'by hand: write each option by its name',
    ],
    [
      'oso.registerClass(User, { fields: { owner: lookup() } });\nawait oso.loadStr("");',
      'by hand: declare the field owner',
    ],
    ['run();', 'by hand: the file creates oso but does not load'],
  ])('keeps the creation of the instance, and lists it, for %j', async (statements, message) => {
    const before = `import { Oso } from 'oso';\nconst oso = new Oso();\n${statements}\n`;
    const { code, out, text } = await toAuthorizer(before);
    expect({ code, text }).toEqual({ code: 1, text: before });
    expect(out).toContain('app.ts:1:1 by hand: remove Oso from the import');
    expect(out).toMatch(/^app\.ts:2:13 by hand: /m);
    expect(out).toContain(message);
  });

  it('changes a file around the places that must be changed by hand, and lists their new lines', async () => {
    const { code, out, text } = await toAuthorizer(`import { NotFoundError, Oso, Relation } from 'oso';
const oso = new Oso();
oso.setDataFilteringAdapter(adapter);
oso.registerClass(User, {
  fields: { notes: new Relation('many', 'Note', 'id', 'userId') },
});
await oso.loadStr('');
const relation = new Relation('one', 'User', 'userId', 'id');
class Other extends Oso {}
export const query = () => oso.authorizedQuery(user, 'read', 'Note');
export const may = () => oso.isAllowed(user, 'read', note);
`);
    expect(text).toBe(`import { Authorizer, many, NotFoundError } from '@nanook/core';
import { Oso, Relation } from 'oso';
oso.setDataFilteringAdapter(adapter);
const oso = await Authorizer.load({
  policies: { name: 'policy.polar', source: '' },
  types: {
    User: { class: User, relations: { notes: many('Note', { local: 'id', foreign: 'userId' }) } },
  },
  equality: 'deep',
});
const relation = new Relation('one', 'User', 'userId', 'id');
class Other extends Oso {}
export const query = () => oso.authorizedQuery(user, 'read', 'Note');
export const may = () => oso.can(user, 'read', note);
`);
    expect(code).toBe(1);
    expect(out.replaceAll(/(by hand: \w+ \w+ \w+).*/g, '$1')).toBe(`app.ts
app.ts:2:1 by hand: remove Oso and
app.ts:3:5 by hand: delete the call
app.ts:11:22 by hand: declare the relation
app.ts:12:21 by hand: write a class
app.ts:13:32 by hand: pass the condition
`);
  });

  it('changes nothing, and lists the same places, when it runs again', async () => {
    const first = await toAuthorizer(`import { Oso } from 'oso';
const oso = new Oso();
await oso.loadStr('');
class Other extends Oso {}
export const rule = () => oso.queryRule('f', 1);
`);
    const { code, out, err } = await nanook('migrate', '--to', 'authorizer');
    expect({ code, out: `app.ts\n${out}`, err }).toEqual({
      code: 1,
      out: first.out,
      err: '0 files changed, 2 places to change by hand\n',
    });
  });

  it('replaces queryRuleOnce by the first answer of a query', async () => {
    const { code, text } = await toAuthorizer(`import { Oso } from 'oso';
export const one = async (oso: Oso) => (await oso.queryRuleOnce('f', user)) && 1;
export const two = (oso: Oso) => oso.queryRuleOnce('f');
export const three = async (oso?: Oso) => await oso?.queryRuleOnce('f');
`);
    expect({ code, text }).toEqual({
      code: 0,
      text: `import { Authorizer } from '@nanook/core';
export const one = async (oso: Authorizer) => (!(await oso.policy.queryRule('f', [user]).next()).done) && 1;
export const two = (oso: Authorizer) => oso.policy.queryRule('f', []).next().then(({ done }) => !done);
export const three = async (oso?: Authorizer) => await oso?.policy.queryRule('f', []).next().then(({ done }) => !done);
`,
    });
  });

  it('replaces authorizedResources by the rows of a list', async () => {
    const { code, text } = await toAuthorizer(`import { Oso } from 'oso';
export const one = async (oso: Oso) => [...(await oso.authorizedResources(user, 'read', Note))];
export const two = async (oso: Oso) => { const notes = await oso.authorizedResources(user, 'read', Note); };
export const three = (oso: Oso) => oso.authorizedResources(user, 'read', Note);
export const four = async (oso?: Oso) => (await oso?.authorizedResources(user, 'read', Note))?.length;
`);
    expect({ code, text }).toEqual({
      code: 0,
      text: `import { Authorizer } from '@nanook/core';
export const one = async (oso: Authorizer) => [...(await oso.list(user, 'read', Note)).rows];
export const two = async (oso: Authorizer) => { const notes = (await oso.list(user, 'read', Note)).rows; };
export const three = (oso: Authorizer) => oso.list(user, 'read', Note).then(({ rows }) => rows);
export const four = async (oso?: Authorizer) => (await oso?.list(user, 'read', Note))?.rows?.length;
`,
    });
  });

  it('replaces an instance that is assigned, or a field of a class', async () => {
    const { code, text } = await toAuthorizer(`import { Oso } from 'oso';
let oso: Oso;
beforeEach(async () => {
  oso = new Oso();
  oso.registerClass(User);
  await oso.loadFile('a.polar');
});
class Service {
  private readonly oso: Oso = new Oso();
  #other = new Oso();
  async start() {
    await this.oso.loadFile('a.polar');
    await this.#other.loadFile('b.polar');
  }
}
`);
    expect({ code, text }).toEqual({
      code: 0,
      text: `import { Authorizer } from '@nanook/core';
let oso: Authorizer;
beforeEach(async () => {
  oso = await Authorizer.load({
    policies: 'a.polar',
    types: {
      User,
    },
    equality: 'deep',
  });
});
class Service {
  private oso!: Authorizer;
  #other!: Authorizer;
  async start() {
    this.oso = await Authorizer.load({
      policies: 'a.polar',
      equality: 'deep',
    });
    this.#other = await Authorizer.load({
      policies: 'b.polar',
      equality: 'deep',
    });
  }
}
`,
    });
  });

  it('replaces require, and the calls in files that require the instance', async () => {
    await enterFolder({
      'policy.js': `const { Oso: Polar, NotFoundError, Variable: V } = require("oso")
const polar = new Polar()
exports.start = async () => {
  await polar.loadFile('a.polar')
}
exports.policy = () => polar
`,
      'app.js': `const { policy } = require('./policy')\nexports.read = () => policy().isAllowed(user, 'read', note)\n`,
      'request.js': `exports.read = (req) => req.oso.isAllowed(user, 'read', note)\n`,
    });
    const { code, out } = await nanook('migrate', '--to', 'authorizer');
    expect({ code, out }).toEqual({
      code: 1,
      out: 'policy.js\nrequest.js\napp.js:2:31 by hand: write "can" if "policy()" is the authorizer\n',
    });
    expect(await contentOf('policy.js'))
      .toBe(`const { Authorizer, NotFoundError, QueryVariable: V } = require("@nanook/core")
let polar;
exports.start = async () => {
  polar = await Authorizer.load({
    policies: 'a.polar',
    equality: 'deep',
  });
}
exports.policy = () => polar
`);
    expect(await contentOf('request.js')).toContain('req.oso.can(user');
  });

  it('changes and lists the calls in files that import the instance', async () => {
    await enterFolder({
      'src/policy.ts': `import { Oso } from 'oso';\nexport const oso = new Oso();\noso.registerClass(User);\nawait oso.loadFiles(['a.polar']);\n`,
      'src/roles.ts': `import { oso } from './policy.js';\nfor await (const answer of oso.queryRule('f', user)) use(answer);\n`,
      'src/lists.ts': `import { oso } from './policy';\nawait oso.authorizedQuery(user, 'read', Note);\n`,
      'src/other.ts': `import { db } from './db';\ndb.queryRule('f', user);\n`,
    });
    const { code, out } = await nanook('migrate', '--to', 'authorizer');
    expect(code).toBe(1);
    expect(out).toMatch(/^src\/policy\.ts\nsrc\/roles\.ts\nsrc\/lists\.ts:2:11 by hand: pass the condition/);
    expect(await contentOf('src/roles.ts')).toContain(`oso.policy.queryRule('f', [user])`);
    expect(await contentOf('src/other.ts')).toContain(`db.queryRule('f', user)`);
  });

  it('keeps the dependency while a place must be changed by hand', async () => {
    await enterFolder({ 'package.json': manifest, 'a.ts': `const oso = require('oso');\n` });
    expect((await nanook('migrate', '--to', 'authorizer')).code).toBe(1);
    expect(await contentOf('package.json')).toBe(manifest);
    await enterFolder({ 'package.json': manifest, 'a.ts': `import type { Class } from 'oso';\n` });
    expect(await nanook('migrate', '--to', 'authorizer')).toMatchObject({
      code: 1,
      out: 'a.ts\npackage.json\npackage.json:3:16 by hand: the command oso is removed; use nanook repl\n',
    });
    expect(await contentOf('package.json')).toBe(
      manifest.replace(/"oso": "\^.*"/, '"@nanook/core": "^0.0.0"'),
    );
    expect(await contentOf('a.ts')).toBe(`import type { Class } from '@nanook/core';\n`);
  });

  it('changes the calls also while an instance must be replaced by hand', async () => {
    await enterFolder({
      'policy.ts': `import { Oso } from 'oso';\nexport class Policy extends Oso {}\n`,
      'banned.ts': `import { policy } from './policy';\nfor await (const _ of policy.queryRule('banned', user)) stop();\n`,
      'type.ts': `import type { Oso } from 'oso';\nexport let oso: Oso;\n`,
    });
    const { code, out } = await nanook('migrate', '--to', 'authorizer');
    expect({ code, out }).toEqual({
      code: 1,
      out: `banned.ts
type.ts
policy.ts:1:1 by hand: remove Oso from the import when the file does not use the name any more
policy.ts:2:29 by hand: write a class that has an Authorizer, with the methods that other files call now, such as can
`,
    });
    expect(await contentOf('banned.ts')).toContain(`policy.policy.queryRule('banned', [user])`);
    expect(await contentOf('type.ts')).toBe(
      `import type { Authorizer } from '@nanook/core';\nexport let oso: Authorizer;\n`,
    );
  });

  it('follows an instance through exports, aliases of paths and packages', async () => {
    const use = `oso?.queryRule('f', user);\n`;
    await enterFolder({
      'packages/authz/package.json': `{"name":"@acme/authz"}`,
      'packages/authz/src/oso.ts': `import { Oso as Polar } from 'oso';\nexport const oso = new Polar();\nawait oso.loadStr('');\n`,
      'packages/authz/src/index.ts': `export { oso } from './oso.js';\n`,
      'packages/authz/src/again.ts': `export * from './index.js';\n`,
      'packages/app/a.ts': `import { oso } from '@acme/authz';\n${use}`,
      'packages/authz/b.ts': `import { oso } from './src/again';\n${use}`,
      'packages/authz/c.ts': `import { oso } from '@/oso';\n${use}`,
      'packages/app/d.ts': `export const f = (oso) => oso.queryRule('f', user);\n`,
    });
    expect((await nanook('migrate', '--to', 'authorizer')).code).toBe(0);
    for (const file of ['packages/app/a.ts', 'packages/authz/b.ts', 'packages/authz/c.ts'])
      expect(await contentOf(file)).toContain(`oso?.policy.queryRule('f', [user]);`);
    expect(await contentOf('packages/app/d.ts')).toContain(`oso.policy.queryRule('f', [user]);`);
    expect(await nanook('migrate', '--to', 'authorizer')).toMatchObject({
      code: 0,
      err: '0 files changed\n',
    });
  });

  it.each([
    ['export const early = wrap(oso);', 'app.ts:7:27 by hand: oso is used before its policies are loaded'],
    ['export default oso;', 'app.ts:7:16 by hand: oso is used before its policies are loaded'],
  ])('keeps an instance that a function loads, and lists the use, for %j', async (statement, message) => {
    const before = `${loadedByFunction}${statement}\n`;
    const { code, out, text } = await toAuthorizer(before);
    expect({ code, text }).toEqual({ code: 1, text: before });
    expect(out).toContain(message);
  });

  it.each([
    ['class Authorizer {}', ':7 by hand: rename Authorizer'],
    ['export { Oso };', ':10 by hand: export Authorizer instead'],
    ['@Module({ providers: [Oso] })\nclass M {}', ':23 by hand: provide the authorizer with useFactory'],
    ['const f = () => oso.queryRule.bind(oso);', ':17 by hand: call queryRule as a method'],
    [`const f = () => oso['queryRule']('f', user);`, ':17 by hand: call queryRule as a method'],
    ['const f = ({ queryRule } = oso) => 1;', ':14 by hand: call queryRule as a method'],
    ['const f = () => oso.queryRule(name, user);', ':21 by hand: write the name of the rule as a text'],
  ])('lists a place for the statement %j, and changes the rest', async (statement, message) => {
    const { code, out, text } = await toAuthorizer(`${loadedByFunction}${statement}\n`);
    expect(code).toBe(1);
    expect(text).toContain('  oso = await Authorizer.load({');
    const line = text.split('\n').indexOf(statement.split('\n')[0]!.replace('[Oso]', '[Authorizer]')) + 1;
    expect(out).toContain(`app.ts:${line}${message}`);
  });

  it('lists the uses of an instance that run before a function creates it', async () => {
    await enterFolder({
      'policy.ts': `import { Oso } from 'oso';\nexport const oso = new Oso();\nexport async function start() {\n  await oso.loadFile('a.polar');\n}\n`,
      'index.ts': `export * from './policy.js';\n`,
      'app.ts': `import { oso, start } from './index.js';\nstart();\nexport const guard = new Guard(oso);\n`,
      'main.ts': `import { oso, start } from './index.js';\nawait start();\nserve(oso);\n`,
      'handler.ts': `import { oso as it } from './policy.js';\nexport { it };\nexport const read = (user: User) => it.isAllowed(user, 'read', 1);\n`,
    });
    const { code, out } = await nanook('migrate', '--to', 'authorizer');
    expect({ code, out }).toEqual({
      code: 1,
      out: 'handler.ts\npolicy.ts\napp.ts:3:32 by hand: oso is undefined until its policies are loaded; use it in a function\n',
    });
  });

  it('writes valid JavaScript, with the line breaks of the file', async () => {
    await enterFolder({
      'app.mjs': [
        `import { Oso } from 'oso';`,
        `export const oso = new Oso();`,
        `export async function start() {`,
        `  oso.registerClass(Repo, { name: 'acme::Repo', fields: { owner: Member } });`,
        `  oso.registerClass(Member, { name: 'User' });`,
        `  oso.registerConstant(1, 'my-limit');`,
        `  await oso.loadFile('a.polar');`,
        `}`,
        `export const deps = { Oso };`,
        ``,
      ].join('\r\n'),
    });
    expect((await nanook('migrate', '--to', 'authorizer')).code).toBe(0);
    expect(await contentOf('app.mjs')).toBe(
      [
        `import { Authorizer } from '@nanook/core';`,
        `export let oso;`,
        `export async function start() {`,
        `  oso = await Authorizer.load({`,
        `    policies: 'a.polar',`,
        `    types: {`,
        `      'acme::Repo': { class: Repo, fields: { owner: 'Any' } },`,
        `      User: Member,`,
        `    },`,
        `    constants: {`,
        `      'my-limit': 1,`,
        `    },`,
        `    equality: 'deep',`,
        `  });`,
        `}`,
        `export const deps = { Oso: Authorizer };`,
        ``,
      ].join('\r\n'),
    );
  });

  it('declares no key, so that instances are compared by all fields, as in oso', async () => {
    const { code, text } = await toAuthorizer(`import { Oso } from 'oso';
const oso = new Oso();
oso.registerClass(User, { fields: { id: Number, tenant: String } });
await oso.loadFile('a.polar');
`);
    expect(code).toBe(0);
    expect(text).toContain(`    User: { class: User, fields: { id: 'Float', tenant: 'String' } },`);
    expect(text).toContain(`equality: 'deep'`);
  });

  it('gives no type to the plain objects in a field', async () => {
    const { code, text } = await toAuthorizer(`import { Oso } from 'oso';
const oso = new Oso();
oso.registerClass(User);
oso.registerClass(Note, { fields: { owner: User, data: Object, at: Date, tags: Array } });
await oso.loadFile('a.polar');
`);
    expect(code).toBe(0);
    expect(text).toContain(`fields: { owner: 'Any', data: 'Any', at: 'Date', tags: 'List' } },`);
  });

  it('keeps the instances of registered classes from the predicates of other types', async () => {
    const { code, text } = await toAuthorizer(`import { Oso } from 'oso';
class Row {}
const oso = new Oso();
oso.registerClass(Admin);
oso.registerClass(Row, { isaCheck: isRow });
await oso.loadFile('a.polar');
`);
    expect(code).toBe(0);
    expect(text).toContain(
      'Row: { is: (value: any) => ![Admin].includes(value?.constructor) && (isRow)(value) },',
    );
  });

  it('lists a predicate of a class that can have instances', async () => {
    const { code, out } = await toAuthorizer(`import { Oso } from 'oso';
const oso = new Oso();
oso.registerClass(User, { isaCheck: isUser });
await oso.loadFile('a.polar');
`);
    expect(code).toBe(1);
    expect(out).toContain('app.ts:3:37 by hand: a type has a class or a predicate');
  });
});
