import express5 from 'express';
import express4 from 'express4';
import { describe } from 'vitest';
import { testedVersions } from '../../../tools/test-scope.js';
import { serveExpress } from './express.js';
import { testUnprotectedRoute } from './unprotected-route-suite.js';
import { testHttp } from './http-suite.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

describe.each(testedVersions(majors))('%s', (_major, express) => {
  testHttp((setting, routes) => serveExpress(express, setting, routes));

  describe('an unprotected route', () => {
    testUnprotectedRoute((routes) => serveExpress(express, 'plain', routes), {
      code: 'NANOOK_HTTP_UNPROTECTED_ROUTE',
      runs: false,
      file: 'express.ts',
    });
  });

  describe('an unprotected route without protect()', () => {
    testUnprotectedRoute((routes) => serveExpress(express, 'plain', routes, { isProtected: false }), {
      code: 'NANOOK_HTTP_UNDECIDED_ROUTE',
      runs: true,
      file: 'express.ts',
    });
  });
});
