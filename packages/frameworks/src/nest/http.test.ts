import 'reflect-metadata';
import { describe } from 'vitest';
import { testHttp } from '../http-suite.js';
import { serveNest } from './http.js';

describe.each(['Express', 'Fastify'] as const)('Nest on %s', (adapter) => {
  testHttp((setting, routes) => serveNest(adapter, setting, routes));
});
