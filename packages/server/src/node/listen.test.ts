import { request, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { certifiedServer } from '../testing/certification.fixture.js';
import * as pem from '../testing/certificates.fixture.js';
import { listen } from './index.js';

const body = JSON.stringify({
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'record', id: 'record-1' },
});
const path = '/access/v1/evaluation';
const headers = { 'Content-Type': 'application/json' };

describe('listen', () => {
  it('knows a caller by a certificate of the authority, and by no other one', async () => {
    const server = await certifiedServer({
      callers: { certificate: ({ subject: { CN } }) => (CN === 'billing' ? { name: CN } : undefined) },
    });
    const tls = { cert: pem.serverCert, key: pem.serverKey, clientCa: pem.authority };
    const { url, close } = await listen(server, { port: 0, tls });
    const statusOf = (client: RequestOptions) =>
      new Promise((resolve, reject) => {
        const options = { method: 'POST', headers, ca: pem.authority, agent: false, ...client };
        request(`${url}${path}`, options, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end(body);
      });
    expect(await statusOf({ cert: pem.clientCert, key: pem.clientKey })).toBe(200);
    expect(await statusOf({ cert: pem.foreignCert, key: pem.foreignKey })).toBe(401);
    expect(await statusOf({})).toBe(401);
    await close();
  });

  it('answers running requests before it ends, also with an open connection', async () => {
    let answer = (_: object): void => {};
    let started = (): void => {};
    const isRunning = new Promise<void>((resolve) => (started = resolve));
    const server = await certifiedServer({
      entities: {
        user: {
          type: 'User',
          find: () => {
            started();
            return new Promise((resolve) => (answer = resolve));
          },
        },
        record: { type: 'Record', find: (id) => ({ id, status: 'active' }) },
      },
    });
    const { url, close } = await listen(server, { port: 0 });
    const idle = connect(Number(new URL(url).port), '127.0.0.1');
    const running = fetch(`${url}${path}`, { method: 'POST', headers, body });
    await isRunning;
    const closing = close();
    answer({ id: 'alice' });
    expect(await (await running).json()).toEqual({ decision: true });
    await closing;
    idle.destroy();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('rejects for a port that is used', async () => {
    const server = await certifiedServer();
    const { url, close } = await listen(server, { port: 0 });
    await expect(listen(server, { port: Number(new URL(url).port) })).rejects.toThrow('EADDRINUSE');
    await close();
  });
});
