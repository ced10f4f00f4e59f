import { execFileSync } from 'node:child_process';
import { constants, mkdtempSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Authorizer } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { Interruption } from './interruption.js';

/** Opens a pipe in place of a terminal: the keys that are written to it, and a function that reads them without waiting. */
function pipe(): { readonly press: (keys: string) => void; readonly open: () => number } {
  const path = join(mkdtempSync(join(tmpdir(), 'nanook-keys-')), 'keys');
  execFileSync('mkfifo', [path]);
  const keys = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  return {
    press: (text) => void writeSync(keys, text),
    open: () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
  };
}

describe.skipIf(process.platform === 'win32')('Interruption', () => {
  it('ends a query that only calculates when Ctrl+C is pressed', async () => {
    const authorizer = await Authorizer.load({
      policies: 'ten(x) if x in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];',
      queries: ['ten'],
      limits: { maxSteps: 1e15, timeoutMs: 20_000 },
      onWarning: () => {},
    });
    const { press, open } = pipe();
    press('x\u0003');
    const { signal } = new Interruption(new PassThrough(), open);
    const calls = [...'abcdefghijkl'].map((name) => `ten(${name})`).join(' and ');
    const answers = authorizer.policy.query(`${calls} and a + b > 100`, { signal });
    await expect(answers.next()).rejects.toMatchObject({ code: 'POLAR_RUN_ABORTED' });
  });

  it('passes on the other keys when the query has ended', async () => {
    const { press, open } = pipe();
    const input = new PassThrough();
    const interruption = new Interruption(input, open);
    const until = performance.now() + 120;
    press('1 = 1\r');
    while (performance.now() < until) expect(interruption.signal.aborted).toBe(false);
    const passed: string[] = [];
    input.on('data', (keys: Buffer) => passed.push(keys.toString()));
    interruption.end();
    expect(passed).toEqual(['1 = 1\r']);
  });

  it('works as an ordinary signal without a terminal', () => {
    const interruption = new Interruption(undefined);
    expect(interruption.signal.aborted).toBe(false);
    interruption.abort();
    expect(interruption.signal.aborted).toBe(true);
    interruption.end();
  });
});
