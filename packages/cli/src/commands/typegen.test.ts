import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentOf, enterFolder, nanook, project } from '../testing/run.fixture.js';

/** The names in the policy of the project, read from it by hand. */
const written = `/* eslint-disable */
// \`nanook typegen\` wrote this file. Change the policy instead of it, and run the command again.
import type {} from '@nanook/core';

declare module '@nanook/core' {
  interface PolicyTypes {
    Note: {
      actions: 'edit' | 'read';
      typeActions: never;
      fieldActions: never;
      fields: never;
      roles: 'reader';
    };
    Organization: {
      actions: never;
      typeActions: never;
      fieldActions: never;
      fields: never;
      roles: 'member' | 'owner';
    };
    User: {
      actions: never;
      typeActions: never;
      fieldActions: never;
      fields: never;
      roles: never;
    };
  }
}
`;

describe('nanook typegen', () => {
  beforeEach(() => enterFolder(project));

  it('writes the names of each type, and says what it wrote', async () => {
    expect(await nanook('typegen')).toEqual({
      code: 0,
      out: 'policy-types.d.ts is written: 3 types, 2 actions\n',
      err: '',
    });
    expect(await contentOf('policy-types.d.ts')).toBe(written);
  });

  it('works without a configuration, with the types that the policies name', async () => {
    await enterFolder({
      'src/a.polar': 'allow(_: User, "it\'s", _: A::B); allow(_: User, "a\\"b\\n", _: A::B);',
    });
    expect(await nanook('typegen')).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 types, 2 actions'),
    });
    const text = await contentOf('src/policy-types.d.ts');
    expect(text).toContain("    'A::B': {\n");
    expect(text).toContain("actions: 'a\"b\\n' | 'it\\'s';");
  });

  it('writes the permissions that customers may grant', async () => {
    const policy = `actor User {}
resource Note { permissions = ["read", "pay"]; }
allow(actor, action, resource) if has_permission(actor, action, resource);
has_permission(user: User, permission: String, _: Note) if grantable(permission) and permission in user.granted;
grantable("read");
grantable("pay");
`;
    await enterFolder({ 'a.polar': policy });
    const { out } = await nanook('typegen', '--json');
    expect(JSON.parse(out)).toMatchObject({ grantable: ['read', 'pay'] });
    expect(await contentOf('policy-types.d.ts')).toContain(
      `    // Actions on values without a declared type, and permissions that customers may grant.
    '*': {
      grantable: 'read' | 'pay';
    };
`,
    );
  });

  it('writes the actions on values without a declared type', async () => {
    await enterFolder({ 'a.polar': 'allow(_: User, "deploy", "production");' });
    await nanook('typegen');
    expect(await contentOf('policy-types.d.ts')).toContain("    '*': {\n      actions: 'deploy';\n    };\n");
  });

  it('accepts every action on a type for which a rule allows every action, and says so', async () => {
    await enterFolder({ 'a.polar': 'allow(user: User, _, note: Note) if note.owner = user;' });
    expect((await nanook('typegen')).err).toBe(
      'note rules allow every action on Note, so the compiler accepts every text as an action there; name the actions in the rules, ' +
        'such as `action in ["read", "edit"]`\n',
    );
    expect(await contentOf('policy-types.d.ts')).toContain('    Note: {\n      actions: string;\n');
  });

  it('breaks a long union into lines', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `"action${i}"`).join(', ');
    await enterFolder({ 'a.polar': `allow(_: User, action, _: Note) if action in [${names}];` });
    await nanook('typegen');
    expect(await contentOf('policy-types.d.ts')).toContain(
      "actions:\n        | 'action0'\n        | 'action1'\n",
    );
  });

  it('writes nothing with --check, and exits with 1 and the changed lines if the file is out of date', async () => {
    expect(await nanook('typegen', '--check')).toMatchObject({
      code: 1,
      out: 'policy-types.d.ts does not exist; run nanook typegen, and commit the file\n',
    });
    await nanook('typegen');
    expect(await nanook('typegen', '--check')).toMatchObject({
      code: 0,
      out: 'policy-types.d.ts is up to date\n',
    });
    await writeFile('policy-types.d.ts', written.replaceAll('\n', '\r\n'));
    expect((await nanook('typegen', '--check')).code).toBe(0);
    await writeFile('policy/more.polar', 'allow(_: User, "share", _: Note);');
    expect(await nanook('typegen', '--check')).toMatchObject({
      code: 1,
      out:
        'policy-types.d.ts is out of date; run nanook typegen, and commit the file\n' +
        "-       actions: 'edit' | 'read';\n+       actions: 'edit' | 'read' | 'share';\n",
    });
    expect(await contentOf('policy-types.d.ts')).toBe(written.replaceAll('\n', '\r\n'));
  });

  it('shows only the added line, or only the removed one, with --check', async () => {
    const lines = written.split('\n');
    await writeFile(
      'policy-types.d.ts',
      lines.filter((line) => !line.includes("roles: 'reader'")).join('\n'),
    );
    expect((await nanook('typegen', '--check')).out).toMatch(/file\n\+ +roles: 'reader';\n$/);
    await writeFile('policy-types.d.ts', lines.toSpliced(7, 0, '      // own').join('\n'));
    expect((await nanook('typegen', '--check')).out).toMatch(/file\n- +\/\/ own\n$/);
  });

  it('writes the names as JSON', async () => {
    const { code, out } = await nanook('typegen', '--json', '--out', 'types/p.d.mts');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      file: 'types/p.d.mts',
      isUpToDate: false,
      otherActions: [],
      types: [{ type: 'User' }, { type: 'Organization', roles: ['member', 'owner'] }, { type: 'Note' }],
      notes: [],
    });
    expect(await contentOf('types/p.d.mts')).toBe(written);
  });

  it('exits with 2 for a wrong call, and with 1 for a policy with an error', async () => {
    expect(await nanook('typegen', '--out', 'types.ts')).toMatchObject({
      code: 2,
      err: 'expected a file that ends in .d.ts, .d.mts or .d.cts for --out, found types.ts\n',
    });
    expect((await nanook('typegen', '--check', '--watch')).code).toBe(2);
    expect(await nanook('typegen', '--project', 'no.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no.json does not exist'),
    });
    await writeFile('policy/bad.polar', 'allow(');
    expect((await nanook('typegen')).code).toBe(1);
    await enterFolder({ 'a.polar': 'allow(_, "read", 1);' });
    expect(await nanook('typegen')).toMatchObject({ code: 2, err: expect.stringContaining('nanook init') });
  });
});

describe('nanook typegen with classes', () => {
  const application = {
    'policy.polar': 'allow(_: User, "read", _: Note); allow(_: User, "read", _: Folder);',
    'nanook.config.mjs':
      'class User {}\nclass Note {}\nclass Folder {}\nexport default { types: { User, Note: { class: Note }, Folder } };\n',
    'src/user.ts': 'export default class User { constructor(readonly id: number) {} }\n',
    'src/models/note.ts': 'export class Note { title = "" }\nexport class Folder extends Note {}\n',
    'tsconfig.json': '{ "include": ["src"] }',
  };
  const instanceIn = (text: string): string[] =>
    [...text.matchAll(/instance: (.*);/g)].map(([, type]) => type!);

  it('names the type of the instances by the file that exports the class', async () => {
    await enterFolder(application);
    expect(await nanook('typegen')).toMatchObject({ code: 0, err: '' });
    expect(instanceIn(await contentOf('src/policy-types.d.ts'))).toEqual([
      "import('./models/note.js').Folder",
      "import('./models/note.js').Note",
      "import('./user.js').default",
    ]);
  });

  it('finds classes that a file exports in a list, under another name, or as its default', async () => {
    await enterFolder({
      ...application,
      'src/user.ts': 'class User { id = 1 }\nexport default User;\n',
      'src/models/note.ts':
        'class Note { title = "" }\nclass Folder extends Note {}\nexport { Note as Page, Folder };\n',
    });
    expect(await nanook('typegen')).toMatchObject({ code: 0, err: '' });
    expect(instanceIn(await contentOf('src/policy-types.d.ts'))).toEqual([
      "import('./models/note.js').Folder",
      "import('./models/note.js').Page",
      "import('./user.js').default",
    ]);
  });

  it('finds classes without a name in a default export, and behind constants', async () => {
    await enterFolder({
      ...application,
      'nanook.config.mjs':
        'const classes = { default: class {}, Page: class {} };\nclass Folder {}\nexport default { types: { User: classes.default, Note: classes.Page, Folder } };\n',
      'src/user.ts': 'export default class { id = 1 }\n',
      'src/other.ts': 'export default class { id = 2 }\n',
      'src/models/note.ts':
        'export const Page = class { title = "" };\nclass Folder { id = 3 }\nexport const Directory = Folder;\n',
    });
    expect(await nanook('typegen')).toMatchObject({ code: 0, err: '' });
    expect(instanceIn(await contentOf('src/policy-types.d.ts'))).toEqual([
      "InstanceType<typeof import('./models/note.js').Directory>",
      "InstanceType<typeof import('./models/note.js').Page>",
      "import('./user.js').default",
    ]);
    await enterFolder({
      ...application,
      'nanook.config.mjs':
        'const classes = { default: class {} };\nexport default { types: { User: classes.default, Note: {}, Folder: {} } };\n',
      'src/user.ts': 'export class User { id = 1 }\n',
      'src/person.ts': 'export default class { id = 1 }\n',
    });
    expect((await nanook('typegen')).err).toContain(
      'no file with the name of User exports a class without a name',
    );
  });

  it('reads the files of referenced projects', async () => {
    await enterFolder({
      ...application,
      'tsconfig.json': '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
      'tsconfig.app.json': '{ "include": ["src"] }',
    });
    expect(await nanook('typegen')).toMatchObject({ code: 0, err: '' });
    expect(instanceIn(await contentOf('src/policy-types.d.ts'))).toHaveLength(3);
  });

  it('says why a class has no type, and when the compiler does not read the file', async () => {
    await enterFolder({
      ...application,
      'src/other.ts': 'export class Note { id = 1 }\n',
      'src/user.ts': 'export class User { static all: User[] = [] }\n',
      'src/models/note.ts': 'export class Note { title = "" }\nexport class Folder<T> { items: T[] = [] }\n',
    });
    const { code, err } = await nanook('typegen', '--out', 'generated.d.ts');
    expect(code).toBe(0);
    expect(err.split('\n').map((line) => line.split(';')[0]!.replace(/\(.*\)/, '(…)'))).toEqual([
      'note no file exports a class User with members, so instances of User have no type',
      'note several files export a class Note (…), so instances of Note have no type',
      'note no file exports a class Folder with members, so instances of Folder have no type',
      'note tsconfig.json does not include generated.d.ts, so the compiler does not read it',
      '',
    ]);
    expect(instanceIn(await contentOf('generated.d.ts'))).toEqual([]);
  });

  it('says that there is no tsconfig.json', async () => {
    const { 'tsconfig.json': _none, ...files } = application;
    await enterFolder(files);
    expect(await nanook('typegen')).toMatchObject({
      code: 0,
      err: expect.stringContaining('no tsconfig.json'),
    });
  });
});
