import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { enterFolder, nanook, project } from '../testing/run.fixture.js';

const old = 'allow(user: User, "read", note: Note) if note.authorId = user.id;\n';
/** Ben loses his note, and Ann, who owns the organization, may delete it. */
const next = `allow(user: User, "read", note: Note) if note.authorId = user.id and user.id < 8;
allow(user: User, "delete", note: Note) if note.organization.ownerId = user.id;
`;
const files = {
  'nanook.config.json': project['nanook.config.json'],
  'old/a.polar': old,
  'policy/a.polar': next,
};

const git = (...args: readonly string[]): void =>
  void execFileSync('git', ['-c', 'user.name=ann', '-c', 'user.email=ann@example.org', ...args]);

describe('nanook diff', () => {
  beforeEach(() => enterFolder(files));

  it('lists each decision that changes with the rule that causes it, newly allowed ones first, and exits with 1', async () => {
    const { code, out } = await nanook('diff', 'old', 'policy');
    expect(code).toBe(1);
    expect(out)
      .toBe(`added or changed: allow(user: User, "delete", note: Note) if note.organization.ownerId = user.id; (policy/a.polar:2)
  denied → allowed  ann  delete  report

removed or changed: allow(user: User, "read", note: Note) if note.authorId = user.id; (old/a.polar:1)
fails: user.id < 8: 8 < 8 is false (policy/a.polar:1)
  allowed → denied  ben  read  report

24 decisions compared: 2 changed, 1 newly allowed, 1 newly refused
`);
  });

  it('compares the fields and the requests that rules name', async () => {
    const config = JSON.parse(project['nanook.config.json']) as { types: object; fixtures: object };
    const types = { ...config.types, Request: { fields: { method: 'String' } } };
    const fixtures = { ...config.fixtures, listing: { $type: 'Request', method: 'GET' } };
    const rules = (fields: string, method: string): string =>
      `allow_field(_: User, "read", _: Note, field) if field in ${fields};
allow_request(_: User, request: Request) if request.method = ${method};\n`;
    await enterFolder({
      'nanook.config.json': JSON.stringify({ ...config, types, fixtures }),
      'old/a.polar': rules('["title"]', '"GET"'),
      'policy/a.polar': rules('["title", "text"]', '"POST"'),
    });
    const { code, out } = await nanook('diff', 'old', 'policy', '--json');
    expect(code).toBe(1);
    const { changes } = JSON.parse(out) as { changes: { actor: string; action: string; field?: string }[] };
    expect(changes.filter(({ actor }) => actor === 'ann')).toMatchObject([
      { action: 'read', resource: 'report', field: 'text', before: 'denied', after: 'allowed' },
      { action: 'allow_request', resource: 'listing', before: 'allowed', after: 'denied' },
    ]);
  });

  it('compares with the policies of the configuration, and exits with 0 without a change', async () => {
    expect(await nanook('diff', 'old')).toMatchObject({ code: 1 });
    expect(await nanook('diff', 'policy')).toMatchObject({
      code: 0,
      out: expect.stringContaining('no decision changes'),
    });
  });

  it('finds the layout of a rule and the order of rules without meaning', async () => {
    await writeFile('policy/a.polar', old.replace(' if ', ' if\n  '));
    expect((await nanook('diff', 'old')).code).toBe(0);
  });

  it('writes the changes as JSON', async () => {
    const { out } = await nanook('diff', 'old', '--json');
    expect(JSON.parse(out)).toEqual({
      checked: 24,
      different: 2,
      newlyAllowed: 1,
      newlyRefused: 1,
      failed: 0,
      changes: [
        {
          actor: 'ann',
          action: 'delete',
          resource: 'report',
          before: 'denied',
          after: 'allowed',
          causes: [
            {
              kind: 'added',
              text: 'allow(user: User, "delete", note: Note) if note.organization.ownerId = user.id;',
              file: 'policy/a.polar',
              line: 2,
            },
          ],
        },
        expect.objectContaining({ actor: 'ben', before: 'allowed', after: 'denied' }),
      ],
    });
  });

  it('writes Markdown in which a name cannot end a cell or start a tag', async () => {
    const config = JSON.parse(project['nanook.config.json']);
    config.fixtures = { ...config.fixtures, 'a|<b>': { $type: 'User', id: 8 } };
    await writeFile('nanook.config.json', JSON.stringify(config));
    const { out } = await nanook('diff', 'old', '--format', 'markdown');
    expect(out).toContain('| allowed | **denied** | a\\|&lt;b> | read | report |');
  });

  it('names the rule that still allows an action, and the condition that failed before, when another rule changes', async () => {
    await enterFolder({
      'nanook.config.json': project['nanook.config.json'],
      'old.polar': 'allow(u: User, "read", _: Note) if not banned(u);\nbanned(u: User) if u.id > 6;\n',
      'new.polar': 'allow(u: User, "read", _: Note) if not banned(u);\nbanned(u: User) if u.id > 8;\n',
    });
    const { changes } = JSON.parse((await nanook('diff', 'old.polar', 'new.polar', '--json')).out);
    expect(changes[0].causes.map(({ kind, text }: { kind: string; text: string }) => [kind, text])).toEqual([
      ['allowed-by', 'allow(u: User, "read", _: Note) if not banned(u);'],
      ['fails', 'not banned(u)'],
    ]);
  });

  it('tells shorthand rules of two types apart', async () => {
    const block = (type: string, rule: string): string =>
      `resource ${type} { permissions = ["read"]; roles = ["owner"]; ${rule} }\n`;
    const rest =
      'actor User {}\nallow(a, b, c) if has_permission(a, b, c);\nhas_role(_: User, "owner", _: Note);\nhas_role(_: User, "owner", _: Organization);\n';
    const rule = '"read" if "owner";';
    await enterFolder({
      'nanook.config.json': project['nanook.config.json'],
      'old.polar': block('Organization', rule) + block('Note', '') + rest,
      'new.polar': block('Organization', '') + block('Note', rule) + rest,
    });
    const { out } = await nanook('diff', 'old.polar', 'new.polar');
    expect(out).toContain('added or changed: "read" if "owner"; (new.polar:2)');
    expect(out).toContain('removed or changed: "read" if "owner"; (old.polar:1)');
  });

  it('generates rows from the declared fields when there is no fixture, the same in each run', async () => {
    const { fixtures: _, ...config } = JSON.parse(project['nanook.config.json']);
    await writeFile('nanook.config.json', JSON.stringify(config));
    const { code, out } = await nanook('diff', 'old', '--json');
    expect(code).toBe(1);
    const { changes } = JSON.parse(out);
    expect(changes.length).toBeGreaterThan(2);
    expect(changes[0].actor).toMatch(/^User\d+$/);
    expect((await nanook('diff', 'old', '--json')).out).toBe(out);
  });

  it('compares a sample of the checks with --sample, and says so', async () => {
    const { code, out, err } = await nanook('diff', 'old', '--generate', '--sample', '50', '--json');
    expect(err).toMatch(/^50 of \d+ checks are used; --sample \d+ uses all\n$/);
    expect(JSON.parse(out)).toMatchObject({ checked: 50 });
    expect(code).toBe(1);
    const all = await nanook('diff', 'old', '--generate', '--json');
    expect(all.err).toBe('');
    expect(JSON.parse(all.out)['checked']).toBe(Number(/of (\d+)/.exec(err)![1]));
  });

  it('exits with 2 when there is nothing to compare', async () => {
    await writeFile('nanook.config.json', '{ "policies": "policy/*.polar" }');
    expect(await nanook('diff', 'old')).toMatchObject({
      code: 2,
      err: expect.stringContaining('the configuration has no fixtures'),
    });
  });

  it('exits with 2 for a text that is no file, folder or revision, and with 1 for a policy with an error', async () => {
    expect(await nanook('diff', 'nothing')).toMatchObject({
      code: 2,
      err: expect.stringContaining('found nothing'),
    });
    await writeFile('old/a.polar', 'allow(');
    expect(await nanook('diff', 'old')).toMatchObject({
      code: 1,
      err: expect.stringContaining('old/a.polar:1'),
    });
  });
});

describe('nanook diff with git', () => {
  beforeEach(async () => {
    await enterFolder({
      ...files,
      'policy/a.polar': old,
      'policy/deep/b.polar': 'allow(_, "x", _: Note) if 1 = 2;\n',
    });
    git('init', '--quiet', '--initial-branch', 'main');
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
    await writeFile('policy/a.polar', next);
  });

  it('reads the policies of the configuration, a folder and a file at a revision', async () => {
    for (const side of ['main', 'main:policy/a.polar', 'HEAD:old']) {
      const { code, out } = await nanook('diff', side);
      expect(code).toBe(1);
      expect(out).toMatch(/removed or changed: .* \((main|HEAD):(policy|old)\/a\.polar:1\)/);
    }
    const { out } = await nanook('diff', 'main', 'main:policy', '--json');
    expect(JSON.parse(out)).toMatchObject({ different: 0 });
  });

  it('reads a revision from a folder inside the repository', async () => {
    process.chdir('policy');
    expect((await nanook('diff', 'main')).out).toContain('1 newly allowed');
  });

  it('exits with 2 for a revision without the folder, and for an unknown revision', async () => {
    expect(await nanook('diff', 'main:nowhere')).toMatchObject({
      code: 2,
      err: 'the revision main has no file that ends in .polar in nowhere\n',
    });
    expect((await nanook('diff', 'nowhere:policy')).code).toBe(2);
    expect((await nanook('diff', '--', '--output=x')).code).toBe(2);
  });
});

describe('nanook diff --log', () => {
  const record = (actor: object | null, action: string, resource: object): string =>
    `${JSON.stringify({ at: '2026-01-31T09:30:00.000Z', id: '1', kind: 'allow', outcome: 'allowed', actor, action, resource })}\n`;

  it('compares each recorded check once, with the fixtures that were recorded', async () => {
    const line = record({ type: 'User', id: '8' }, 'read', { type: 'Note', id: '3' });
    await enterFolder({ ...files, 'audit/a.jsonl': line + line + 'damaged\n' });
    const { code, out, err } = await nanook('diff', 'old', '--log', 'audit');
    expect(code).toBe(1);
    expect(out).toContain('allowed → denied  ben  read  report');
    expect(out).toContain('1 decision compared');
    expect(err).toContain('1 line skipped, not a record of the decision log; the first is audit/a.jsonl:3');
  });

  it('loads the recorded objects with the loaders of the configuration', async () => {
    await enterFolder({
      'old.polar': old,
      'new.polar': next,
      'nanook.config.mjs': `class User { constructor(id) { this.id = id; } }
class Note { authorId = 8; }
export default {
  types: { User, Note },
  loaders: { User: (id) => new User(Number(id)), Note: async () => new Note() },
};`,
      'log.jsonl': record({ type: 'User', id: '8' }, 'read', { type: 'Note', id: 'x' }),
    });
    const { out, err } = await nanook('diff', 'old.polar', 'new.polar', '--log', 'log.jsonl');
    expect(out).toContain('allowed → denied  User{id: 8}  read  Note{authorId: 8}');
    expect(err).toBe('');
  });

  it('uses the recorded data of an object that nothing knows, and says so', async () => {
    await enterFolder({
      ...files,
      'log.jsonl': record({ type: 'User', id: '8' }, 'read', { type: 'Note', id: '99', authorId: 8 }),
    });
    const { out, err } = await nanook('diff', 'old', '--log', 'log.jsonl');
    expect(out).toContain('allowed → denied  ben  read  Note{authorId: 8, id: 99}');
    expect(err).toContain('such as Note:99, had only the recorded data');
  });

  it('exits with 2 for a log that does not exist or contains no record', async () => {
    expect(await nanook('diff', 'old', '--log', 'none.jsonl')).toMatchObject({
      code: 2,
      err: 'the decision log none.jsonl does not exist\n',
    });
    await writeFile('empty.jsonl', 'x\n');
    expect((await nanook('diff', 'old', '--log', 'empty.jsonl')).code).toBe(2);
  });
});
