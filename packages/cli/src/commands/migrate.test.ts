// cspell:ignore noso
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

  it('parses JSX, decorators and type assertions', async () => {
    await enterFolder({
      'a.tsx': `import { Oso } from 'oso';\nexport const page = <p>oso</p>;\n`,
      'b.ts': `import { Oso } from 'oso';\n@Injectable()\nexport class A { constructor(@Inject(Oso) readonly oso: Oso) {} }\nconst x = <Oso>value;\n`,
    });
    expect(await nanook('migrate')).toMatchObject({ code: 0, out: 'a.tsx\nb.ts\n' });
  });
});

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
    Repository: { class: Repository, key: 'id', fields: { id: 'Float', name: 'String' }, relations: { org: one('Org', { local: 'orgId', foreign: 'id' }) } },
    Invoice: { is: (value) => value?.kind === 'invoice' },
  },
  constants: {
    START: new Date(),
  },
  readAction: 'view',
  equality: 'deep',
});

export const mayRead = (user: User, repo: Repository) => oso.isAllowed(user, 'view', repo);
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
  for await (const answer of oso.queryRule('has_role', [user, new Variable('role')])) use(answer);
  for await (const answer of oso.queryRule('f', [], { acceptExpression: true })) use(answer);
}
`);
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
    [
      'await oso.loadStr("");\nawait oso.authorizedResources(user, "read", Note);',
      '4:11 by hand: load the authorizer with the option resources',
    ],
    [
      'await oso.loadStr("");\nif (await oso.queryRuleOnce("f")) go();',
      'by hand: iterate over authorizer.queryRule',
    ],
    ['await oso.loadStr("");\noso.setDataFilteringAdapter(adapter);', 'by hand: pass the adapter'],
    ['if (x) oso.registerClass(User);\nawait oso.loadStr("");', 'by hand: register and load in one list'],
    ['oso.registerClass(User, options);\nawait oso.loadStr("");', 'by hand: write the options as an object'],
    [
      'oso.registerClass(User, { ...options });\nawait oso.loadStr("");',
      'by hand: the option … does not exist',
    ],
    [
      'oso.registerClass(User, { fields: { owner: lookup() } });\nawait oso.loadStr("");',
      'by hand: declare the field owner',
    ],
    ['class MyOso extends Oso {}\nawait oso.loadStr("");', 'by hand: a subclass of Authorizer'],
    ['run();', 'by hand: the file creates oso but does not load'],
  ])('changes nothing, and names the place, for %j', async (statements, message) => {
    const before = `import { Oso } from 'oso';\nconst oso = new Oso();\n${statements}\n`;
    const { code, out, text } = await toAuthorizer(before);
    expect({ code, text }).toEqual({ code: 1, text: before });
    expect(out).toContain(message);
  });

  it('changes and lists the calls in files that import the instance', async () => {
    await enterFolder({
      'src/policy.ts': `import { Oso } from 'oso';\nexport const oso = new Oso();\noso.registerClass(User);\nawait oso.loadFiles(['a.polar']);\n`,
      'src/roles.ts': `import { oso } from './policy.js';\nfor await (const answer of oso.queryRule('f', user)) use(answer);\n`,
      'src/lists.ts': `import { oso } from './policy';\nawait oso.authorizedResources(user, 'read', Note);\n`,
      'src/other.ts': `import { db } from './db';\ndb.queryRule('f', user);\n`,
    });
    const { code, out } = await nanook('migrate', '--to', 'authorizer');
    expect(code).toBe(1);
    expect(out).toMatch(/^src\/policy\.ts\nsrc\/roles\.ts\nsrc\/lists\.ts:2:11 by hand: load the authorizer/);
    expect(await contentOf('src/roles.ts')).toContain(`oso.queryRule('f', [user])`);
    expect(await contentOf('src/other.ts')).toContain(`db.queryRule('f', user)`);
  });

  it('keeps the dependency while a place must be changed by hand', async () => {
    await enterFolder({ 'package.json': manifest, 'a.ts': `const oso = require('oso');\n` });
    expect((await nanook('migrate', '--to', 'authorizer')).code).toBe(1);
    expect(await contentOf('package.json')).toBe(manifest);
    await enterFolder({ 'package.json': manifest, 'a.ts': `import type { Class } from 'oso';\n` });
    expect((await nanook('migrate', '--to', 'authorizer')).code).toBe(0);
    expect(await contentOf('package.json')).toContain('"@nanook/core"');
    expect(await contentOf('a.ts')).toBe(`import type { Class } from '@nanook/core';\n`);
  });
});
