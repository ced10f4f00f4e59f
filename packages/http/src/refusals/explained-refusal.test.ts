import { AuthorizationError } from '@nanook/core';
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

describe('describeRefusal', () => {
  const refusal = (status: number) =>
    Object.assign(new AuthorizationError('Refused', status, 'read', {}), { route: 'GET /notes/:id' });
  /** Returns the texts about refusals in a new process. */
  const textsFor = async (
    explain: 'development' | false,
    ...errors: readonly Error[]
  ): Promise<readonly (string | undefined)[]> => {
    vi.resetModules();
    const fresh = await import('./explained-refusal.js');
    fresh.explainWith(explain);
    return errors.map(fresh.describeRefusal);
  };

  it('says once in a process without NODE_ENV how to see the reasons of refusals', async () => {
    vi.stubEnv('NODE_ENV', undefined);
    expect(
      await textsFor('development', new Error('other'), refusal(401), refusal(404), refusal(403)),
    ).toEqual([
      undefined,
      undefined,
      'GET /notes/:id was refused with 404; to see the reason of each refusal here and in the response, develop with NODE_ENV=development',
      undefined,
    ]);
  });

  it('says nothing if the application does not explain refusals, or NODE_ENV is another one', async () => {
    vi.stubEnv('NODE_ENV', undefined);
    expect(await textsFor(false, refusal(404))).toEqual([undefined]);
    vi.stubEnv('NODE_ENV', 'production');
    expect(await textsFor('development', refusal(404))).toEqual([undefined]);
  });
});

describe('a function as the option `explain`', () => {
  it.each([1, 'yes', undefined, Promise.resolve(true)])('must not return %j', (result) => {
    const explaining = explainWith(() => result as never);
    expect(() => explaining?.()()).toThrow(expect.objectContaining({ code: 'NANOOK_HTTP_INVALID_OPTION' }));
  });
});
