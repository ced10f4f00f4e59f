import { PassThrough } from 'node:stream';
import { Authorizer } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../program.js';
import { recordedIo } from '../testing/run.fixture.js';

const policy = 'allow(actor, "read", _) if\n  debug() and\n  actor.age > 17;\n';

let authorizer: Authorizer;
let address = '';
let token = '';

beforeAll(async () => {
  const written: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  vi.stubEnv('NANOOK_INSPECT', '127.0.0.1:0');
  authorizer = await Authorizer.load({
    policies: { name: 'policy/main.polar', source: policy },
    onWarning: () => {},
    denialWarnings: false,
  });
  vi.unstubAllEnvs();
  write.mockRestore();
  [, address = '', token = ''] = /--attach (\S+) --token (\w+)/.exec(written.join(''))!;
});

/** A terminal that is attached to this process. */
function attached() {
  const input = new PassThrough();
  const { texts, ...io } = recordedIo();
  const ended = runProgram(['debug', '--attach', address, '--token', token], { ...io, input });
  return {
    texts,
    ended,
    type: (line: string) => void input.write(`${line}\n`),
    end: () => void input.end(),
    shows: (text: string) => vi.waitFor(() => expect(texts.out).toContain(text), { timeout: 60_000 }),
  };
}

describe('nanook debug --attach', () => {
  afterAll(() => vi.restoreAllMocks());

  it('stops at debug() in a process, steps, and lets the check go on', async () => {
    const terminal = attached();
    await terminal.shows('attached to 127.0.0.1:');
    const check = authorizer.can({ age: 18 }, 'read', 1);
    await terminal.shows('debug(): policy/main.polar:2 in allow');
    terminal.type('n');
    await terminal.shows('policy/main.polar:3 in allow');
    expect(terminal.texts.out).toContain('actor.age = 18');
    terminal.type('p actor.age - 1');
    await terminal.shows('  17\n');
    terminal.type('c');
    expect(await check).toBe(true);
    await terminal.shows('allow({age: 18}, "read", 1): answered');
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  it('sets breakpoints before a check begins, and shows the stops of several checks in their order', async () => {
    const terminal = attached();
    terminal.type('break allow');
    await terminal.shows('stops at the rule allow');
    const checks = [18, 3].map((age) => authorizer.can({ age }, 'read', 1));
    await terminal.shows('rule is entered: policy/main.polar:1 in allow');
    terminal.type('clear all');
    terminal.type('bindings');
    await terminal.shows('actor = {age: 18}');
    terminal.type('c');
    terminal.type('c');
    terminal.type('bindings');
    await terminal.shows('actor = {age: 3}');
    terminal.end();
    expect(await Promise.all(checks)).toEqual([true, false]);
    expect(await terminal.ended).toBe(0);
  });

  it('says that a synchronous check cannot wait', async () => {
    const terminal = attached();
    await terminal.shows('attached');
    expect(authorizer.canSync({ age: 18 }, 'read', 1)).toBe(true);
    await terminal.shows('is a synchronous check, which cannot wait: it passes policy/main.polar:2');
    terminal.type('q');
    await terminal.ended;
  });

  it('refuses a wrong token', async () => {
    const io = recordedIo();
    expect(await runProgram(['debug', '--attach', address, '--token', 'x'], io)).toBe(2);
    expect(io.texts.err).toContain('refuses the debugger: the token is not that of the process');
  });

  it('opens no socket without the variable', async () => {
    const other = await Authorizer.load({ policies: policy, onWarning: () => {} });
    expect(other.policy.engine).not.toBe('machine');
  });
});
