// Starts `nanook explore`, reads its page and a script of it, and ends it by Ctrl+C.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const child = spawn(process.execPath, ['node_modules/@nanook/cli/dist/bin.mjs', 'explore'], {
  stdio: ['ignore', 'pipe', 'pipe'],
});
let messages = '';
child.stderr.on('data', (text) => (messages += text));
const [line] = await once(child.stdout, 'data');
const address = /http:\S+/.exec(String(line))[0];
const page = await (await fetch(address)).text();
const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(page)[1];
assert.equal((await fetch(address + script)).status, 200);
while (!messages.includes('watching for changes')) await once(child.stderr, 'data');
assert.equal((await (await fetch(`${address}api/state`)).json()).kind, 'project');
assert.equal((await fetch(new URL('/', address))).status, 404);
child.kill('SIGINT');
const [code] = await once(child, 'close');
assert.equal(code, 0, messages);
