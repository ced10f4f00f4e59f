import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { runsAll } from '../../../../tools/test-scope.js';

// cspell:ignore vsixmanifest

// Building it takes seconds.
describe.runIf(runsAll)('the VSIX', () => {
  let folder = '';
  let installed = '';
  const names: string[] = [];
  let size = 0;

  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nanook-vsix-'));
    installed = join(folder, 'installed');
    // The packer is large, so that only runs that need it load it.
    const { buildVsix } = await import('./build-vsix.ts');
    const vsix = await buildVsix(folder);
    size = statSync(vsix).size;
    for (const [name, content] of Object.entries(unzipSync(readFileSync(vsix)))) {
      names.push(name);
      write(join(installed, name), content);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('contains the extension, the server, the grammar and the licenses, and no other file', () => {
    const others = names.filter((name) => !/^extension\/server\/dist\/[\w-]+\.mjs$/.test(name));
    expect(others.toSorted()).toEqual(
      [
        '[Content_Types].xml',
        'extension.vsixmanifest',
        'extension/LICENSE.txt',
        'extension/NOTICE.txt',
        'extension/dist/extension.cjs',
        'extension/language-configuration.json',
        'extension/package.json',
        'extension/readme.md',
        'extension/server/node_modules/jiti/LICENSE',
        'extension/server/node_modules/jiti/dist/babel.cjs',
        'extension/server/node_modules/jiti/dist/jiti.cjs',
        'extension/server/node_modules/jiti/lib/jiti.mjs',
        'extension/server/node_modules/jiti/package.json',
        'extension/server/package.json',
        'extension/syntaxes/polar.tmLanguage.json',
        'extension/walkthrough/policy.md',
      ].toSorted(),
    );
    expect(names).toEqual(
      expect.arrayContaining(['extension/server/dist/bin.mjs', 'extension/server/dist/config-child.mjs']),
    );
  });

  it('has at most 1.3 MB', () => {
    expect(size).toBeLessThan(1_300_000);
  });

  it('has a manifest whose files exist, without parts for this repository', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'extension/package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(manifest).not.toHaveProperty('devDependencies');
    expect(manifest).not.toHaveProperty('scripts');
    for (const [, path] of JSON.stringify(manifest).matchAll(/"\.\/([^"]+)"/g))
      expect(names).toContain(`extension/${path}`);
  });

  it('names the license of each package that it contains', () => {
    const notice = readFileSync(join(installed, 'extension/NOTICE.txt'), 'utf8');
    for (const name of ['jiti', 'vscode-languageclient', 'vscode-languageserver', 'vscode-jsonrpc', 'semver'])
      expect(notice).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(notice).not.toContain('undefined');
  });

  it('has an extension that loads where only the module `vscode` is given', () => {
    // Each member of this module is a class with the same members.
    const script = `
      const any = new Proxy(class {}, { get: (target, name) => (name === 'prototype' ? target.prototype : any) });
      const { Module } = require('node:module');
      const load = Module._load;
      Module._load = (name, ...rest) => (name === 'vscode' ? any : load(name, ...rest));
      console.log(Object.keys(require(process.argv[1])).join());`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['-e', script, join(installed, 'extension/dist/extension.cjs')],
      { encoding: 'utf8', cwd: folder },
    );
    expect([stdout.trim(), stderr]).toEqual(['activate', '']);
  });

  /** Opens a policy in the server of the VSIX. Returns the codes of its diagnostics. */
  async function codesOf(isTrusted: boolean, nodeOptions = ''): Promise<readonly unknown[]> {
    const project = join(folder, isTrusted ? 'trusted' : 'untrusted');
    // Node.js does not run an enum, so that this configuration needs jiti.
    const config = `enum Field { owner = 'ownerId' }
export default { policies: '*.polar', types: { User: {}, Note: { fields: { [Field.owner]: 'Integer' } } } };`;
    const policy = 'allow(user: User, "read", note: Note) if note.owner = user and unknown(note);\n';
    write(join(project, 'nanook.config.ts'), config);
    write(join(project, 'app.polar'), policy);
    const server = spawn(process.execPath, [join(installed, 'extension/server/dist/bin.mjs'), '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: nodeOptions },
    });
    const connection = createMessageConnection(
      new StreamMessageReader(server.stdout),
      new StreamMessageWriter(server.stdin),
    );
    const uri = `${pathToFileURL(project).href}/app.polar`;
    let codes: readonly unknown[] | undefined;
    connection.onNotification(
      'textDocument/publishDiagnostics',
      (given: { readonly uri: string; readonly diagnostics: readonly { readonly code: unknown }[] }) => {
        if (given.uri === uri) codes = given.diagnostics.map(({ code }) => code);
      },
    );
    connection.listen();
    const workspaceFolders = [{ uri: pathToFileURL(project).href, name: 'test' }];
    await connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      workspaceFolders,
      capabilities: {},
      initializationOptions: { isTrusted },
    });
    await connection.sendNotification('initialized', {});
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'polar', version: 1, text: policy },
    });
    await vi.waitFor(() => expect(codes).toBeDefined(), { timeout: 30_000, interval: 50 });
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    connection.dispose();
    server.kill();
    return codes!;
  }

  it('has a server that reads a configuration in TypeScript, and reports a field that its types do not have', async () => {
    expect(await codesOf(true)).toContain('POLAR_CHECK_UNKNOWN_FIELD');
  });

  it('has a server that reads a configuration in TypeScript in a Node.js that was built without TypeScript', async () => {
    const hooks = join(folder, 'hooks.mjs');
    write(
      hooks,
      `import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    if (/\\.ts(?:\\?|$)/.test(url)) throw Object.assign(new Error('no TypeScript'), { code: 'ERR_NO_TYPESCRIPT' });
    return next(url, context);
  },
});
`,
    );
    expect(await codesOf(true, `--import=${pathToFileURL(hooks).href}`)).toContain(
      'POLAR_CHECK_UNKNOWN_FIELD',
    );
  });

  it('has a server that runs no configuration without trust', async () => {
    expect(await codesOf(false)).toEqual(['POLAR_CHECK_UNDEFINED_RULE']);
  });
});
