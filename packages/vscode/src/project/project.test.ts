import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MissingCommand, projectCommand } from './project-command.js';
import { projectFolder } from './project-folder.js';
import { nodePathOf, serverSettings } from './settings.js';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'nanook-vscode-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const installed = { 'node_modules/@nanook/cli/package.json': '{ "bin": { "nanook": "./dist/bin.mjs" } }' };

describe('projectCommand', () => {
  it('returns the program of the nearest folder that has installed it, and starts it in the folder of the project', () => {
    const root = folderWith(installed);
    const folder = join(root, 'packages/app');
    expect(projectCommand(folder, ['test', '--name', 'a "b"'])).toEqual({
      command: 'node',
      args: [join(root, 'node_modules/@nanook/cli/dist/bin.mjs'), 'test', '--name', 'a "b"'],
      cwd: folder,
    });
  });

  it('uses the Node.js of the setting', () => {
    expect(projectCommand(folderWith(installed), [], '/opt/node').command).toBe('/opt/node');
  });

  it('names the folder and the installation when the command is missing', () => {
    const folder = folderWith({});
    expect(() => projectCommand(folder, [])).toThrow(MissingCommand);
    expect(() => projectCommand(folder, [])).toThrow(
      `Expected @nanook/cli in ${folder}, found none. Install it: npm install --save-dev @nanook/cli`,
    );
  });
});

describe('projectFolder', () => {
  it('returns the folder of the nearest configuration above a file', () => {
    const root = folderWith({
      'nanook.config.json': '',
      'app/nanook.config.ts': '',
      'app/policy/a.polar': '',
    });
    expect(projectFolder(join(root, 'app/policy/a.polar'), root)).toBe(join(root, 'app'));
    expect(projectFolder(join(root, 'new/b.polar'), root)).toBe(root);
  });

  it('returns the open folder without a configuration', () => {
    const root = folderWith({ 'policy/a.polar': '' });
    expect(projectFolder(join(root, 'policy/a.polar'), root)).toBe(root);
  });
});

describe('serverSettings', () => {
  it('passes the settings that the editor has, and takes the trust from the editor alone', () => {
    const given: Record<string, unknown> = {
      inlayHints: true,
      configTimeLimit: 3,
      isTrusted: true,
      other: 1,
    };
    expect(serverSettings((name) => given[name], false)).toEqual({
      inlayHints: true,
      configTimeLimit: 3,
      isTrusted: false,
    });
    expect(serverSettings(() => undefined, true)).toEqual({ isTrusted: true });
  });
});

describe('nodePathOf', () => {
  it.each([
    ['/opt/node', '/opt/node'],
    ['', undefined],
    [' ', undefined],
    [undefined, undefined],
  ])('reads %j as %j', (value, path) => {
    expect(nodePathOf(() => value)).toBe(path);
  });
});
