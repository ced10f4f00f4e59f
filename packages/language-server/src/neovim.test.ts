// cspell:ignore getcwd cquit ipairs bufnr quitall
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { hasNeovim } from '../../../tools/test-scope.js';
import { builtServer } from './testing/built-server.fixture.js';
import { projectFolder } from './testing/project-folder.fixture.js';

const files = {
  'nanook.config.json': JSON.stringify({
    types: { User: { fields: { isAdmin: 'Boolean' } }, Note: { fields: { ownerId: 'Integer' } } },
  }),
  'a.polar':
    'allow(user: User, "read", note: Note) if user.isAdmins;\nallow(_: User, "list", note: Note) if note.;\n',
};

/** The setup of the guide, and a script that prints what the server says. */
const script = (command: readonly string[]): string => `
vim.filetype.add({ extension = { polar = 'polar' } })
vim.cmd.edit('a.polar')
local client = vim.lsp.start({
  name = 'nanook',
  cmd = { ${command.map((part) => JSON.stringify(part)).join(', ')} },
  root_dir = vim.fn.getcwd(),
  init_options = { isTrusted = true },
})
local seen = function() return #vim.diagnostic.get(0) >= 2 end
if not vim.wait(20000, seen, 20) then io.stdout:write('no diagnostics\\n') vim.cmd.cquit() end
for _, found in ipairs(vim.diagnostic.get(0)) do io.stdout:write(found.code .. '\\n') end
local params = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = 1, character = 43 } }
local answer = vim.lsp.buf_request_sync(0, 'textDocument/completion', params, 5000)
for _, item in ipairs(answer[client].result.items) do io.stdout:write(item.label .. '\\n') end
vim.cmd.quitall({ bang = true })
`;

describe.runIf(hasNeovim)('Neovim', () => {
  it('shows diagnostics and completions of the server', async () => {
    const command = [process.execPath, await builtServer(), '--stdio'];
    const folder = projectFolder({ ...files, 'drive.lua': script(command) });
    const run = spawnSync('nvim', ['--headless', '--clean', '-u', 'NONE', '-l', 'drive.lua'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
    });
    const lines = `${run.stdout}${run.stderr}`.split(/\r?\n/);
    expect(lines).toEqual(expect.arrayContaining(['POLAR_CHECK_UNKNOWN_FIELD', 'ownerId']));
    expect(lines.some((line) => line.startsWith('POLAR_PARSE_'))).toBe(true);
  });
});
