import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.js';
import { one } from '../types/relation.js';

// The tests start a process, because code generation from strings is forbidden for a whole process.

const world = `
class User { constructor(roles) { this.roles = roles; } }
class Doc {}
const types = { User, Doc };
const doc = new Doc();
const editor = new User([{ name: 'editor', doc }]);
const viewer = new User([{ name: 'viewer', doc }]);
const answersOf = async (authorizer) => [
  authorizer.canSync(editor, 'write', doc),
  authorizer.canSync(viewer, 'write', doc),
  await authorizer.can(viewer, 'read', doc),
  await authorizer.can(viewer, 'read', new Doc()),
];
`;
const policies = `
  actor User {}
  resource Doc {
    permissions = ["read", "write"]; roles = ["viewer", "editor"];
    "read" if "viewer"; "write" if "editor"; "viewer" if "editor";
  }
  has_role(user: User, name: String, doc: Doc) if grant in user.roles and grant.name = name and grant.doc = doc;
  allow(actor, action, resource) if has_permission(actor, action, resource);
`;
const engines = `${world}
const policies = ${JSON.stringify(policies)};
const found = [];
for (const engine of ['auto', 'source', 'closures', 'machine']) {
  const authorizer = await Authorizer.load({ policies, types, engine });
  found.push([engine, authorizer.policy.engine, ...await answersOf(authorizer)]);
}
console.log(JSON.stringify(found));
`;

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Bundles an entry with a compiled policy, which becomes a global variable. Returns the code and the files that it contains. */
async function bundled(
  entry: string,
  policy = 'export default {};',
): Promise<{ readonly code: string; readonly files: readonly string[] }> {
  const texts: Readonly<Record<string, string>> = {
    'virtual:entry': `export * from ${JSON.stringify(pathOf(entry))};
      import policy from 'virtual:policy'; globalThis.policy = policy;`,
    'virtual:policy': policy,
  };
  const [built] = (await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { alias: { '@nanook/core/compiled/parts': pathOf('./parts.ts') } },
    plugins: [
      {
        name: 'texts',
        // Vite makes a path of the entry.
        resolveId: (id) => Object.keys(texts).find((name) => id.endsWith(name)),
        load: (id) => texts[id],
      },
    ],
    build: {
      write: false,
      minify: false,
      target: 'node20',
      rolldownOptions: { output: { codeSplitting: false } },
      lib: { entry: 'virtual:entry', formats: ['es'], fileName: 'core' },
    },
  })) as Rolldown.RolldownOutput[];
  const [{ code, moduleIds }] = built!.output;
  return { code, files: moduleIds };
}

const run = (code: string, ...flags: string[]): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [...flags, '--input-type=module', '-'], { input: code }).toString(),
  );
const noEval = '--disallow-code-generation-from-strings';
const answers = [true, false, true, false];

describe('a platform that forbids code generation', () => {
  let code = '';
  beforeAll(async () => {
    ({ code } = await bundled('../index.ts'));
  });

  it('runs checks with closures, and the authorizer reports that engine', () => {
    expect(run(`${code}\n{ ${engines} }`, noEval)).toEqual([
      ['auto', 'closures', ...answers],
      ['source', 'closures', ...answers],
      ['closures', 'closures', ...answers],
      ['machine', 'machine', ...answers],
    ]);
  });

  it('differs from other platforms, where source runs', () => {
    expect(run(`${code}\n{ ${engines} }`)).toEqual([
      ['auto', 'source', ...answers],
      ['source', 'source', ...answers],
      ['closures', 'closures', ...answers],
      ['machine', 'machine', ...answers],
    ]);
  });

  it('runs a precompiled policy without parser, policy checks and machine', async () => {
    class User {}
    class Doc {}
    const text = await compilePolicy({ policies, types: { User, Doc } });
    const { code: runner, files } = await bundled('./compiled.ts', text);
    const script = `${world}
      console.log(JSON.stringify(await answersOf(CompiledAuthorizer.load(policy, { types }))));`;
    expect(run(`${runner}\n${script}`, noEval)).toEqual(answers);
    const folders = files.map((file) => file.split('/packages/core/src/').at(-1)!);
    expect(folders.filter((file) => /\b(syntax|policy|ir|machine|compiler|analysis)\//.test(file))).toEqual(
      [],
    );
  });

  it('reports errors by code, data and place, and by text where the messages are imported', async () => {
    class User {}
    class Doc {}
    const source = 'allow(_: User, "read", doc: Doc) if doc.owner.name = "ann";';
    const text = await compilePolicy({ policies: { name: 'p.polar', source }, types: { User, Doc } });
    const script = `${world}
      try {
        CompiledAuthorizer.load(policy, { types }).canSync(viewer, 'read', { __proto__: Doc.prototype, owner: null });
      } catch ({ code, data, line, column, message }) {
        console.log(JSON.stringify({ code, data, line, column, message: message.split('\\n') }));
      }`;
    const error = {
      code: 'POLAR_UNDECIDED_ATTRIBUTE_OF_NIL',
      data: { name: 'name', value: 'nil' },
      line: 1,
      column: 37,
    };
    const frame = expect.stringContaining('^') as string;
    const place = '  p.polar:1:37';
    const { code: alone } = await bundled('./compiled.ts', text);
    expect(run(`${alone}\n${script}`)).toEqual({
      ...error,
      message: [
        `${error.code} {"name":"name","value":"nil"}; for the text of this error, import '@nanook/core/messages'`,
        place,
      ],
    });
    const { code: withMessages } = await bundled('../node/compiled.ts', text);
    expect(run(`${withMessages}\n${script}`)).toEqual({
      ...error,
      message: ['cannot read `name` of nil', place, `  1 | ${source}`, frame],
    });
  });

  it('imports the parts of the runtime that a policy needs, and refuses it without them', async () => {
    class User {}
    class Doc {}
    const bare = { User, Doc };
    const withFields = { User, Doc: { class: Doc, fields: { owner: 'String' } } } as const;
    const withRows = { User, Doc: { class: Doc, fields: { owner: 'String', editors: ['User'] } } } as const;
    const withRelations = {
      User,
      Doc: { class: Doc, relations: { owner: one('User', { local: 'ownerId', foreign: 'id' }) } },
    };
    const partsOf = async (condition: string, types: object) => {
      const policies = `allow(user: User, "read", doc: Doc) if ${condition};`;
      const text = await compilePolicy({ policies, types: types as typeof bare });
      return (
        /^import \{ noValue, (.*) \} from '@nanook\/core\/compiled\/parts';$/m.exec(text)?.[1]?.split(', ') ??
        []
      );
    };
    const reads = ['readValue', 'readMissing'];
    const compares = [...reads, 'compareValues'];
    expect(await partsOf('user = doc', bare)).toEqual(['compareValues']);
    expect(await partsOf('user.isActive and doc.isPublic', bare)).toEqual(reads);
    expect(await partsOf('doc.owner = user', bare)).toEqual(compares);
    expect(await partsOf('doc.isOwnedBy(user)', bare)).toEqual(['runMethod']);
    expect(await partsOf('doc.size < user.size', bare)).toEqual([...reads, 'orderValues']);
    expect(await partsOf('1 = doc.size - user.size', bare)).toEqual([...compares, 'compute']);
    expect(await partsOf('user in doc.editors', bare)).toEqual([...compares, 'readElements']);
    const own = 'inside(user, doc); inside(user, doc) if doc.owner = user';
    expect(await partsOf(`${own}; inside(user, doc) if inside(user, doc.parent)`, bare)).toEqual([
      ...compares,
      'isSameArgument',
    ]);
    const active = `${own}; inside(user, doc) if inside(user, doc.parent) and user.isActive`;
    expect(await partsOf(active, bare)).toEqual([...compares, 'createQuestions']);
    for (const types of [withFields, withRows])
      expect(await partsOf('doc.owner = user', types)).toEqual(['linkFields', 'acceptDeclared', ...compares]);
    expect(await partsOf('doc.owner = user', withRelations)).toEqual([
      'linkRelations',
      'acceptDeclared',
      ...compares,
    ]);

    const policies = 'allow(user: User, "read", doc: Doc) if doc.isOwnedBy(user);';
    const text = await compilePolicy({ policies, types: bare, format: 'cjs' });
    const { code, files } = await bundled(
      './compiled.ts',
      text.replace('module.exports =', 'export default'),
    );
    expect(files.filter((file) => /call-method|built-in|declarations|show\.ts/.test(file))).toEqual([]);
    const script = `${world}
      try {
        CompiledAuthorizer.load(policy, { types });
      } catch ({ code, data }) {
        console.log(JSON.stringify({ code, data }));
      }`;
    expect(run(`${code}\n${script}`)).toEqual({
      code: 'POLAR_LOAD_MODULE_FORMAT',
      data: { found: 'runMethod', advice: '' },
    });
  });

  it('awaits promises of a bundled application', async () => {
    class User {}
    class Doc {}
    const policies = 'allow(user: User, "read", doc: Doc) if doc.owner = user;';
    const text = await compilePolicy({ policies, types: { User, Doc } });
    const { code } = await bundled('./compiled.ts', text);
    const script = `${world}
      doc.owner = Promise.resolve(editor);
      const authorizer = CompiledAuthorizer.load(policy, { types });
      const answers = [];
      for (const user of [editor, viewer, editor]) answers.push(await authorizer.can(user, 'read', doc));
      console.log(JSON.stringify(answers));`;
    expect(run(`${code}\n${script}`)).toEqual([true, false, true]);
  });
});
