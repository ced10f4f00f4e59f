import Koa3 from 'koa';
import Koa2 from 'koa2';
import { describe } from 'vitest';
import { testForgottenRoute } from './forgotten-suite.js';
import { testHttp } from './http-suite.js';
import { serveKoa } from './koa.js';

const majors = [
  ['Koa 2', Koa2 as unknown as typeof Koa3],
  ['Koa 3', Koa3],
] as const;

describe.each(majors)('%s', (_major, Koa) => {
  testHttp((setting, routes) => serveKoa(Koa, setting, routes));

  describe('a forgotten route', () => {
    testForgottenRoute((routes) => serveKoa(Koa, 'plain', routes), {
      code: 'NANOOK_HTTP_UNPROTECTED_ROUTE',
      runs: false,
      file: 'koa.ts',
    });
  });

  describe('a forgotten route that nobody protected', () => {
    testForgottenRoute((routes) => serveKoa(Koa, 'plain', routes, { isProtected: false }), {
      code: 'NANOOK_HTTP_UNDECIDED_ROUTE',
      runs: true,
      file: 'koa.ts',
    });
  });
});
