import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { HttpClient } from '../http-client.js';
import { unprotectedRoute, routes } from '../routes.js';
import { serveGraphql } from './graphql.js';
import { serveNest } from './http.js';
import { warnings } from './nanook.js';
import { serveTcp } from './tcp.js';
import { serveWebSockets } from './websockets.js';

const all = [...routes, unprotectedRoute];

// handlers.ts writes the handlers.
const place = /[\\/]frameworks[\\/]src[\\/]nest[\\/]handlers\.ts:\d+/;

describe('an application with an unprotected handler', () => {
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
  ] as const)('does not start %s, and names the handler', async (_, serve, route, type) => {
    const error: unknown = await serve().then(
      async ({ close }) => close(),
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'NANOOK_NEST_AUDIT_FAILED' });
    const { message } = error as Error;
    const lines = message.split('\n').filter((line) => line.includes(`${type}.exportDocuments`));
    expect(lines).toEqual([expect.stringContaining(route)]);
    expect(lines[0]).toMatch(place);
    // The other handlers are not reported.
    expect(message).not.toContain('showDocument');
  });

  it.each(['Express', 'Fastify'] as const)(
    'starts over %s with audit "warn", and leaves the handler open',
    async (adapter) => {
      warnings.length = 0;
      const app = await serveNest(adapter, 'plain', all, 'warn');
      const client = new HttpClient(app.port);
      try {
        expect(warnings).toEqual([expect.stringContaining('DocumentsController.exportDocuments')]);
        expect((await client.send('GET', '/documents/1/export')).status).toBe(200);
        expect((await client.send('GET', '/documents/1')).status).toBe(401);
      } finally {
        client.close();
        await app.close();
      }
    },
  );

  it.each(['Express', 'Fastify'] as const)(
    'starts over %s without an audit, and refuses requests to the handler',
    async (adapter) => {
      warnings.length = 0;
      const app = await serveNest(adapter, 'plain', all, 'off');
      const client = new HttpClient(app.port);
      try {
        expect(warnings).toEqual([]);
        expect((await client.send('GET', '/documents/1/export')).status).toBe(500);
        expect((await client.send('GET', '/documents/1')).status).toBe(401);
      } finally {
        client.close();
        await app.close();
      }
    },
  );
});
