import { describe, expect, it } from 'vitest';
import { serveHono } from './hono.js';
import { testHttp } from './http-suite.js';
import { routes, unprotectedRoute } from './routes.js';
import { testUnprotectedRoute } from './unprotected-route-suite.js';

describe('Hono 4', () => {
  testHttp(serveHono);

  it('does not start with an unprotected route, and names it', async () => {
    await expect(serveHono('plain', [...routes, unprotectedRoute])).rejects.toMatchObject({
      code: 'NANOOK_HTTP_UNPROTECTED_ROUTE',
      message: expect.stringMatching(/GET +\/documents\/:id\/export .*hono\.ts:\d+/) as string,
    });
  });

  describe('an unprotected route without `protect`', () => {
    testUnprotectedRoute((all) => serveHono('plain', all, { isProtected: false }), {
      code: 'NANOOK_HTTP_UNDECIDED_ROUTE',
      runs: true,
      file: 'hono.ts',
    });
  });
});
