import { beforeEach, describe, expect, it, vi, type Mock } from 'vitest';
import { reportError } from './report-error.js';

let log: Mock<typeof console.error>;
beforeEach(() => {
  log = vi.spyOn(console, 'error').mockImplementation(() => {});
});

describe('reportError', () => {
  it('passes the error to the hook, and logs nothing', () => {
    const hook = vi.fn<(error: string) => void>();
    reportError(hook, 'an error');
    expect(hook.mock.calls).toEqual([['an error']]);
    expect(log).not.toHaveBeenCalled();
  });

  it('logs the error without a hook', () => {
    reportError(undefined, 'an error');
    expect(log.mock.calls).toEqual([['an error']]);
  });

  it('logs both errors when the hook throws or rejects', async () => {
    reportError(() => {
      throw new Error('thrown');
    }, 'an error');
    reportError(() => Promise.reject(new Error('rejected')), 'another error');
    await Promise.resolve();
    expect(log.mock.calls).toEqual([
      ['an error', new Error('thrown')],
      ['another error', new Error('rejected')],
    ]);
  });
});
