import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type {
  ClientCapabilities,
  CompletionList,
  Diagnostic,
  Location,
  WorkspaceEdit,
} from 'vscode-languageserver';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { builtServer } from './testing/built-server.fixture.js';
import { TestClient } from './testing/client.fixture.js';
import { projectFolder } from './testing/project-folder.fixture.js';

const types = { User: { fields: { isAdmin: 'Boolean' } }, Note: { fields: { ownerId: 'Integer' } } };
const config = { 'nanook.config.json': JSON.stringify({ types }) };
const good = 'allow(user: User, "read", _: Note) if user.isAdmin;\n';
const bad = good.replace('isAdmin', 'isAdmins');
const pull: ClientCapabilities = {
  textDocument: { diagnostic: {} },
  workspace: { diagnostics: { refreshSupport: true } },
};

const clients: TestClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

async function start(
  files: Readonly<Record<string, string>>,
  capabilities: ClientCapabilities = {},
  options: object = { isTrusted: true },
): Promise<TestClient> {
  const client = await TestClient.start(projectFolder(files), options, capabilities);
  clients.push(client);
  return client;
}

const didOpen = (client: TestClient, uri: string, text: string, languageId = 'polar'): Promise<void> =>
  client.connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId, version: 1, text },
  });

const pulled = async (client: TestClient, uri: string): Promise<readonly Diagnostic[]> =>
  (await client.request<{ items: Diagnostic[] }>('textDocument/diagnostic', { textDocument: { uri } })).items;

describe('published diagnostics', () => {
  it('contain an empty list for an opened document without findings, and for a corrected one', async () => {
    const client = await start(config);
    await client.open('a.polar', good);
    await client.until(() => client.published('a.polar').length === 1);
    await client.change('a.polar', bad);
    await client.until(() => client.published('a.polar').length === 2);
    await client.change('a.polar', '');
    await client.until(() => client.published('a.polar').length === 3);
    expect(client.published('a.polar').map((each) => each.length)).toEqual([0, 1, 0]);
  });

  it('come again when a document is opened again', async () => {
    const client = await start({ ...config, 'a.polar': good });
    await client.open('a.polar', good);
    await client.until(() => client.published('a.polar').length === 1);
    await client.connection.sendNotification('textDocument/didClose', {
      textDocument: { uri: client.uri('a.polar') },
    });
    await client.open('a.polar', good);
    await client.until(() => client.published('a.polar').length === 2);
  });
});

describe('a URI', () => {
  it.each(['%40app%20%281%29', '@app%20(1)', '%40app%20(1)'])(
    'of a folder has the diagnostics and definitions of its document in the form of the client: %s',
    async (part) => {
      const files = { '@app (1)/nanook.config.json': config['nanook.config.json'], '@app (1)/a.polar': good };
      const client = await start(files, pull);
      const uri = `${pathToFileURL(client.folder).href}/${part}/a.polar`;
      await didOpen(client, uri, `f(1);\n${bad.replace('if', 'if f(1) and')}`);
      expect(await pulled(client, uri)).toEqual([
        expect.objectContaining({ code: 'POLAR_CHECK_UNKNOWN_FIELD' }),
      ]);
      const found = await client.request<Location[]>('textDocument/definition', {
        textDocument: { uri },
        position: { line: 1, character: bad.indexOf('if') + 3 },
      });
      expect(found.map((each) => each.uri)).toEqual([uri]);
    },
  );

  it.each([
    'untitled:Untitled-1',
    'file://server/share/a.polar',
    'file:///a%2Fb.polar',
    'file:///%zz.polar',
    'file:///c%3A/folder/a.polar',
    'git:/a.polar?ref=1',
    'a.polar',
    '',
  ])('that is no file of the project does not stop the server: %s', async (uri) => {
    const client = await start(config, pull);
    await didOpen(client, uri, bad);
    const textDocument = { uri };
    const position = { line: 0, character: 3 };
    for (const method of ['hover', 'completion', 'definition', 'diagnostic', 'formatting', 'codeLens'])
      await client.request(`textDocument/${method}`, { textDocument, position, options: {} });
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [1, 2, 3].map((type) => ({ uri, type })),
    });
    await client.connection.sendNotification('textDocument/didClose', { textDocument });
    await client.open('a.polar', bad);
    expect(await pulled(client, client.uri('a.polar'))).toHaveLength(1);
  });
});

describe('the server', () => {
  it('refuses requests before its initialization, and ends without an error when its input ends', async () => {
    const server = spawn(process.execPath, [await builtServer(), '--stdio'], { stdio: 'pipe' });
    const connection = createMessageConnection(
      new StreamMessageReader(server.stdout),
      new StreamMessageWriter(server.stdin),
    );
    connection.listen();
    const params = { textDocument: { uri: 'file:///a.polar' }, position: { line: 0, character: 0 } };
    await expect(connection.sendRequest('textDocument/hover', params)).rejects.toThrow('Unhandled method');
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: 'file:///a.polar', version: 1 },
      contentChanges: [{ text: 'f(1);' }],
    });
    const { capabilities } = await connection.sendRequest<{ capabilities: object }>('initialize', {
      processId: null,
      capabilities: {},
    });
    expect(capabilities).toMatchObject({ positionEncoding: 'utf-16' });
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.stdin.end();
    await ended;
    expect(server.signalCode).toBeNull();
  });

  it('answers after changes of documents that are not open, positions outside of the text, and unknown methods', async () => {
    const client = await start(config, pull);
    await client.change('never.polar', 'f(1);');
    await client.connection.sendNotification('textDocument/didClose', {
      textDocument: { uri: client.uri('never.polar') },
    });
    await client.connection.sendNotification('nanook/unknown', {});
    await expect(client.request('nanook/unknown', {})).rejects.toThrow('Unhandled method');
    await client.open('a.polar', bad);
    for (const position of [
      { line: 99, character: 0 },
      { line: 0, character: 9999 },
      { line: -1, character: -1 },
    ])
      for (const method of [
        'hover',
        'completion',
        'definition',
        'references',
        'prepareCallHierarchy',
        'signatureHelp',
      ])
        await client.at(method, 'a.polar', position, { context: { includeDeclaration: true } });
    expect(await pulled(client, client.uri('a.polar'))).toHaveLength(1);
  });

  it('answers the last of many requests, of which the others were canceled', async () => {
    const client = await start(config);
    await client.open('a.polar', good);
    const { CancellationTokenSource } = await import('vscode-jsonrpc');
    const params = { textDocument: { uri: client.uri('a.polar') }, position: { line: 0, character: 40 } };
    const canceled = Array.from({ length: 50 }, () => {
      const source = new CancellationTokenSource();
      const answer = client.connection.sendRequest('textDocument/completion', params, source.token);
      source.cancel();
      return answer.catch(() => 'canceled');
    });
    const last = await client.at<CompletionList>('completion', 'a.polar', { line: 0, character: 43 });
    expect(last.items.map(({ label }) => label)).toContain('isAdmin');
    await Promise.all(canceled);
  });

  it('opens no project after its shutdown', async () => {
    const client = await start({ ...config, 'a.polar': good });
    await client.request('shutdown', {});
    await client.open('a.polar', bad);
    expect(await client.at('hover', 'a.polar', { line: 0, character: 7 })).toBeNull();
  });

  it('forgets a file that is deleted, and knows one that is renamed', async () => {
    const client = await start({ ...config, 'a.polar': bad, 'b.polar': 'f(1);\n' }, pull);
    await client.open('b.polar', 'f(1);\n');
    expect(await pulled(client, client.uri('a.polar'))).toHaveLength(1);
    renameSync(join(client.folder, 'a.polar'), join(client.folder, 'c.polar'));
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [
        { uri: client.uri('a.polar'), type: 3 },
        { uri: client.uri('c.polar'), type: 1 },
      ],
    });
    const codes = async (): Promise<number[]> =>
      Promise.all(
        ['a.polar', 'c.polar'].map(async (name) => (await pulled(client, client.uri(name))).length),
      );
    while ((await codes()).join() !== '0,1') await client.at('hover', 'b.polar', { line: 0, character: 0 });
    rmSync(join(client.folder, 'c.polar'));
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: client.uri('c.polar'), type: 3 }],
    });
    while ((await codes()).join() !== '0,0') await client.at('hover', 'b.polar', { line: 0, character: 0 });
  });

  it('has one project for each folder of the editor, and follows added and removed folders', async () => {
    const other = projectFolder({
      'nanook.config.json': JSON.stringify({
        types: { User: { fields: { isAdmins: 'Boolean' } }, Note: {} },
      }),
      'a.polar': bad,
    });
    const client = await start({ ...config, 'a.polar': bad }, { workspace: { workspaceFolders: true } });
    const uri = `${pathToFileURL(other).href}/a.polar`;
    await client.open('a.polar', bad);
    await client.until(() => client.diagnostics('a.polar').length === 1);
    const folder = { uri: pathToFileURL(other).href, name: 'other' };
    await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: [folder], removed: [] },
    });
    const completion = { textDocument: { uri }, position: { line: 0, character: 43 } };
    const labels = async (): Promise<readonly string[]> =>
      ((await client.request<CompletionList | null>('textDocument/completion', completion))?.items ?? []).map(
        ({ label }) => label,
      );
    expect(await labels()).toContain('isAdmins');
    expect(client.diagnostics('a.polar')).toHaveLength(1);
    await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: [], removed: [folder] },
    });
    await client.at('hover', 'a.polar', { line: 0, character: 0 });
    expect(client.diagnostics('a.polar')).toHaveLength(1);
  });

  it('reads no other file for a document outside of all folders', async () => {
    const elsewhere = projectFolder({
      'a.polar': good,
      'sub/b.polar': 'allow(_: User, "x", _: Missing) if f(1);\n',
    });
    const client = await start(config, pull);
    const uri = `${pathToFileURL(elsewhere).href}/a.polar`;
    await didOpen(client, uri, good.replace('user.isAdmin', 'unknown(user)'));
    expect((await pulled(client, uri)).map(({ code }) => code)).toEqual(['POLAR_CHECK_UNDEFINED_RULE']);
    const symbols = await client.request<readonly object[]>('workspace/symbol', { query: 'allow' });
    expect(symbols).toHaveLength(1);
  });

  it('answers in a document of 2 MB', async () => {
    const client = await start(config, pull);
    await client.open('a.polar', good.repeat(1) + '# a comment that fills the file\n'.repeat(64_000) + bad);
    expect(await pulled(client, client.uri('a.polar'))).toHaveLength(1);
  });
});

describe('trust', () => {
  const marks =
    "import { writeFileSync } from 'node:fs'; writeFileSync(new URL('ran', import.meta.url), '');\n";

  it('lets no code of a folder run without it: a module, or a package of the folder', async () => {
    const files = { 'nanook.config.mjs': `${marks}export default {};`, 'a.polar': good };
    const client = await start(files, pull, {});
    await client.open('a.polar', good);
    await pulled(client, client.uri('a.polar'));
    expect(client.notices).toEqual([expect.stringContaining('the workspace is not trusted')]);
    expect(existsSync(join(client.folder, 'ran'))).toBe(false);
  });

  it('includes a configuration in JSON without the option', async () => {
    const client = await start(config, pull, {});
    await client.open('a.polar', bad);
    expect(await pulled(client, client.uri('a.polar'))).toHaveLength(1);
    expect(client.notices).toEqual([]);
  });

  it('lets the configuration choose the dialect of the policies', async () => {
    const policy = `actor User {}
resource Note {
  permissions = ["edit"];
  relations = { author: User };
  "edit" if "author" and is_open(resource);
}
has_relation(note: Note, "author", user: User) if note.authorId = user.id;
`;
    const types = '"types": { "User": {}, "Note": {} }';
    const found = async (dialect: string) => {
      const files = { 'nanook.config.json': `{ "dialect": "${dialect}", ${types} }`, 'a.polar': policy };
      const client = await start(files, pull, {});
      await client.open('a.polar', policy);
      return pulled(client, client.uri('a.polar'));
    };
    expect(await found('oso-cloud')).toEqual([]);
    expect(await found('nanook')).not.toEqual([]);
  });

  it('includes no configuration above the open folder', async () => {
    const outer = projectFolder({ 'nanook.config.mjs': `${marks}export default {};`, 'inner/a.polar': good });
    const client = await TestClient.start(join(outer, 'inner'), { isTrusted: true }, pull);
    clients.push(client);
    await client.open('a.polar', good);
    await pulled(client, client.uri('a.polar'));
    expect(client.notices).toEqual([expect.stringContaining('it is outside of the open folders')]);
    expect(existsSync(join(outer, 'ran'))).toBe(false);
  });
});

describe('code of the application that does not end', () => {
  const endless = `import { writeFileSync } from 'node:fs';
writeFileSync(new URL('pid', import.meta.url), String(process.pid));
export default { types: ${JSON.stringify(types)}, fixtures: () => { for (;;) {} } };`;
  const pidOf = (client: TestClient): number => Number(readFileSync(join(client.folder, 'pid'), 'utf8'));
  const isRunning = (pid: number): boolean =>
    !spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.match(/^[^Z]/)
      ? false
      : true;

  it('loses its process, and completions go on without the fixtures', async () => {
    const client = await start({ 'nanook.config.mjs': endless }, {}, { isTrusted: true, configTimeLimit: 6 });
    const text = `${good}test "a" { assert allow(`;
    await client.open('a.polar', text);
    const position = { line: 1, character: text.length - good.length };
    const found = await client.at<CompletionList>('completion', 'a.polar', position);
    expect(found.items.length).toBeGreaterThan(0);
    const pid = pidOf(client);
    await client.until(() => client.output.some((each) => each.includes('did not answer within 6 seconds')));
    expect(isRunning(pid)).toBe(false);
  });

  it('ends with the server', async () => {
    const loop = endless.replace('export default', 'for (;;) {}\nexport default');
    const client = await start({ 'nanook.config.mjs': loop }, {}, { isTrusted: true, configTimeLimit: 600 });
    while (!existsSync(join(client.folder, 'pid'))) await setTimeout(20);
    const pid = pidOf(client);
    expect(isRunning(pid)).toBe(true);
    const ended = new Promise((resolve) => client.process.once('exit', resolve));
    client.process.kill('SIGTERM');
    await ended;
    clients.splice(0);
    while (isRunning(pid)) await setTimeout(20);
  });
});

describe('rename without a preview', () => {
  it('names the places that it did not change', async () => {
    const policy = `resource Note { permissions = ["read"]; roles = ["owner"]; "read" if "owner"; }
actor User {}
has_role(user: User, "owner", _: Note) if user.isAdmin;
allow(user: User, action, note: Note) if helper(user, "read", note) and action = "x";
helper(user, action, note) if has_permission(user, action, note);
`;
    const client = await start(config);
    await client.open('a.polar', policy);
    const position = { line: 0, character: policy.indexOf('read') + 1 };
    const { changes } = await client.at<WorkspaceEdit>('rename', 'a.polar', position, { newName: 'view' });
    expect(changes![client.uri('a.polar')]).toHaveLength(2);
    await client.until(() => client.notices.length > 0);
    expect(client.notices.at(-1)).toMatch(/Not changed, because it can mean another name: a\.polar:4$/);
  });
});
