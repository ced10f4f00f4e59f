import { describe, expect, it } from 'vitest';
import { contentOf, enterFolder, nanook } from '../testing/run.fixture.js';

const manifest = `{
  "name": "app",
  "dependencies": {
    "express": "^5.0.0",
    "oso-cloud": "^2.5.0"
  }
}
`;
const client = `import { Oso } from 'oso-cloud';

export const oso = new Oso(process.env.OSO_URL!, process.env.OSO_AUTH!);
`;

/** Migrates the statements of a file that imports the client, and returns them with the places to change by hand. */
async function migrated(statements: string, file = 'src/notes.ts') {
  const head = `import { oso } from './oso.js';\n`;
  await enterFolder({ 'package.json': manifest, 'src/oso.ts': client, [file]: head + statements });
  const { code, out } = await nanook('migrate', '--from', 'oso-cloud', '--json');
  const { manual } = JSON.parse(out) as { manual: { file: string; line: number; message: string }[] };
  const text = await contentOf(file);
  return {
    code,
    text: text.replace(head, ''),
    manual: manual.filter((each) => each.file === file).map(({ line, message }) => `${line}: ${message}`),
  };
}

const imported = "import { typed } from '@nanook/core';\n";

describe('nanook migrate --from oso-cloud', () => {
  it('replaces the client, its import and the package, and lists what the load needs', async () => {
    await enterFolder({ 'package.json': manifest, 'src/oso.ts': client });
    const { code, out, err } = await nanook('migrate', '--from', 'oso-cloud');
    expect(await contentOf('src/oso.ts')).toBe(`import { Authorizer } from '@nanook/core';

export const oso = await Authorizer.load({ policies: '**/*.polar', dialect: 'oso-cloud' });
`);
    expect(JSON.parse(await contentOf('package.json'))).toMatchObject({
      dependencies: { express: '^5.0.0', '@nanook/core': expect.stringMatching(/^\^/) },
    });
    expect(await contentOf('package.json')).not.toContain('oso-cloud');
    expect(code).toBe(1);
    expect(out).toContain('src/oso.ts:3:20 by hand: name the files of the policy, and declare the types');
    expect(err).toBe('2 files changed, 1 place to change by hand\n');
    expect(await nanook('migrate', '--from', 'oso-cloud')).toMatchObject({
      code: 0,
      err: '0 files changed\n',
    });
  });

  it('replaces a check, also with context facts, and its objects by rows with a type', async () => {
    expect(
      await migrated(`const may = await oso.authorize({ type: 'User', id: user.id }, 'read', { type: 'Note', id });
if (!(await oso.authorize({ type: 'User', id }, 'edit', { type: 'Note', id: String(note.id) }, [
  ['has_role', { type: 'User', id }, 'admin', { type: 'Organization', id: 'acme' }],
  ['is_open', { type: 'Note', id }, { type: 'String', id: 'yes' }],
]))) throw new Error('no');
await oso.authorize({ type: 'User', id }, 'read', { type: 'Note', id }, {});
`),
    ).toEqual({
      code: 1,
      text: `${imported}const may = await oso.can(typed('User', { id: user.id }), 'read', typed('Note', { id }));
if (!(await oso.can(typed('User', { id }), 'edit', typed('Note', { id: String(note.id) }), { facts: [
  ['has_role', typed('User', { id }), 'admin', typed('Organization', { id: 'acme' })],
  ['is_open', typed('Note', { id }), 'yes'],
] }))) throw new Error('no');
await oso.can(typed('User', { id }), 'read', typed('Note', { id }));
`,
      manual: [],
    });
  });

  it('keeps the results of actions and of lists: a list of texts', async () => {
    expect(
      await migrated(`const actions = await oso.actions({ type: 'User', id }, { type: 'Note', id });
const later = oso.actions({ type: 'User', id }, { type: 'Note', id }, [['is_open', { type: 'Note', id }]]);
const ids = await oso.list({ type: 'User', id }, 'read', 'Note');
const some = await oso.list({ type: 'User', id }, 'read', 'Note', [['is_open', { type: 'Note', id }]]);
const promise = oso.list({ type: 'User', id }, 'read', 'Note');
`),
    ).toMatchObject({
      text: `${imported}const actions = [...(await oso.actions(typed('User', { id }), typed('Note', { id })))];
const later = oso.actions(typed('User', { id }), typed('Note', { id }), { facts: [['is_open', typed('Note', { id })]] }).then((found) => [...found]);
const ids = (await oso.list(typed('User', { id }), 'read', 'Note')).rows.map(({ id }) => String(id));
const some = (await oso.withFacts([['is_open', typed('Note', { id })]]).list(typed('User', { id }), 'read', 'Note')).rows.map(({ id }) => String(id));
const promise = oso.list(typed('User', { id }), 'read', 'Note').then(({ rows }) => rows.map(({ id }) => String(id)));
`,
      manual: [5, 6, 7].map((line) => expect.stringContaining(`${line}: pass an adapter of @nanook/orm`)),
    });
  });

  it('lists each call without a counterpart, with the reason and what to write', async () => {
    const statements = `await oso.insert(['has_role', user, 'owner', note]);
await oso.delete(['has_role', user, null, note]);
await oso.batch((tx) => tx.insert(['is_open', note]));
const stored = await oso.get(['has_role', user]);
await oso.policy(text);
const sql = await oso.authorizeLocal(user, 'read', note);
const filter = await oso.listLocal(user, 'read', 'Note', 'notes.id');
const which = await oso.actionsLocal(user, note);
const page = await oso.listPaginated(user, 'read', 'Note', 10);
const query = oso.buildQuery(['allow', user, 'read', note]);
const metadata = await oso.getPolicyMetadata();
await oso.authorize(user, 'read', note, { parityHandle });
await oso.authorize(...args);
`;
    const { text, manual, code } = await migrated(statements);
    expect(code).toBe(1);
    expect(text).toBe(statements);
    const expected = [
      'Nanook stores no facts: write to your own tables',
      'Nanook stores no facts: write to your own tables',
      'in one transaction',
      'read your own tables',
      'pass the policy to Authorizer.load',
      "write await oso.can(user, 'read', note)",
      "oso.where(user, 'read', 'Note', 'notes.id') to your ORM, without the column",
      'write [...(await oso.actions(user, note))]',
      'oso.list(actor, action, type, { take, after })',
      'oso.whoCan(action, resource, actors)',
      'oso.policy.vocabulary()',
      'compareWith',
      'write can(…) with 3 arguments',
    ];
    expect(manual).toEqual(
      expected.map((part, i) => expect.stringMatching(new RegExp(`^${i + 2}: .*${escaped(part)}`))),
    );
  });

  it('lists a check whose objects it cannot tell: they may be { type, id }', async () => {
    expect(await migrated(`await oso.authorize(user, 'read', { type: 'Note', id });\n`)).toMatchObject({
      text: `${imported}await oso.can(user, 'read', typed('Note', { id }));\n`,
      manual: ['3: pass an instance or a row from typed(type, row) as user, not { type, id }'],
    });
  });

  it('finds clients with other names: variables, parameters and fields of the type, and members', async () => {
    await enterFolder({
      'src/a.ts': `import { Oso as Cloud, type Value } from "oso-cloud";

export class Guard {
  constructor(private readonly client: Cloud) {}
  may(user: string) {
    return this.client.authorize({ type: 'User', id: user }, 'read', { type: 'Note', id: '1' });
  }
}
const mayRead = (cloud: Cloud, actor: Value) => cloud.authorize(actor, 'read', { type: 'Note', id: '1' });
const either = (a: Cloud | undefined, b: Cloud, actor: Value) => (a ?? b).authorize(actor, 'read', actor);
const other = (request: Request) => request.oso.authorize({ type: 'User', id: '1' }, 'read', { type: 'Note', id: '1' });
const unrelated = db.list('a', 'b', 'c');
virtuoso.authorize(1, 2, 3);
`,
    });
    const { out } = await nanook('migrate', '--from', 'oso-cloud');
    expect(await contentOf('src/a.ts')).toBe(`import { Authorizer, typed } from "@nanook/core";
import { type Value } from "oso-cloud";

export class Guard {
  constructor(private readonly client: Authorizer) {}
  may(user: string) {
    return this.client.can(typed('User', { id: user }), 'read', typed('Note', { id: '1' }));
  }
}
const mayRead = (cloud: Authorizer, actor: Value) => cloud.can(actor, 'read', typed('Note', { id: '1' }));
const either = (a: Authorizer | undefined, b: Authorizer, actor: Value) => (a ?? b).can(actor, 'read', actor);
const other = (request: Request) => request.oso.can(typed('User', { id: '1' }), 'read', typed('Note', { id: '1' }));
const unrelated = db.list('a', 'b', 'c');
virtuoso.authorize(1, 2, 3);
`);
    expect(out).toContain('Value has no counterpart in @nanook/core');
  });

  it('keeps the class where it cannot await the load: in functions, in classes and in CommonJS', async () => {
    const files = {
      'a.ts': `import { Oso } from 'oso-cloud';\nexport const create = () => new Oso('url', 'key');\n`,
      'b.cjs': `const { Oso } = require('oso-cloud');\nconst oso = new Oso('url', 'key');\nawait oso.authorize({ type: 'User', id: '1' }, 'read', { type: 'Note', id: '1' });\n`,
    };
    await enterFolder({ ...files, 'package.json': manifest });
    const { out } = await nanook('migrate', '--from', 'oso-cloud');
    expect(await contentOf('a.ts')).toBe(files['a.ts']);
    expect(await contentOf('b.cjs')).toBe(`const { typed } = require('@nanook/core');
const { Oso } = require('oso-cloud');
const oso = new Oso('url', 'key');
await oso.can(typed('User', { id: '1' }), 'read', typed('Note', { id: '1' }));
`);
    expect(out.match(/create the authorizer once when the application starts/g)).toHaveLength(2);
    // The package stays, because files import it.
    expect(JSON.parse(await contentOf('package.json'))).toMatchObject({
      dependencies: { '@nanook/core': expect.any(String), 'oso-cloud': '^2.5.0' },
    });
  });

  it('keeps a call whose context facts may contain { type, id }, because such a fact grants below not', async () => {
    const statements = `await oso.authorize({ type: 'User', id }, 'read', { type: 'Note', id }, facts);
await oso.authorize({ type: 'User', id }, 'read', { type: 'Note', id }, { contextFacts: [...facts] });
await oso.actions({ type: 'User', id }, { type: 'Note', id }, [['is_banned', user]]);
await oso.list({ type: 'User', id }, 'read', 'Note', [['is_banned', { type: kind, id }]]);
`;
    const { text, manual } = await migrated(statements);
    expect(text).toBe(statements);
    expect(manual).toEqual(
      ['facts', '...facts', 'user', '{ type: kind, id }'].map((part, i) =>
        expect.stringMatching(
          new RegExp(`^${i + 2}: write .*facts.* as ${escaped(part)}, not { type, id }$`),
        ),
      ),
    );
  });

  it('finds the client in other files, under any name, and lists each use that is not a plain call', async () => {
    await enterFolder({
      'src/cloud.ts': `import * as cloud from 'oso-cloud';
const made = new cloud.Oso('url', 'key');
export { made as authz };
export const getAuthz = () => made;
export default made;
`,
      'src/index.ts': `export * from './cloud.js';
export { default as client } from './cloud.js';
`,
      'src/use.ts': `import byDefault from './cloud';
import { authz, client as c, getAuthz } from './index.js';
import * as all from '.';

const [user, note] = [{ type: 'User', id: '1' }, { type: 'Note', id: '1' }] as const;
const alias = all.authz;
await byDefault.authorize(user, 'read', note);
await c.authorize(user, 'read', note);
await getAuthz().authorize(user, 'read', note);
await alias!.authorize(user, 'read', note);
const { authorize } = authz;
const bound = authz.authorize.bind(authz);
await authz?.authorize(user, 'read', note);
await authz['authorize'](user, 'read', note);
await authz.ping();
await injected.authz.authorize({ type: 'User', id: '1' }, 'read', note);
`,
    });
    const { out } = await nanook('migrate', '--from', 'oso-cloud');
    const text = await contentOf('src/use.ts');
    for (const receiver of ['byDefault', 'c', 'getAuthz()', 'alias!'])
      expect(text).toContain(`await ${receiver}.can(user, 'read', note);`);
    expect(out).toMatch(/src\/cloud\.ts:2:14 by hand: create the authorizer once/);
    expect(out.match(/(?<=src\/use\.ts:1[1-6]:\d+ by hand: ).*/g)).toEqual([
      'call the methods on authz, because they need their object',
      'write authz.can(…) in place of authorize',
      'write authz.can(…) in place of authorize',
      'write authz.can(…) in place of authorize',
      'ping has no counterpart in @nanook/core',
      'if injected.authz is the client of Oso Cloud, change the call as those of oso',
    ]);
  });

  it('lists a call that may be one of the client, where the client comes from a file in a way that it does not follow', async () => {
    await enterFolder({
      'src/oso.ts': `${client}export const clients = { cloud: oso };\nexport class Base { get client() { return oso; } }\n`,
      'src/use.ts': `import { clients, Base } from './oso.js';
const may = clients.cloud.authorize(user, 'read', note);
class Service extends Base {
  query = () => this.client.authorizeLocal(user, 'read', note);
}
router.authorize(user, 'read');
`,
      'src/other.ts': `unrelated.authorize(user, 'read', note);\n`,
    });
    const { out } = await nanook('migrate', '--from', 'oso-cloud');
    expect(out.match(/src\/(?:use|other)\.ts:\d+.*/g)).toEqual([
      'src/use.ts:2:13 by hand: if clients.cloud is the client of Oso Cloud, change the call as those of oso',
      'src/use.ts:4:17 by hand: if this.client is the client of Oso Cloud, change the call as those of oso',
    ]);
  });

  it('follows CommonJS: module.exports, exports and require, also of one member', async () => {
    const files = {
      'lib/cloud.js': `'use strict';
const Oso = require('oso-cloud').Oso;
module.exports = new Oso('url', 'key');
`,
      'lib/all.js': `exports.gate = require('./cloud');
`,
      'lib/use.js': `'use strict';
const cloud = require('./cloud');
const gate = require('./all').gate;
module.exports = (id) => cloud.authorize({ type: 'User', id }, 'read', { type: 'Note', id }) || gate.actions(id);
`,
    };
    await enterFolder(files);
    const { out } = await nanook('migrate', '--from', 'oso-cloud');
    expect(await contentOf('lib/use.js')).toBe(`'use strict';
const { typed } = require('@nanook/core');
const cloud = require('./cloud');
const gate = require('./all').gate;
module.exports = (id) => cloud.can(typed('User', { id }), 'read', typed('Note', { id })) || gate.actions(id);
`);
    expect(out).toContain("lib/cloud.js:2:21 by hand: import the names that you need from '@nanook/core'");
  });

  it('changes nothing when it runs again, and leaves the calls of Authorizer alone', async () => {
    const { text } =
      await migrated(`const all = new Set(await oso.actions({ type: 'User', id }, { type: 'Note', id }));
const later = oso.actions(user, note).then((found) => found.length);
const ids = await oso.list(user, 'read', 'Note');
const promise = oso.list(user, 'read', 'Note').catch(() => []);
`);
    const { out } = await nanook('migrate', '--from', 'oso-cloud', '--json');
    expect(JSON.parse(out)).toMatchObject({ changed: [] });
    expect(await contentOf('src/notes.ts')).toContain(text.slice(imported.length));

    const strict = `import { typed } from '@nanook/core';
await request.oso.authorize(user, 'delete', note);
await request.oso.authorize(user, 'delete', typed('Note', { id }));
await request.oso.authorize({ type: 'User', id }, 'delete', typed('Note', { id }));
`;
    await enterFolder({ 'src/strict.ts': strict });
    const again = await nanook('migrate', '--from', 'oso-cloud');
    expect(await contentOf('src/strict.ts')).toBe(strict);
    expect(
      again.out.match(/strict\.ts:[24]:\d+ by hand: .*keep authorize, which throws for a denial/g),
    ).toHaveLength(2);
  });

  it('keeps comments and lines, and begins no line with a bracket', async () => {
    expect(
      await migrated(`const first = 1
await oso.actions({ type: 'User', id }, { type: 'Note', id })
await oso.list({ type: 'User', id }, 'read', 'Note')
const may = await oso.authorize({
  // who asks
  id: user.id, // of the session
  type: 'User',
}, 'read', { type: 'Note', /* the note */ id })
`),
    ).toMatchObject({
      text: `${imported}const first = 1
await oso.actions(typed('User', { id }), typed('Note', { id }))
await oso.list(typed('User', { id }), 'read', 'Note')
const may = await oso.can(typed('User', {
  // who asks
  id: user.id, // of the session
}), 'read', typed('Note', { /* the note */ id }))
`,
    });
  });

  it('keeps the line breaks of a file', async () => {
    await enterFolder({
      'src/oso.ts': client.replaceAll('\n', '\r\n'),
      'src/a.ts': `import { oso } from './oso.js';\r\nawait oso.authorize({\r\n  type: 'User',\r\n  id,\r\n}, 'read', note);\r\n`,
    });
    await nanook('migrate', '--from', 'oso-cloud');
    expect(await contentOf('src/a.ts')).toBe(
      `import { typed } from '@nanook/core';\r\nimport { oso } from './oso.js';\r\nawait oso.can(typed('User', {\r\n  id,\r\n}), 'read', note);\r\n`,
    );
    expect(await contentOf('src/oso.ts')).not.toMatch(/[^\r]\n/);
  });

  it('uses the import of typed that a file has, and no other value of this name', async () => {
    const check = `if (await oso.authorize({ type: 'User', id }, 'read', { type: 'Note', id })) go();\n`;
    const known = await migrated(`import { typed } from '@nanook/core';\n${check}`);
    expect(known.text).toBe(
      `import { typed } from '@nanook/core';\nif (await oso.can(typed('User', { id }), 'read', typed('Note', { id }))) go();\n`,
    );
    const other = await migrated(`const typed = (text: string) => text;\n${check}`);
    expect(other.text).toBe(`const typed = (text: string) => text;\n${check.replace('authorize', 'can')}`);
    expect(other.manual).toEqual([
      expect.stringContaining("as { type: 'User', id } and { type: 'Note', id }"),
    ]);
  });

  it('keeps the class in a file that uses the name Authorizer for another value', async () => {
    const before = `import { Oso } from 'oso-cloud';\nclass Authorizer {}\nexport const oso: Oso = new Oso('url', 'key');\n`;
    await enterFolder({ 'a.ts': before });
    const { out } = await nanook('migrate', '--from', 'oso-cloud');
    expect(await contentOf('a.ts')).toBe(before);
    expect(out).toContain('a.ts:3:19 by hand: replace Oso by Authorizer of @nanook/core');
  });

  it('leaves a file unchanged, and lists it, where its changes would not be valid', async () => {
    const statement = `await oso.authorize({ type: 'User' /* or, later, a group */, id }, 'read', { type: 'Note', id });\n`;
    const { text, manual } = await migrated(statement);
    expect(text).toBe(statement);
    expect(manual).toEqual([
      expect.stringContaining('1: the file is unchanged, because its changes would not be valid'),
    ]);
  });

  it('refuses the package with the API of oso as the target', async () => {
    await enterFolder({ 'a.ts': client });
    expect(await nanook('migrate', '--from', 'oso-cloud', '--to', 'package')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--to authorizer'),
    });
  });
});

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
