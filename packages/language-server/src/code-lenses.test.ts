import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeLens } from 'vscode-languageserver';
import { TestClient } from './testing/client.fixture.js';
import { projectFolder } from './testing/project-folder.fixture.js';

const policy = `actor User {}
resource Note {
  permissions = ["read"];
  roles = ["🦊", "owner"]; "read" if "owner";
}
allow(actor, action, resource) if has_permission(actor, action, resource);
has_role(user: User, "owner", note: Note) if note.ownerId = user.id;
allow(user: User, "edit", note: Note) if note.ownerId = user.id;
has_permission(_: User, "read", note: Note) if note.ownerId = 0;
`;
const tests = 'test "owners read" { assert allow(ann, "read", plan); }\n';
const config = {
  policies: '*.polar',
  types: { User: { fields: { id: 'Integer' } }, Note: { fields: { ownerId: 'Integer' } } },
  fixtures: { ann: { $type: 'User', id: 1 }, plan: { $type: 'Note', ownerId: 1 } },
};
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const digests = { 'app.polar': digest(policy), 'tests.polar': digest(tests) };

const part = (line: number, column: number) => ({ file: 'app.polar', line, column });
const test = { file: 'tests.polar', name: 'owners read' };
/** Results in the form of `nanook test --coverage --json`, for some of the parts. */
const coverage = {
  policies: digests,
  rules: [
    { ...part(4, 27), uncovered: 2, tests: [test] },
    { ...part(6, 1), uncovered: 0, tests: [test] },
    { ...part(7, 1), uncovered: 1, tests: [test, { ...test, name: 'other' }] },
    { ...part(8, 1), uncovered: 1, tests: [] },
    { ...part(9, 1), uncovered: 1, tests: [] },
  ],
  roles: [
    { ...part(4, 12), held: 0 },
    { ...part(4, 17), held: 1 },
  ],
};
const rule = (line: number) => ({ file: 'app.polar', line });
const audit = {
  policies: digests,
  routes: [
    { method: 'GET', path: '/notes/:id', rules: [rule(4), rule(6), rule(7)] },
    { method: 'PUT', path: '/notes/:id', rules: [rule(8)] },
    { method: 'GET', path: '/health', rules: [] },
  ],
};

let client: TestClient;
let refreshes = 0;
beforeAll(async () => {
  const folder = projectFolder({
    'app.polar': policy,
    'tests.polar': tests,
    'nanook.config.json': JSON.stringify(config),
  });
  const capabilities = { workspace: { codeLens: { refreshSupport: true } } };
  client = await TestClient.start(folder, { isTrusted: true, checkTests: false }, capabilities);
  client.connection.onRequest('workspace/codeLens/refresh', () => {
    refreshes++;
    return null;
  });
  await client.open('app.polar', policy);
});
afterAll(() => client.stop());

const lenses = async (): Promise<CodeLens[]> =>
  client.request('textDocument/codeLens', { textDocument: { uri: client.uri('app.polar') } });
const titles = async (): Promise<string[]> =>
  (await lenses()).map(({ range, command }) => `${range.start.line + 1} ${command!.title}`);
const folderUri = (): string => client.uri('').replace(/\/$/, '');
const send = (params: object): Promise<void> =>
  client.connection.sendNotification('nanook/measurements', { uri: folderUri(), ...params });

const unmeasured = [
  '1 0 rules, 0 assertions',
  '2 4 rules, 1 assertion',
  '2 Show SQL',
  '8 Explain',
  '8 Show SQL',
  '9 Explain',
  '9 Show SQL',
];

describe('code lenses', () => {
  it('explain a rule that allows one action, and show its SQL', async () => {
    expect(await titles()).toEqual(unmeasured);
    const found = (await lenses()).filter(({ range }) => range.start.line === 7);
    expect(found.map(({ command }) => command)).toEqual([
      { title: 'Explain', command: 'nanook.explainAction', arguments: [client.folder, 'edit', 'Note'] },
      { title: 'Show SQL', command: 'nanook.showSql', arguments: [client.folder, 'Note', 'edit'] },
    ]);
  });

  it('count the tests, routes and uncovered parts of a run with the present texts', async () => {
    await send({ coverage });
    expect(await titles()).toEqual([
      '1 0 rules, 0 assertions',
      '2 4 rules, 2 tests, 6 uncovered',
      '2 Show SQL',
      '6 1 test, 0 uncovered',
      '7 2 tests, 1 uncovered',
      '8 0 tests, 1 uncovered',
      '8 Explain',
      '8 Show SQL',
      '9 0 tests, 1 uncovered',
      '9 Explain',
      '9 Show SQL',
    ]);
    await send({ audit });
    expect(await titles()).toEqual(
      expect.arrayContaining([
        '2 4 rules, 2 tests, 2 routes, 6 uncovered',
        '6 1 test, 1 route, 0 uncovered',
        '8 0 tests, 1 route, 1 uncovered',
        '9 0 tests, 0 routes, 1 uncovered',
      ]),
    );
    expect(refreshes).toBe(2);
  });

  it('drop all numbers when a text changes, also one that is not open, and do not show them again', async () => {
    await client.change('app.polar', `${policy}\n`);
    await client.change('app.polar', policy);
    expect(await titles()).toEqual(unmeasured);
    await send({ coverage });
    expect(await titles()).toContain('6 1 test, 0 uncovered');
    const before = refreshes;
    await client.open('tests.polar', tests);
    expect(await titles()).toContain('6 1 test, 0 uncovered');
    await client.change('tests.polar', `${tests}# more\n`);
    expect(await titles()).toEqual(unmeasured);
    expect(refreshes).toBe(before + 1);
  });

  it('ignore the results of a run with other texts', async () => {
    await send({ coverage, audit });
    expect(await titles()).toEqual(unmeasured);
    await client.change('tests.polar', tests);
    const { 'tests.polar': _, ...others } = digests;
    await send({ coverage: { ...coverage, policies: others } });
    expect(await titles()).toEqual(unmeasured);
    await send({ coverage });
    expect(await titles()).toContain('6 1 test, 0 uncovered');
  });
});

describe('nanook/fixtures', () => {
  it('returns the fixtures with their types', async () => {
    expect(await client.request('nanook/fixtures', { uri: folderUri() })).toEqual({
      ann: 'User',
      plan: 'Note',
    });
  });
});
