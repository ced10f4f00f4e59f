import { describe, expect, it } from 'vitest';
import { serveFastify } from './fastify.js';
import { testHttp } from './http-suite.js';
import { routes, unprotectedRoute } from './routes.js';
import { testUnprotectedRoute } from './unprotected-route-suite.js';

describe('Fastify 5', () => {
  testHttp(serveFastify);

  it('does not start with an unprotected route, and names it', async () => {
    await expect(serveFastify('plain', [...routes, unprotectedRoute])).rejects.toMatchObject({
      code: 'NANOOK_HTTP_UNPROTECTED_ROUTE',
      message: expect.stringMatching(/GET +\/documents\/:id\/export .*fastify\.ts:\d+/) as string,
    });
  });

  describe('an unprotected route without `protect`', () => {
    testUnprotectedRoute((all) => serveFastify('plain', all, { isProtected: false }), {
      code: 'NANOOK_HTTP_UNDECIDED_ROUTE',
      runs: true,
      file: 'fastify.ts',
    });
  });
});
