import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { stopOnClosedOutput } from './stop-on-closed-output.js';

function failWith(code: string): { readonly exitCode: number | undefined; readonly message: string } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let exitCode: number | undefined;
  const exit = (given: number): void => void (exitCode = given);
  stopOnClosedOutput({ stdout, stderr, exit } as unknown as NodeJS.Process);
  stdout.emit('error', Object.assign(new Error(`${code}: the reason`), { code }));
  return { exitCode, message: String(stderr.read() ?? '') };
}

it('ends without a message when nobody reads the output, with the exit code of a closed pipe', () => {
  expect(failWith('EPIPE')).toEqual({ exitCode: 141, message: '' });
});

it('names the reason for which the output cannot be written, and exits with 2', () => {
  expect(failWith('ENOSPC')).toEqual({
    exitCode: 2,
    message: 'the output cannot be written: ENOSPC: the reason\n',
  });
});
