import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { enterFolder, nanook, project, recordedIo } from '../testing/run.fixture.js';
import { exploreCommand } from './explore.js';

beforeEach(() => enterFolder(project));

describe('nanook explore', () => {
  it('writes its address, follows changes of the project, and ends with Ctrl+C', async () => {
    const io = recordedIo();
    const page = new Map([['/', { type: 'text/html', content: Buffer.from('the page') }]]);
    const run = exploreCommand(io, async () => page).parseAsync(['--log', 'audit'], { from: 'user' });
    await vi.waitFor(() => expect(io.texts.err).toContain('watching for changes'), 10_000);
    const [address] = /http:\S+/.exec(io.texts.out)!;
    expect(await (await fetch(address)).text()).toBe('the page');
    const state = async (): Promise<unknown> => (await fetch(`${address}api/state`)).json();
    expect(await state()).toMatchObject({ kind: 'project', hasLog: true, isEditable: false });
    // The watcher needs a moment before it notices changes.
    await vi.waitFor(
      async () => {
        await writeFile('policy/main.polar', `# ${Math.random()}\nallow(_: User, "read", _: Note);\n`);
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(await state()).toMatchObject({
          policies: [{ source: expect.stringContaining('allow(_: User, "read"') }],
        });
      },
      { timeout: 10_000 },
    );
    process.emit('SIGINT');
    await run;
    await expect(fetch(address)).rejects.toThrow('fetch failed');
  });

  it.each([['x'], ['70000'], ['-1']])('refuses the port %s', async (port) => {
    const { code, err } = await nanook('explore', `--port=${port}`);
    expect([code, err]).toEqual([2, expect.stringContaining('--port expects a number from 0 to 65535')]);
  });
});
