import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { endAfterwards } from './end-afterwards.js';

it('endAfterwards ends the process once, after its output is written', async () => {
  const stdout = new PassThrough({ highWaterMark: 1 });
  stdout.write('a result that nobody has read yet');
  stdout.write('and more');
  const exit = vi.fn<() => void>();
  endAfterwards({ stdout, exit } as unknown as NodeJS.Process);
  await wait(500);
  expect(exit).not.toHaveBeenCalled();
  stdout.resume();
  await wait(900);
  expect(exit).toHaveBeenCalledTimes(1);
});
