// cspell:ignore cquit ipairs bufnr quitall luafile
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasNeovim } from '../../../tools/test-scope.js';
import { builtServer } from './testing/built-server.fixture.js';
import { projectFolder } from './testing/project-folder.fixture.js';

const guide = readFileSync(new URL('../../../docs/guides/editors.md', import.meta.url), 'utf8');

/** The setup of the guide, as a reader copies it. */
const setup = /```lua\n([^`]*)```/.exec(guide)![1]!;

const files = {
  'nanook.config.mjs': `export default { policies: 'policies/*.polar', types: {
  User: { fields: { isAdmin: 'Boolean' } }, Note: { fields: { ownerId: 'Integer' } } } };\n`,
  'policies/a.polar':
    'allow(user: User, "read", note: Note) if user.isAdmins;\nallow(_: User, "list", note: Note) if note.;\n',
  'init.lua': setup,
};

/** A script that prints what the server says. */
const script = `
vim.cmd.edit('policies/a.polar')
local seen = function() return #vim.diagnostic.get(0) >= 2 end
if not vim.wait(40000, seen, 20) then io.stdout:write('no diagnostics\\n') vim.cmd.cquit() end
for _, found in ipairs(vim.diagnostic.get(0)) do io.stdout:write(found.code .. '\\n') end
local params = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = 1, character = 43 } }
local answers = vim.lsp.buf_request_sync(0, 'textDocument/completion', params, 20000)
for _, answer in pairs(answers) do
  for _, item in ipairs(answer.result.items) do io.stdout:write(item.label .. '\\n') end
end
local name = vim.lsp.get_clients({ bufnr = 0 })[1].root_dir
io.stdout:write('root ' .. name .. '\\n')
vim.cmd.quitall({ bang = true })
`;

describe.runIf(hasNeovim)('Neovim', () => {
  it('shows diagnostics and completions of the server with the setup of the guide', async () => {
    const server = `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${JSON.stringify(await builtServer())} "$@"\n`;
    const bin = 'node_modules/.bin/nanook-language-server';
    const folder = projectFolder({
      ...files,
      [bin]: server,
      'package.json': '{}',
      'policies/drive.lua': script,
    });
    chmodSync(join(folder, bin), 0o755);
    const run = spawnSync(
      'nvim',
      ['--headless', '--clean', '-u', join(folder, 'init.lua'), '-c', 'luafile policies/drive.lua'],
      { cwd: folder, encoding: 'utf8', timeout: 100_000 },
    );
    const lines = `${run.stdout}${run.stderr}`.split(/\r?\n/);
    expect(lines).toEqual(expect.arrayContaining(['POLAR_CHECK_UNKNOWN_FIELD', 'ownerId', `root ${folder}`]));
    expect(lines.some((line) => line.startsWith('POLAR_PARSE_'))).toBe(true);
  });
});
