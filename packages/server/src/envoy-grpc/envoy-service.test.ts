import { Client, credentials, Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import { Authorizer, typed } from '@nanook/core';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../testing/sha256.fixture.js';
import { addEnvoyService } from './index.js';

const onError = vi.fn<() => void>();
const authorizer = await Authorizer.load({
  policies: `
    allow_request(user: User, request: Request) if
      request.method = "GET" and request.path = "/notes" and request.query = "page=2" and
      request.extensions.area = "shop" and user.id = "ann";
    allow_request(_: User, request: Request) if request.path = "/broken" and Broken.fail();
  `,
  types: { User: {}, Request: {} },
  constants: {
    Broken: {
      fail: () => {
        throw new Error('password of the database');
      },
    },
  },
  denialWarnings: false,
});

const server = new Server();
addEnvoyService(server, {
  authorizer,
  callers: { keys: [{ name: 'envoy', sha256: sha256('key-of-envoy') }] },
  actor: ({ metadata, headers }) => {
    const claims = metadata['envoy.filters.http.jwt_authn'] as { payload?: { sub?: string } } | undefined;
    const id = claims?.payload?.sub ?? headers['x-user'];
    return id === undefined ? undefined : typed('User', { id });
  },
  headers: () => ({ set: { 'x-user': 'ann' }, remove: ['x-admin'] }),
  onError,
});
const port = await new Promise<number>((resolve, reject) => {
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
    error === null ? resolve(bound) : reject(error),
  );
});
const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
afterAll(() => {
  client.close();
  server.forceShutdown();
});

// Protocol Buffers by hand, so that the numbers of the fields are compared with the API of Envoy and not with the code.
const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const field = (id: number, content: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([...varint((id << 3) | 2), ...varint(bytes.length)]), bytes]);
};
const all = (...parts: Uint8Array[]) => Buffer.concat(parts);
const entry = (key: string, value: string | Uint8Array) => all(field(1, key), field(2, value));
interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rawHeaders?: Readonly<Record<string, string>>;
  readonly sub?: string;
}
function checkRequestBytes({ method = 'GET', path = '/notes?page=2', headers = {}, rawHeaders, sub }: Asked) {
  const http = all(
    field(1, 'id-7'),
    field(2, method),
    ...Object.entries(headers).map(([key, value]) => field(3, entry(key, value))),
    field(4, path),
    field(5, 'shop.example'),
    field(6, 'https'),
    field(10, 'HTTP/2'),
    ...(rawHeaders === undefined
      ? []
      : [
          field(
            13,
            all(
              ...Object.entries(rawHeaders).map(([key, value]) =>
                field(1, all(field(1, key), field(3, value))),
              ),
            ),
          ),
        ]),
  );
  // Metadata.filter_metadata → Struct.fields → Value.struct_value → Struct.fields → Value.string_value
  const struct = (name: string, value: Uint8Array) => field(1, entry(name, value));
  const claims =
    sub === undefined
      ? []
      : [
          field(
            11,
            field(
              1,
              entry(
                'envoy.filters.http.jwt_authn',
                struct('payload', field(5, struct('sub', field(3, sub)))),
              ),
            ),
          ),
        ];
  const attributes = all(
    field(1, field(4, 'spiffe://shop/web')),
    field(4, all(field(1, new Uint8Array()), field(2, http))),
    field(10, entry('area', 'shop')),
    ...claims,
  );
  return field(1, attributes);
}

/** Reads the fields of a message: numbers for varints, bytes for the others. */
function fieldsOf(bytes: Uint8Array): [number, number | Uint8Array][] {
  const found: [number, number | Uint8Array][] = [];
  let at = 0;
  const read = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = read();
    const value = read();
    if ((key & 7) === 0) found.push([key >>> 3, value]);
    else found.push([key >>> 3, bytes.subarray(at, (at += value))]);
  }
  return found;
}
const textOf = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);
const one = (bytes: unknown, id: number) =>
  fieldsOf(bytes as Uint8Array).find(([number]) => number === id)?.[1];

async function check(asked: Asked | Buffer, key = 'key-of-envoy') {
  const metadata = new Metadata();
  metadata.set('x-api-key', key);
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest(
      '/envoy.service.auth.v3.Authorization/Check',
      (request: Buffer) => request,
      (response: Buffer) => response,
      Buffer.isBuffer(asked) ? asked : checkRequestBytes(asked),
      metadata,
      (error, response) => (error === null ? resolve(response!) : reject(error)),
    );
  });
  const [status, denied, ok] = [one(bytes, 1), one(bytes, 2), one(bytes, 3)];
  const headersIn = (response: unknown) =>
    fieldsOf(response as Uint8Array)
      .filter(([id]) => id === 2)
      .map(([, option]) => [
        textOf(one(one(option, 1), 1)),
        textOf(one(one(option, 1), 2)),
        one(option, 2) !== undefined,
      ]);
  return {
    code: one(status, 1) ?? 0,
    ...(ok !== undefined && { headers: headersIn(ok), remove: textOf(one(ok, 5)) }),
    ...(denied !== undefined && { status: one(one(denied, 1), 1), body: textOf(one(denied, 3)) }),
  };
}

describe('a check of Envoy over gRPC', () => {
  const forbidden = { code: 7, status: 403, body: expect.stringContaining('Forbidden') };
  const allowed = { code: 0, headers: [['x-user', 'ann', true]], remove: 'x-admin' };

  it('follows the policy, with claims, headers or raw headers', async () => {
    expect(await check({ sub: 'ann' })).toEqual(allowed);
    expect(await check({ headers: { 'x-user': 'ann' } })).toEqual(allowed);
    expect(await check({ rawHeaders: { 'x-user': 'ann' } })).toEqual(allowed);
    expect(await check({ sub: 'ben' })).toEqual(forbidden);
    expect(await check({ sub: 'ann', method: 'DELETE' })).toEqual(forbidden);
    expect(await check({ sub: 'ann', path: '/x/../notes?page=2' })).toEqual(forbidden);
  });

  it('without an actor is answered with 401', async () => {
    expect(await check({})).toEqual({ code: 16, status: 401, body: expect.stringContaining('Unauthorized') });
  });

  it('answers a failure with a denial, because Envoy could allow an error of gRPC', async () => {
    expect(await check({ sub: 'ann', path: '/broken' })).toEqual(forbidden);
    expect(onError).toHaveBeenCalledTimes(1);
  });

  it('knows headers with any characters', async () => {
    expect(await check({ sub: 'ann', headers: { 'x-name': '☃', 'x-request-id': 'ü☃' } })).toEqual(allowed);
  });

  it.each([
    ['an empty message', Buffer.alloc(0)],
    ['bytes that are no message', Buffer.from('ffffffffffffffffffff', 'hex')],
    ['a message that ends too early', checkRequestBytes({ sub: 'ann' }).subarray(0, 40)],
    ['no attributes', field(1, new Uint8Array())],
  ])('denies %s, and has no error that Envoy could allow', async (_, message) => {
    expect(await check(message)).toEqual(forbidden);
  });

  it('denies each request of an unknown Envoy', async () => {
    expect(await check({ sub: 'ann' }, 'another key')).toEqual({ code: 7, status: 403, body: 'forbidden' });
  });
});
