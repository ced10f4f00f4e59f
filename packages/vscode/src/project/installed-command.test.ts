import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runsAll } from '../../../../tools/test-scope.js';
import { debugAdapterArguments } from '../debug/debug-configuration.js';
import { projectWithCommand } from './installed-command.fixture.js';
import { readCoverage } from '../tests/policy-coverage.js';
import { readTestResults, testArguments } from '../tests/test-results.js';
import { projectCommand, type ProjectCommand } from './project-command.js';
import { runCommand } from './run-command.js';

const policy = `allow(user: User, "read", note: Note) if
  note.ownerId = user.id;

test "owners" {
  assert allow(ann, "read", plan);
}

test "others" {
  assert allow(ben, "read", plan);
}
`;
const config = {
  policies: '*.polar',
  types: { User: { fields: { id: 'Integer' } }, Note: { fields: { ownerId: 'Integer' } } },
  fixtures: {
    ann: { $type: 'User', id: 1 },
    ben: { $type: 'User', id: 2 },
    plan: { $type: 'Note', ownerId: 1 },
  },
};

const walkthrough = readFileSync(new URL('../../walkthrough/policy.md', import.meta.url), 'utf8');
const walkthroughPolicy = /^```polar\n([\s\S]*?)^```$/m.exec(walkthrough)![1]!;

// Building the command takes seconds.
describe.runIf(runsAll)('the command of a project', () => {
  let folder = '';
  const processes: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await projectWithCommand({
      'app.polar': policy,
      'nanook.config.json': JSON.stringify(config),
      'walkthrough/main.polar': walkthroughPolicy,
      'walkthrough/nanook.config.json': JSON.stringify({
        ...config,
        fixtures: { ...config.fixtures, note: config.fixtures.plan },
      }),
    });
  });
  afterAll(() => {
    for (const each of processes) each.kill();
    rmSync(folder, { recursive: true });
  });

  /** Starts a process as the extension does. Returns it with its output. */
  function start({ command, args, cwd }: ProjectCommand) {
    const child = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
    processes.push(child);
    const output = { text: '' };
    child.stdout.on('data', (data: Buffer) => (output.text += data.toString()));
    return { child, output };
  }

  it('serves the editor as a debug adapter, which stops at a breakpoint of a policy', async () => {
    const { child, output } = start(projectCommand(folder, debugAdapterArguments, process.execPath));
    let seq = 0;
    const send = (command: string, args: object): void => {
      const message = JSON.stringify({ seq: ++seq, type: 'request', command, arguments: args });
      child.stdin.write(`Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`);
    };
    const receives = (text: string): Promise<void> =>
      vi.waitFor(() => expect(output.text).toContain(text), { timeout: 30_000, interval: 50 });
    send('initialize', { adapterID: 'nanook' });
    send('launch', { query: 'allow(ann, "read", plan)', cwd: folder, stopOnEntry: false });
    await receives('"event":"initialized"');
    send('setBreakpoints', { source: { path: join(folder, 'app.polar') }, breakpoints: [{ line: 2 }] });
    await receives('"verified":true');
    send('configurationDone', {});
    await receives('"reason":"breakpoint"');
    send('disconnect', {});
  });

  it('runs the tests of the policies, and says which assertion does not hold', async () => {
    const run = async (name?: string) =>
      readTestResults(
        await runCommand(projectCommand(folder, testArguments(name), process.execPath)),
        folder,
      );
    const file = join(folder, 'app.polar');
    expect(await run()).toMatchObject([
      { file, name: 'owners', failures: [] },
      { file, name: 'others', failures: [{ line: 9, assertion: expect.stringContaining('allow(ben') }] },
    ]);
    expect(await run('own')).toMatchObject([{ name: 'owners' }]);
    await expect(run('no such test')).resolves.toEqual([]);
  });

  it('measures the coverage of the rules and conditions for the gutter', async () => {
    const command = projectCommand(folder, testArguments('owners', true), process.execPath);
    const read = async (file: string): Promise<string> => readFileSync(file, 'utf8');
    const [found, ...others] = await readCoverage(await runCommand(command), folder, read);
    expect(others).toEqual([]);
    const end = policy.split('\n')[1]!.length;
    expect(found).toMatchObject({
      file: join(folder, 'app.polar'),
      declarations: [
        { executed: 1, range: { start: { line: 0, character: 0 }, end: { line: 1, character: end } } },
      ],
      statements: [
        {
          executed: 1,
          range: { start: { line: 1, character: 2 }, end: { line: 1, character: end - 1 } },
          branches: [
            { label: 'true', executed: 1 },
            { label: 'false', executed: 0 },
          ],
        },
      ],
    });
  });

  it('accepts the policy of the walkthrough, whose test passes', async () => {
    const project = join(folder, 'walkthrough');
    const run = (...args: string[]) => runCommand(projectCommand(project, args, process.execPath));
    expect(await run('check')).toMatchObject({ code: 0 });
    expect(readTestResults(await run(...testArguments()), project)).toMatchObject([{ failures: [] }]);
  });

  it('draws the roles as a page without scripts', async () => {
    const args = ['graph', '--format', 'html'];
    const { code, out } = await runCommand(
      projectCommand(join(folder, 'walkthrough'), args, process.execPath),
    );
    expect([code, out]).toEqual([0, expect.stringContaining('<svg')]);
    expect(out).not.toContain('<script');
  });

  it('gives its reason when the tests cannot run', async () => {
    const command = projectCommand(
      folder,
      [...testArguments(), '--config', 'missing.json'],
      process.execPath,
    );
    const result = await runCommand(command);
    expect(() => readTestResults(result, folder)).toThrow('missing.json');
  });

  it('ends with its signal', async () => {
    const aborter = new AbortController();
    const ended = runCommand(
      { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], cwd: folder },
      aborter.signal,
    );
    aborter.abort();
    expect(await ended).toEqual({ code: undefined, out: '', err: '' });
  });
});
