import Koa3 from 'koa';
import Koa2 from 'koa2';
import { describe } from 'vitest';
import { testedVersions } from '../../../tools/test-scope.js';
import { testUnprotectedRoute } from './unprotected-route-suite.js';
import { testHttp } from './http-suite.js';
import { serveKoa } from './koa.js';

const majors = [
  ['Koa 2', Koa2 as unknown as typeof Koa3],
  ['Koa 3', Koa3],
] as const;

describe.each(testedVersions(majors))('%s', (_major, Koa) => {
  testHttp((setting, routes) => serveKoa(Koa, setting, routes));

  describe('an unprotected route', () => {
    testUnprotectedRoute((routes) => serveKoa(Koa, 'plain', routes), {
      code: 'NANOOK_HTTP_UNPROTECTED_ROUTE',
      runs: false,
      file: 'koa.ts',
    });
  });

  describe('an unprotected route without protect()', () => {
    testUnprotectedRoute((routes) => serveKoa(Koa, 'plain', routes, { isProtected: false }), {
      code: 'NANOOK_HTTP_UNDECIDED_ROUTE',
      runs: true,
      file: 'koa.ts',
    });
  });
});
