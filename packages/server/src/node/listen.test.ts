import { request, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
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

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'knows a caller also in a resumed session of %s, and nobody in one that began without a certificate',
    async (version) => {
      const server = await certifiedServer({
        callers: { certificate: ({ subject: { CN } }) => (CN === 'billing' ? { name: CN } : undefined) },
      });
      const tls = { cert: pem.serverCert, key: pem.serverKey, clientCa: pem.authority };
      const { url, close } = await listen(server, { port: 0, tls });
      /** Sends a request, and returns its status, whether the session was resumed, and the session. */
      const send = (client: ConnectionOptions) =>
        new Promise<[string, boolean, Buffer | undefined]>((resolve, reject) => {
          let text = '';
          let session: Buffer | undefined;
          let isResumed = false;
          const socket = connectTls({
            host: '127.0.0.1',
            port: Number(new URL(url).port),
            ca: pem.authority,
            minVersion: version,
            maxVersion: version,
            ...client,
          });
          socket.on('session', (next: Buffer) => (session = next));
          socket.on('secureConnect', () => (isResumed = socket.isSessionReused()));
          socket.on('data', (data) => (text += String(data)));
          socket.on('error', reject);
          socket.on('close', () => resolve([text.split(' ')[1]!, isResumed, session]));
          socket.write(
            `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
          );
        });
      const client = { cert: pem.clientCert, key: pem.clientKey };
      const [status, , session] = await send(client);
      expect(status).toBe('200');
      expect((await send({ ...client, session })).slice(0, 2)).toEqual(['200', true]);
      const [refused, , anonymous] = await send({});
      expect(refused).toBe('401');
      expect((await send({ session: anonymous })).slice(0, 2)).toEqual(['401', true]);
      await close();
    },
  );

  it('asks callers to leave their connections as soon as it begins to end', async () => {
    const { url, close } = await listen(await certifiedServer(), { port: 0 });
    expect((await fetch(`${url}/healthz`)).headers.get('connection')).toBe('keep-alive');
    const closing = close({ drainMs: 200 });
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
    await closing;
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
