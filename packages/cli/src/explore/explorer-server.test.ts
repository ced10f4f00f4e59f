import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentOf, enterFolder, project } from '../testing/run.fixture.js';
import { Explorer, type ExplorerOptions } from './explorer.js';
import { ExplorerServer } from './explorer-server.js';
import type { ExplorerState } from './messages.js';

/** The page is built by another package, so that it is another one here. */
const files = new Map([['/', { type: 'text/html; charset=utf-8', content: Buffer.from('<!doctype html>') }]]);

let server: ExplorerServer;
let explorer: Explorer;

async function start(options: ExplorerOptions = {}): Promise<void> {
  explorer = new Explorer(options);
  server = await ExplorerServer.start(explorer, files, 0);
  await explorer.read().catch(() => undefined);
}

beforeEach(async () => {
  await enterFolder(project);
  await start();
});
afterEach(() => server.close());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Sends a request whose path and headers stay as they are. `fetch` would correct them. */
const send = (
  path: string,
  { method = 'GET', body = '', ...headers }: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.address);
    const request = httpRequest({ hostname, port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (part) => (text += String(part)));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    request.on('error', reject).end(body);
  });

const base = (): string => new URL(server.address).pathname;
const origin = (): string => new URL(server.address).origin;
const post = (path: string, content: unknown, headers: Readonly<Record<string, string>> = {}) =>
  send(`${base()}${path}`, {
    method: 'POST',
    origin: origin(),
    'content-type': 'application/json',
    body: JSON.stringify(content),
    ...headers,
  });
const state = async (): Promise<ExplorerState> => JSON.parse((await send(`${base()}api/state`)).text);

const policy = 'policy/main.polar';
const before = project[policy];
const changed = `${before}# changed\n`;

describe('the server of nanook explore', () => {
  it('listens on the loopback interface, with 256 random bits in its address', () => {
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/$/);
  });

  it('sends each answer with a policy that allows scripts of this server only', async () => {
    for (const path of ['', 'api/state', 'missing', '../']) {
      const { headers } = await send(base() + path);
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it.each(['', 'api/state', 'api/changes', 'api/routes', 'api/decisions'])(
    'answers a request for /%s with 404 if the token is wrong, shorter or missing',
    async (path) => {
      const token = base().slice(1, -1);
      const wrong = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
      for (const given of [`/${wrong}/`, `/${token.slice(0, -1)}/`, `/${token}A/`, '/', `//${token}/`])
        expect([given, (await send(given + path)).status]).toEqual([given, 404]);
    },
  );

  it('answers a request with the name of another host with 403, also if its token is right', async () => {
    const { port } = new URL(server.address);
    for (const host of ['example.com', `example.com:${port}`, '127.0.0.1', `127.0.0.1:${Number(port) + 1}`])
      expect([host, (await send(`${base()}api/state`, { host })).status]).toEqual([host, 403]);
    expect((await send(`${base()}api/state`, { host: `localhost:${port}` })).status).toBe(200);
  });

  it.each([
    '../package.json',
    '%2e%2e/package.json',
    '..%2f..%2fpackage.json',
    'policy/main.polar',
    '/etc/passwd',
  ])('has no file at %s', async (path) => {
    expect((await send(base() + path)).status).toBe(404);
  });

  it('gives the page the policies and the configuration of the project', async () => {
    expect((await send(base())).text).toBe('<!doctype html>');
    expect(await state()).toMatchObject({
      version: 1,
      kind: 'project',
      isEditable: false,
      hasLog: false,
      policies: [{ name: policy, source: before }],
      writable: [policy],
      config: { fixtures: { ann: { $type: 'User', id: 7 } } },
      notes: [],
      comparison: { differences: [] },
    });
  });

  it('writes no policy before editing is chosen, and then only on a request of its own page', async () => {
    const save = { name: policy, source: changed, before };
    expect(await post('api/save', save)).toMatchObject({
      status: 422,
      text: expect.stringContaining('the explorer is read-only'),
    });
    expect((await post('api/edit', {})).status).toBe(200);
    expect((await state()).isEditable).toBe(true);
    for (const headers of [{ origin: 'http://example.com' }, { origin: '' }, { origin: 'null' }])
      expect((await post('api/save', save, headers)).status).toBe(403);
    expect((await post('api/save', save, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await send(`${base()}api/save`, { method: 'PUT' })).status).toBe(405);
    expect(await contentOf(policy)).toBe(before);
    expect((await post('api/save', save)).status).toBe(200);
    expect(await contentOf(policy)).toBe(changed);
  });

  it('writes only policies of the project, inside of its folder', async () => {
    await server.close();
    await mkdir('inside');
    await writeFile('outside.polar', '# outside\n');
    await writeFile(
      'inside/nanook.config.json',
      JSON.stringify({ policies: ['a.polar', '../outside.polar', 'link.polar'] }),
    );
    await writeFile('inside/a.polar', '# inside\n');
    await symlink('../outside.polar', 'inside/link.polar');
    process.chdir('inside');
    await start({ isEditable: true });
    expect(await state()).toMatchObject({ policies: { length: 3 }, writable: ['a.polar'] });
    for (const name of [
      '../outside.polar',
      'link.polar',
      'nanook.config.json',
      '/etc/hosts',
      'new.polar',
      './a.polar',
    ])
      expect(await post('api/save', { name, source: 'x', before: '# outside\n' })).toMatchObject({
        status: 422,
        text: expect.stringContaining('cannot be saved'),
      });
    expect(await contentOf('../outside.polar')).toBe('# outside\n');
    for (const content of [{}, null, [], { name: 'a.polar', source: 1, before: '# inside\n' }])
      expect((await post('api/save', content)).status).toBe(422);
    expect((await post('api/save', { name: 'a.polar', source: 'x', before: '# inside\n' })).status).toBe(200);
  });

  it('does not overwrite a change that the page has not seen', async () => {
    explorer.allowEditing();
    await writeFile(policy, `${before}# by an editor\n`);
    const { status, text } = await post('api/save', { name: policy, source: changed, before });
    expect([status, text]).toEqual([422, expect.stringContaining('has changed on the disk')]);
    expect(await contentOf(policy)).toBe(`${before}# by an editor\n`);
  });

  it('keeps the line ends and the byte order mark of a file', async () => {
    explorer.allowEditing();
    await writeFile(policy, `\uFEFF${before.replaceAll('\n', '\r\n')}`);
    await explorer.read();
    expect((await post('api/save', { name: policy, source: changed, before })).status).toBe(200);
    expect(await contentOf(policy)).toBe(`\uFEFF${changed.replaceAll('\n', '\r\n')}`);
  });

  it('tells the page each change, and an error of the project as such', async () => {
    const response = await fetch(`${server.address}api/changes`);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe('data: 1\n\n');
    await writeFile('nanook.config.json', '{ "policies": ');
    await expect(explorer.read()).rejects.toThrow('nanook.config.json');
    expect((await reader.read()).value).toBe('data: 2\n\n');
    const shown = await state();
    expect(shown).toMatchObject({ kind: 'error', message: expect.stringContaining('nanook.config.json') });
    expect((await post('api/replay', {})).text).toContain('"kind":"error"');
    await writeFile('nanook.config.json', project['nanook.config.json']);
    await explorer.read();
    expect((await reader.read()).value).toBe('data: 3\n\n');
    expect((await state()).kind).toBe('project');
    await reader.cancel();
  });

  it('says that a configuration that does not end is still running', () => {
    expect(new Explorer({}).state).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('still running'),
    });
  });

  it('gives the page a policy with an error, so that the page shows its place', async () => {
    await writeFile(policy, 'allow(user: User');
    await explorer.read();
    expect(await state()).toMatchObject({ kind: 'project', policies: [{ source: 'allow(user: User' }] });
    expect((await send(`${base()}api/routes`)).text).toContain('"kind":"none"');
  });

  it('refuses a port that is in use with a message about --port', async () => {
    const { port } = new URL(server.address);
    await expect(ExplorerServer.start(explorer, files, Number(port))).rejects.toThrow(
      'choose another --port',
    );
  });
});
