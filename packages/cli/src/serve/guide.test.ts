import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { blocksOf, filesOf, readPage } from '../testing/page.fixture.js';
import { enterFolder } from '../testing/run.fixture.js';
import { serve } from '../testing/serve.fixture.js';

const page = readPage('guides/decision-server.md');
const { 'nanook.config.ts': _, ...files } = filesOf(blocksOf(page));
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe('the guide "Decision server"', () => {
  it('shows the answer to the request of curl', async () => {
    await enterFolder(files);
    const { url } = await serve('--config', 'nanook.config.mjs');
    const [, body, answer] = /-d '(.*)'\n(.*)/.exec(page)!;
    const [, authorization] = /-H 'Authorization: (.*?)'/.exec(page)!;
    const headers = { 'Content-Type': 'application/json', Authorization: authorization! };
    const response = await fetch(`${url}/access/v1/evaluation`, { method: 'POST', headers, body: body! });
    expect(await response.text()).toBe(answer);
  });

  it.skipIf(!hasPython)('shows the output of the client in Python', async () => {
    await enterFolder(files);
    const { url } = await serve('--config', 'nanook.config.mjs');
    const env = { ...process.env, PDP_URL: url };
    const { stdout } = await promisify(execFile)('python3', ['client.py'], { env });
    expect(`$ python3 client.py\n${stdout}`).toBe(
      /```console\n(\$ python3 client\.py\n[\s\S]*?)```/.exec(page)![1],
    );
  });
});
