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

  it('writes DOT with a cluster for each type, arrows of rules and dashed arrows of relations', async () => {
    await enterFolder({
      'a.polar':
        'actor User {} resource Org { roles = ["own\\"er"]; }\nresource Note { permissions = ["read"]; relations = { org: Org }; "read" if "own\\"er" on "org"; }\n',
    });
    expect((await nanook('graph', '--format', 'dot')).out).toBe(`digraph policy {
  rankdir=LR; compound=true; node [shape=box]; edge [fontsize=10];
  subgraph cluster_0 {
    label="User";
    "User" [style=invis, shape=point];
  }
  subgraph cluster_1 {
    label="Org";
    "Org" [style=invis, shape=point];
    "Org.own\\"er" [label="own\\"er", style=rounded];
  }
  subgraph cluster_2 {
    label="Note";
    "Note" [style=invis, shape=point];
    "Note.read" [label="read"];
  }
  "Org.own\\"er" -> "Note.read" [label="on org, a.polar:2"];
  "Org" -> "Note" [label="org", style=dashed, ltail=cluster_1, lhead=cluster_2];
}
`);
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
    expect((await nanook('graph', '--format', 'matrix')).out).toBe(
      'Note  reader  member on organization  owner on organization\n' +
        'read  ✓       ✓                       ✓\n' +
        'edit  ·       ·                       ✓\n',
    );
    expect((await nanook('graph', '--format', 'markdown')).out).toContain('| edit |  |  | ✓ |');
  });

  it('reports a syntax error instead of a picture without the blocks after it', async () => {
    await enterFolder({ 'policy/main.polar': 'resource Note { roles = ["owner"' });
    const { code, out, err } = await nanook('graph');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('policy/main.polar:1:');
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
    const { out } = await nanook('graph', '--format', 'markdown');
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

  it('draws a picture with each name, and an arrow with the text and the place of each shorthand rule', async () => {
    const { code, out } = await nanook('graph', '--format', 'svg');
    expect(code).toBe(0);
    expect(out).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
    for (const name of ['owner', 'member', 'reader', 'read', 'edit'])
      expect(out).toContain(`class="name">${name}</text>`);
    const titles = [...out.matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title);
    expect(titles).toEqual([
      '&quot;member&quot; if &quot;owner&quot;; policy/main.polar:5',
      '&quot;read&quot; if &quot;reader&quot;; policy/main.polar:13',
      '&quot;edit&quot; if &quot;owner&quot; on &quot;organization&quot;; policy/main.polar:14',
      '&quot;reader&quot; if &quot;member&quot; on &quot;organization&quot;; policy/main.polar:15',
    ]);
  });

  it('starts and ends each arrow at the box of its name', async () => {
    const { out } = await nanook('graph', '--format', 'svg');
    const boxes = [
      ...out.matchAll(
        /<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)" rx="\d+" class="(?:role|permission)"/g,
      ),
    ].map(([, ...numbers]) => numbers.slice(0, 4).map(Number) as [number, number, number, number]);
    const isAtBox = (x: number, y: number): boolean =>
      boxes.some(
        ([left, top, width, height]) => (x === left || x === left + width) && y > top && y < top + height,
      );
    const arrows = [...out.matchAll(/<path d="M(\S+) (\S+) .*?L(\S+) (\S+)" class="arrow"/g)];
    expect(arrows).toHaveLength(4);
    for (const [, ...ends] of arrows) {
      const [x1, y1, x2, y2] = ends.map(Number);
      expect(isAtBox(x1!, y1!) && isAtBox(x2!, y2!)).toBe(true);
    }
  });

  it('prints a page with the picture and a table for each type', async () => {
    const { out } = await nanook('graph', '--format', 'html');
    expect(out).toMatch(/^<!doctype html>/);
    expect(out).toContain('<svg ');
    expect(out).toContain('<tr><th scope="row">edit</th><td></td><td></td><td class="yes">✓</td></tr>');
    expect(out).not.toMatch(/<script|src=|href=/);
  });

  it('escapes names in pictures and pages', async () => {
    await enterFolder({
      'a.polar': 'resource A { permissions = ["<b>&"]; roles = ["r"]; "<b>&" if "r"; }\n',
    });
    for (const format of ['svg', 'html']) {
      const { out } = await nanook('graph', '--format', format);
      expect(out).toContain('&lt;b&gt;&amp;');
      expect(out).not.toContain('<b>');
    }
  });

  it('draws relations in a circle and between many types', async () => {
    const types = Array.from({ length: 30 }, (_, i) => `T${i}`);
    const blocks = types.map(
      (type, i) =>
        `resource ${type} { permissions = ["p"]; roles = ["r"]; relations = { next: T${(i + 1) % 30}, own: ${type} }; "p" if "r" on "next"; "r" if "r" on "own"; }`,
    );
    await enterFolder({ 'a.polar': blocks.join('\n') });
    const { out } = await nanook('graph', '--format', 'svg');
    expect(out.match(/class="arrow"/g)).toHaveLength(60);
    expect(out).not.toMatch(/NaN|undefined|Infinity/);
  });
});
