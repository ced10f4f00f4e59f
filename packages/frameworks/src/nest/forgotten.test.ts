import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { HttpClient } from '../http-client.js';
import { forgotten, routes } from '../routes.js';
import { serveGraphql } from './graphql.js';
import { serveNest } from './http.js';
import { warnings } from './nanook.js';
import { serveTcp } from './tcp.js';
import { serveWebSockets } from './websockets.js';

const all = [...routes, forgotten];

// Handlers are written in handlers.ts, as methods of a class.
const place = /[\\/]frameworks[\\/]src[\\/]nest[\\/]handlers\.ts:\d+/;

describe('an application with a forgotten handler', () => {
  it.each([
    [
      'over Express',
      () => serveNest('Express', 'plain', all),
      'GET /documents/:id/export',
      'DocumentsController',
    ],
    [
      'over Fastify',
      () => serveNest('Fastify', 'plain', all),
      'GET /documents/:id/export',
      'DocumentsController',
    ],
    ['with Apollo', () => serveGraphql('Apollo', 'plain', all), 'Query.exportDocuments', 'DocumentsResolver'],
    [
      'with Mercurius',
      () => serveGraphql('Mercurius', 'plain', all),
      'Query.exportDocuments',
      'DocumentsResolver',
    ],
    ['with ws', () => serveWebSockets('ws', 'plain', all), 'WS exportDocuments', 'DocumentsGateway'],
    [
      'with socket.io',
      () => serveWebSockets('socket.io', 'plain', all),
      'WS exportDocuments',
      'DocumentsGateway',
    ],
    ['over TCP', () => serveTcp('plain', all), 'MESSAGE exportDocuments', 'DocumentsController'],
  ] as const)('does not start %s, and says which', async (_, serve, route, type) => {
    const fault: unknown = await serve().then(
      async ({ close }) => close(),
      (error: unknown) => error,
    );
    expect(fault).toMatchObject({ code: 'NANOOK_NEST_AUDIT_FAILED' });
    const { message } = fault as Error;
    const lines = message.split('\n').filter((line) => line.includes(`${type}.exportDocuments`));
    expect(lines).toEqual([expect.stringContaining(route)]);
    expect(lines[0]).toMatch(place);
    // Nothing else is wrong with it.
    expect(message).not.toContain('showDocument');
  });

  it.each(['Express', 'Fastify'] as const)('starts over %s where that only warns', async (adapter) => {
    warnings.length = 0;
    const app = await serveNest(adapter, 'plain', all, 'warn');
    const client = new HttpClient(app.port);
    try {
      expect(warnings).toEqual([expect.stringContaining('DocumentsController.exportDocuments')]);
      // It asked for no more than a warning: the route is open, the others are not.
      expect((await client.ask('GET', '/documents/1/export')).status).toBe(200);
      expect((await client.ask('GET', '/documents/1')).status).toBe(401);
    } finally {
      client.close();
      await app.close();
    }
  });

  it.each(['Express', 'Fastify'] as const)(
    'starts over %s without an audit, and refuses the handler when it is called',
    async (adapter) => {
      warnings.length = 0;
      const app = await serveNest(adapter, 'plain', all, 'off');
      const client = new HttpClient(app.port);
      try {
        expect(warnings).toEqual([]);
        expect((await client.ask('GET', '/documents/1/export')).status).toBe(500);
        expect((await client.ask('GET', '/documents/1')).status).toBe(401);
      } finally {
        client.close();
        await app.close();
      }
    },
  );
});
