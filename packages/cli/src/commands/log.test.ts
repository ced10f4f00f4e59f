import { appendFile, writeFile } from 'node:fs/promises';
import { Authorizer, typed } from '@nanook/core';
import { decisionLog, type DecisionRecord } from '@nanook/log';
import { jsonLines } from '@nanook/log/json-lines';
import { beforeEach, describe, expect, it } from 'vitest';
import { followRecords } from '../decisions/follow-records.js';
import { contentOf, enterFolder, nanook, project } from '../testing/run.fixture.js';

const types = JSON.parse(project['nanook.config.json']).types;
const ann = typed('User', { id: 7 });
const ben = typed('User', { id: 8 });
const acme = typed('Organization', { id: 1, ownerId: 7 });
const report = typed('Note', { id: 3, authorId: 8, organization: acme });

/** Records decisions of the policy of the project with the library. */
async function record(): Promise<void> {
  const log = decisionLog({ sinks: [jsonLines({ folder: 'audit' })] });
  const times = [
    '2026-01-30T10:00:00Z',
    '2026-01-31T10:00:00Z',
    '2026-01-31T11:00:00Z',
    '2026-02-01T10:00:00Z',
  ];
  const authorizer = await Authorizer.load({
    policies: 'policy/main.polar',
    types,
    version: '1.4.0',
    clock: () => new Date(times.shift()!),
    ...log.hooks,
  });
  await authorizer.can(ann, 'edit', report);
  await authorizer.can(ben, 'edit', report);
  await authorizer.can(ben, 'read', report);
  await authorizer.can(null, 'read', report);
  await log.close();
}

beforeEach(async () => {
  await enterFolder(project);
  await record();
});

describe('nanook log', () => {
  it('prints each decision on a line, with the rule that granted it or the reason', async () => {
    expect(await nanook('log', 'audit')).toEqual({
      code: 0,
      out: `2026-01-30T10:00:00.000Z  allowed    User:7  edit  Note:3  policy/main.polar:14
2026-01-31T10:00:00.000Z  denied     User:8  edit  Note:3  no rule for "edit" on Note matched
2026-01-31T11:00:00.000Z  allowed    User:8  read  Note:3  policy/main.polar:19
2026-02-01T10:00:00.000Z  denied     anonymous  read  Note:3  no rule for "read" on Note matched
`,
      err: '',
    });
  });

  it.each<[readonly string[], readonly number[]]>([
    [
      ['--actor', 'User:8'],
      [2, 3],
    ],
    [['--actor', '7'], [1]],
    [
      ['--actor', 'User:'],
      [1, 2, 3],
    ],
    [
      ['--resource', 'Note:3', '--action', 'read'],
      [3, 4],
    ],
    [
      ['--outcome', 'denied', 'error'],
      [2, 4],
    ],
    [
      ['--from', '2026-01-31', '--to', '2026-02-01'],
      [2, 3],
    ],
    [['--rule', 'policy/main.polar:19'], [3]],
    [['--policy-version', '1.3.0'], []],
    [['--last', '1'], [4]],
    [['--from', '1h'], []],
  ])('selects with %j', async (filters, expected) => {
    const all = (await nanook('log', 'audit', '--json')).out.trim().split('\n');
    const { out } = await nanook('log', 'audit', '--json', ...filters);
    expect(out.split('\n').filter((line) => line !== '')).toEqual(expected.map((number) => all[number - 1]));
  });

  it('reads records inside the lines of pino, and counts lines that are not records', async () => {
    const [first] = (await nanook('log', 'audit', '--json')).out.split('\n');
    await writeFile('app.log', `{"level":30,"msg":"hello"}\n{"level":30,"decision":${first}}\nplain\n`);
    const { out, err } = await nanook('log', 'app.log');
    expect(out).toContain('User:7  edit  Note:3');
    expect(err).toBe('2 lines skipped, not a record of the decision log; the first is app.log:1\n');
  });

  it('exits with 2 for a path that does not exist, a time that is not one, and options that exclude each other', async () => {
    expect((await nanook('log', 'none')).code).toBe(2);
    expect(await nanook('log', 'audit', '--from', 'yesterday')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--from expects a day'),
    });
    expect((await nanook('log', 'audit', '--follow', '--summary')).code).toBe(2);
    expect((await nanook('log', 'policy')).err).toBe('the folder policy has no file that ends in .jsonl\n');
  });
});

describe('nanook log --summary', () => {
  it('counts outcomes, denied checks and rules, and lists the rules that never granted', async () => {
    const { out } = await nanook('log', 'audit', '--summary', '--json');
    expect(JSON.parse(out)).toMatchObject({
      decisions: 4,
      from: '2026-01-30T10:00:00.000Z',
      to: '2026-02-01T10:00:00.000Z',
      outcomes: { allowed: 2, denied: 2 },
      mostDenied: [
        { actor: 'User', action: 'edit', resource: 'Note', count: 1 },
        { actor: 'anonymous', action: 'read', resource: 'Note', count: 1 },
      ],
      policies: ['1.4.0'],
    });
    const unused = JSON.parse(out).neverGranted.map(({ text }: { readonly text: string }) => text);
    expect(unused).toEqual([
      '"member" if "owner";',
      '"read" if "reader";',
      '"reader" if "member" on "organization";',
    ]);
  });

  it('counts a record of a sample for the decisions that it represents', async () => {
    const [first] = (await nanook('log', 'audit', '--json')).out.split('\n');
    await writeFile('sample.jsonl', `${JSON.stringify({ ...JSON.parse(first!), sampled: 0.1 })}\n`);
    expect((await nanook('log', 'sample.jsonl', '--summary')).out).toContain('10 decisions from');
  });

  it('leaves out the rules that never granted where there is no policy', async () => {
    const log = await nanook('log', 'audit', '--json');
    await enterFolder({ 'a.jsonl': log.out });
    const { code, out } = await nanook('log', 'a.jsonl', '--summary');
    expect(code).toBe(0);
    expect(out).not.toContain('never granted');
  });
});

describe('followRecords', () => {
  it('yields the records that are added, also to new files, and waits for the end of a line', async () => {
    const [line] = (await nanook('log', 'audit', '--json')).out.split('\n');
    await writeFile('a.jsonl', `${line}\n`);
    const files = ['a.jsonl'];
    const stop = new AbortController();
    const found: DecisionRecord[] = [];
    const following = (async () => {
      for await (const each of followRecords(
        () => Promise.resolve([...files]),
        () => {},
        stop.signal,
      )) {
        found.push(each);
        if (found.length === 3) stop.abort();
      }
    })();
    const half = Math.floor(line!.length / 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await appendFile('a.jsonl', `${line}\n${line!.slice(0, half)}`);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(found).toHaveLength(1);
    await appendFile('a.jsonl', `${line!.slice(half)}\n`);
    await writeFile('b.jsonl', `${line}\n`);
    files.push('b.jsonl');
    await following;
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 3 }, () => JSON.parse(line!).id));
  });
});

describe('nanook shadow', () => {
  it('finds no difference for the policy that decided', async () => {
    expect(await nanook('shadow', 'audit')).toEqual({
      code: 0,
      out: '4 decisions compared: no decision changes\n',
      err: '',
    });
  });

  it('lists the recorded decisions that another policy decides differently, with the reason, and exits with 1', async () => {
    const source = await contentOf('policy/main.polar');
    await writeFile(
      'next.polar',
      source
        .replace('note.authorId = user.id', 'note.authorId = user.id and user.id > 8')
        .replace('"edit" if "owner" on', '"edit" if "member" on'),
    );
    const { code, out } = await nanook('shadow', 'audit', '-p', 'next.polar');
    expect(code).toBe(1);
    expect(out)
      .toBe(`removed or changed: allow(user: User, "read", note: Note) if note.authorId = user.id; (policy/main.polar:19)
fails: user.id > 8: 8 > 8 is false (next.polar:19)
  allowed → denied  User:8  read  Note:3

4 decisions compared: 1 changed, 0 newly allowed, 1 newly refused
`);
  });

  it('exits with 2 for a log without decisions', async () => {
    await writeFile('empty.jsonl', '');
    expect((await nanook('shadow', 'empty.jsonl')).code).toBe(2);
  });
});

describe('a decision about several fields', () => {
  beforeEach(async () => {
    await writeFile(
      'policy/main.polar',
      'allow_field(user: User, "read", note: Note, field) if field = "title" or note.authorId = user.id and field != "spam";\n',
    );
    const log = decisionLog({ sinks: [jsonLines({ folder: 'fields' })] });
    const clock = () => new Date('2026-01-30T10:00:00Z');
    const authorizer = await Authorizer.load({ policies: 'policy/main.polar', types, clock, ...log.hooks });
    await authorizer.filterFields(ann, 'read', report, ['title', 'text', 'spam']);
    await log.close();
  });

  it('takes one line, and counts as one decision in the summary', async () => {
    const { out } = await nanook('log', 'fields');
    expect(out).toBe(
      '2026-01-30T10:00:00.000Z  allowed    User:7  read 1 of 3 fields  Note:3  policy/main.polar:1\n',
    );
    const { decisions, outcomes } = JSON.parse((await nanook('log', 'fields', '--summary', '--json')).out);
    expect({ decisions, outcomes }).toEqual({ decisions: 1, outcomes: { allowed: 1 } });
  });

  it('replays each of its fields', async () => {
    expect(await nanook('shadow', 'fields')).toMatchObject({ code: 0 });
    await writeFile(
      'policy/main.polar',
      'allow_field(_: User, "read", _: Note, field) if field in ["title", "text"];\n',
    );
    const { code, out } = await nanook('shadow', 'fields', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      checked: 3,
      changes: [{ field: 'text', before: 'denied', after: 'allowed' }],
    });
    const { out: profile } = await nanook('profile', '--log', 'fields', '--json');
    expect(JSON.parse(profile)).toMatchObject({ checks: 3, failed: 0 });
  });
});
