import { beforeEach, describe, expect, it } from 'vitest';
import { enterFolder, nanook, project } from '../testing/run.fixture.js';

describe('nanook graph', () => {
  beforeEach(() => enterFolder(project));

  it('draws a box for each type, and an arrow with the place of each shorthand rule', async () => {
    const { code, out } = await nanook('graph');
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe('flowchart LR');
    expect(out).toContain('["Organization"]');
    expect(out).toContain('(["owner"])');
    expect(out).toContain('|"on organization, policy/main.polar:14"|');
    // Each name has one node: an arrow starts at the role "owner" of Organization and ends at "edit" of Note.
    const owner = /(n\d+)\(\["owner"\]\)/.exec(out)![1];
    const edit = /(n\d+)\["edit"\]/.exec(out)![1];
    expect(out).toContain(`${owner} -->|"on organization, policy/main.polar:14"| ${edit}`);
  });

  it('prints the permissions of each role, also those of related resources and of roles that imply others', async () => {
    const { out } = await nanook('graph', '--json');
    expect(JSON.parse(out).matrices).toEqual([
      {
        type: 'Note',
        roles: ['reader', 'member on organization', 'owner on organization'],
        rows: [
          { permission: 'read', roles: ['reader', 'member on organization', 'owner on organization'] },
          { permission: 'edit', roles: ['owner on organization'] },
        ],
      },
    ]);
    expect((await nanook('graph', '--form', 'matrix')).out).toBe(
      'Note  reader  member on organization  owner on organization\n' +
        'read  ✓       ✓                       ✓\n' +
        'edit  ·       ·                       ✓\n',
    );
    expect((await nanook('graph', '--form', 'markdown')).out).toContain('| edit |  |  | ✓ |');
  });

  it('ends for roles and relations in a circle', async () => {
    await enterFolder({
      'a.polar': `resource Folder {
  permissions = ["read"];
  roles = ["a", "b"];
  relations = { parent: Folder };
  "read" if "a";
  "a" if "b";
  "b" if "a";
  "a" if "a" on "parent";
}
`,
    });
    const { out } = await nanook('graph', '--form', 'markdown');
    expect(out).toContain('| Folder | a | b | a on parent | b on parent |');
    expect(out).toContain('| read | ✓ | ✓ | ✓ | ✓ |');
    expect((await nanook('graph')).code).toBe(0);
  });

  it('visits each of many roles that imply each other once', async () => {
    const roles = Array.from({ length: 20 }, (_, i) => `"r${i}"`);
    const rules = roles.flatMap((a) => roles.filter((b) => a !== b).map((b) => `  ${a} if ${b};`));
    await enterFolder({
      'a.polar': `resource A {\n  permissions = ["x"];\n  roles = [${roles.join(', ')}];\n  "x" if "r0";\n${rules.join('\n')}\n}\n`,
    });
    const { matrices } = JSON.parse((await nanook('graph', '--json')).out);
    expect(matrices[0].rows[0].roles).toHaveLength(20);
  });

  it('escapes quotes in names', async () => {
    await enterFolder({ 'a.polar': 'resource A { permissions = ["a\\"b#"]; }\n' });
    expect((await nanook('graph')).out).toContain('["a#quot;b#35;"]');
  });

  it('says that there is nothing to draw without a block', async () => {
    await enterFolder({ 'a.polar': 'allow(_, "read", 1);\n' });
    expect(await nanook('graph')).toMatchObject({
      code: 0,
      err: expect.stringContaining('no resource block'),
    });
  });
});
