import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Authorizer } from '@nanook/core';
import { afterAll, describe, expect, it } from 'vitest';
import { errorOfExample } from '../../../core/src/testing/run-example.fixture.js';
import { sha256 } from '../testing/sha256.fixture.js';
import * as client from '../client/index.js';
import * as entry from '../index.js';
import { listen } from '../node/index.js';
import { NanookServerError, type NanookServerErrorCode } from './nanook-server-error.js';
import { serverExamples } from './server-examples.fixture.js';

const page = readFileSync(new URL('../../../../docs/reference/server.md', import.meta.url), 'utf8');
const meanings = new Map(
  [...page.matchAll(/^\| `(NANOOK_SERVER_\w+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [code!, meaning!]),
);
const authorizer = await Authorizer.load({ policies: 'allow(_: User, "read", _);', types: { User: {} } });
const key = 'one';
const server = await listen(
  entry.decisionServer({
    authorizer,
    baseUrl: 'http://localhost:8181',
    callers: { keys: [{ name: 'shop', sha256: sha256(key) }] },
    entities: { user: { type: 'User' } },
  }),
  { port: 0 },
);
const site = createServer((_, response) => response.end('<html>'));
await new Promise<void>((resolve) => void site.listen(0, '127.0.0.1', resolve));
const siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
afterAll(async () => {
  site.close();
  site.closeAllConnections();
  await server.close();
});
const names = { authorizer, users: new Map(), url: server.url, siteUrl, key };
const errorOf = (example: string) =>
  errorOfExample(example, names, { '@nanook/server': entry, '@nanook/server/client': client });

describe('the page about the decision server', () => {
  it('lists every code of the package', () => {
    expect([...meanings.keys()]).toEqual(Object.keys(serverExamples));
  });

  it('gives the meaning of each code to the command line', async () => {
    const entries = await Promise.all(
      Object.entries(serverExamples).map(async ([code, { wrong, fix }]) => {
        const error = await errorOf(wrong);
        const { message: shown } = new NanookServerError(code as NanookServerErrorCode, error?.data as never);
        // The ports differ in each run.
        const message = shown.replace(/http:\/\/127\.0\.0\.1:\d+/, 'https://pdp.example.com');
        const when = meanings.get(code);
        return {
          code,
          page: 'server.md',
          severity: 'error',
          message,
          when,
          language: 'ts',
          example: wrong,
          fix,
        };
      }),
    );
    const text = `${JSON.stringify(entries, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/server.json');
  });

  it.each(Object.entries(serverExamples))(
    'has an example that causes only %s, and a corrected one without an error',
    async (code, { wrong, fix }) => {
      expect((await errorOf(wrong))?.code).toBe(code);
      expect(await errorOf(fix)).toBeUndefined();
    },
  );
});
