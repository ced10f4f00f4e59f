import { afterEach, describe, expect, it, vi } from 'vitest';
import { explainWith } from './explained-refusal.js';

afterEach(() => vi.unstubAllEnvs());

describe('the default of the option `explain`', () => {
  it.each([undefined, '', 'production', 'test', 'Development', 'development '])(
    'explains nothing if NODE_ENV is %j',
    (environment) => {
      vi.stubEnv('NODE_ENV', environment);
      expect(explainWith()).toBeUndefined();
      expect(explainWith('development')).toBeUndefined();
    },
  );

  it('explains if NODE_ENV is development', () => {
    vi.stubEnv('NODE_ENV', 'development');
    expect(explainWith()?.()()).toEqual({});
  });
});

describe('a function as the option `explain`', () => {
  it.each([1, 'yes', undefined, Promise.resolve(true)])('must not return %j', (result) => {
    const explaining = explainWith(() => result as never);
    expect(() => explaining?.()()).toThrow(expect.objectContaining({ code: 'NANOOK_HTTP_INVALID_OPTION' }));
  });
});
