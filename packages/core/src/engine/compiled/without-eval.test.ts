import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

// In a process of its own: what forbids code to make code holds for all of it.

const script = `
class User { constructor(roles) { this.roles = roles; } }
class Doc {}
const policies = \`
  actor User {}
  resource Doc {
    permissions = ["read", "write"]; roles = ["viewer", "editor"];
    "read" if "viewer"; "write" if "editor"; "viewer" if "editor";
  }
  has_role(user: User, name: String, doc: Doc) if grant in user.roles and grant.name = name and grant.doc = doc;
  allow(actor, action, resource) if has_permission(actor, action, resource);
\`;
const doc = new Doc();
const editor = new User([{ name: 'editor', doc }]);
const viewer = new User([{ name: 'viewer', doc }]);
const found = [];
for (const engine of ['auto', 'source', 'closures', 'machine']) {
  const authorizer = await Authorizer.load({ policies, types: { User, Doc }, engine });
  const answers = [
    authorizer.isAllowedSync(editor, 'write', doc),
    authorizer.isAllowedSync(viewer, 'write', doc),
    await authorizer.isAllowed(viewer, 'read', doc),
    await authorizer.isAllowed(viewer, 'read', new Doc()),
  ];
  found.push([engine, authorizer.engine, ...answers]);
}
console.log(JSON.stringify(found));
`;

describe('where code may not make code', () => {
  let code = '';
  beforeAll(async () => {
    const [built] = (await build({
      configFile: false,
      logLevel: 'silent',
      build: {
        write: false,
        minify: false,
        target: 'node20',
        lib: {
          entry: fileURLToPath(new URL('../../index.ts', import.meta.url)),
          formats: ['es'],
          fileName: 'core',
        },
      },
    })) as Rolldown.RolldownOutput[];
    code = built!.output[0].code;
  }, 30_000);

  const run = (...flags: string[]): unknown => {
    const input = `${code}\n${script}`;
    return JSON.parse(
      execFileSync(process.execPath, [...flags, '--input-type=module', '-'], { input }).toString(),
    );
  };
  const answers = [true, false, true, false];

  it('closures answer, and the authorizer says so', () => {
    expect(run('--disallow-code-generation-from-strings')).toEqual([
      ['auto', 'closures', ...answers],
      ['source', 'closures', ...answers],
      ['closures', 'closures', ...answers],
      ['machine', 'machine', ...answers],
    ]);
  });

  it('and elsewhere it is source', () => {
    expect(run()).toEqual([
      ['auto', 'source', ...answers],
      ['source', 'source', ...answers],
      ['closures', 'closures', ...answers],
      ['machine', 'machine', ...answers],
    ]);
  });
});
