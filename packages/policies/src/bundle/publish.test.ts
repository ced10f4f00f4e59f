import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompactSign, importJWK } from 'jose';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { emptyPglite } from '../../../../tools/empty-pglite.js';
import { publishToFile } from '../files/index.js';
import { publishToNats } from '../nats/index.js';
import { publishToPostgres } from '../postgres/index.js';
import { bundleOf, privateKey, publicKey } from '../testing/bundles.fixture.js';
import { embeddedTable, natsBucket, natsUrl } from '../testing/servers.fixture.js';
import { signatureType } from './bundle.js';

/** Returns a bundle whose manifest claims a revision that `signBundle` refuses. */
async function bundleWith(revision: number, isSigned: boolean): Promise<string> {
  const bundle = JSON.parse(await bundleOf(1, ['one'])) as { manifest: string };
  const [header, payload, signature] = bundle.manifest.split('.');
  const manifest = { ...(JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object), revision };
  const bytes = Buffer.from(JSON.stringify(manifest));
  bundle.manifest = isSigned
    ? await new CompactSign(bytes)
        .setProtectedHeader({ alg: 'EdDSA', typ: signatureType })
        .sign(await importJWK(privateKey, 'EdDSA'))
    : `${header}.${bytes.toString('base64url')}.${signature}`;
  return JSON.stringify(bundle);
}

interface Place {
  publish(this: void, bundle: string, options?: object): Promise<void>;
  content(this: void): Promise<string | undefined>;
  /** Writes a text without the functions that publish. */
  write(this: void, text: string, revision: number): Promise<void>;
}
const folder = await mkdtemp(join(tmpdir(), 'nanook-publish-'));
const db = await emptyPglite();
const { pool, table } = await embeddedTable(db);
const bucket = natsUrl === undefined ? undefined : await natsBucket(natsUrl);
afterAll(async () => {
  await db.close();
  await bucket?.close();
  await rm(folder, { recursive: true });
});

let name = 0;
beforeEach(() => void name++);
const places: Readonly<Record<string, Place>> = {
  'a file': {
    publish: (bundle, options) => publishToFile(join(folder, String(name)), bundle, options),
    content: () => readFile(join(folder, String(name)), 'utf8').catch(() => undefined),
    write: (text) => writeFile(join(folder, String(name)), text),
  },
  PostgreSQL: {
    publish: (bundle, options) => publishToPostgres(pool, bundle, { table, name: String(name), ...options }),
    content: async () => {
      const { rows } = await pool.query(`select content from ${table} where name = $1`, [String(name)]);
      return (rows as { content: string }[])[0]?.content;
    },
    write: async (text, revision) => {
      const hash = String(Math.random());
      await pool.query(`insert into ${table} values ($1, $2, $3, $4)`, [String(name), revision, hash, text]);
    },
  },
  ...(bucket !== undefined && {
    NATS: {
      publish: (bundle: string, options?: object) =>
        publishToNats(bucket.kv, bundle, { key: String(name), ...options }),
      content: async () => (await bucket.kv.get(String(name)))?.string(),
      write: async (text: string) => void (await bucket.kv.put(String(name), text)),
    },
  }),
};

describe.each(Object.entries(places))('publishing to %s', (_, { publish: publishWith, content, write }) => {
  const publish = (bundle: string, keys?: object) => publishWith(bundle, keys === undefined ? {} : { keys });

  it('replaces a lower revision, and accepts the same bundle again', async () => {
    const [one, two] = [await bundleOf(1, ['one']), await bundleOf(2, ['two'])];
    await publish(one, publicKey);
    await publish(two, publicKey);
    await publish(two, publicKey);
    expect(await content()).toBe(two);
    await expect(publish(one, publicKey)).rejects.toMatchObject({ code: 'NANOOK_POLICIES_REVISION_TAKEN' });
    expect(await content()).toBe(two);
  });

  it.each([
    ['a tampered bundle', async () => (await bundleOf(3, ['three'])).replace('three', 'any'), 'TAMPERED'],
    ['a bundle with another revision', () => bundleWith(3, false), 'SIGNATURE'],
    [
      'a bundle whose tests failed',
      () => bundleOf(3, ['three'], { tests: { passed: 1, failed: 1 } }),
      'TESTS_FAILED',
    ],
    ['the highest number as revision', () => bundleWith(9007199254740991, true), 'FORMAT'],
    ['a text', () => Promise.resolve('allow(_, _, _);'), 'FORMAT'],
  ])('with keys refuses %s', async (__, create, code) => {
    await expect(publish(await create(), publicKey)).rejects.toMatchObject({
      code: `NANOOK_POLICIES_${code}`,
    });
    expect(await content()).toBeUndefined();
  });

  it('refuses the highest number as revision also without keys', async () => {
    const bundle = await bundleWith(9007199254740991, true);
    await expect(publish(bundle)).rejects.toMatchObject({ code: 'NANOOK_POLICIES_FORMAT' });
  });

  it('refuses keys that are undefined, because a setting is missing', async () => {
    const bundle = await bundleOf(5, ['five']);
    await expect(publishWith(bundle, { keys: undefined })).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_INVALID_OPTION',
    });
  });

  it('replaces a published text that no process uses, also with a higher revision', async () => {
    await write((await bundleOf(50, ['fifty'])).replace('fifty', 'any'), 50);
    const bundle = await bundleOf(4, ['four']);
    await publish(bundle, publicKey);
    expect(await content()).toBe(bundle);
  });

  it.each([true, false])(
    'refuses a bundle that has expired, and keeps lower revisions away from an expired one (with keys: %s)',
    async (withKeys) => {
      const keys = withKeys ? publicKey : undefined;
      const expiring = await bundleOf(5, ['five'], { expiresAt: '2127-01-31T00:00:00.000Z' });
      await publish(expiring, keys);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2127-02-01T00:00:00Z') });
      try {
        await expect(publish(expiring, keys)).rejects.toMatchObject({ code: 'NANOOK_POLICIES_EXPIRED' });
        await expect(publish(await bundleOf(4, ['four']), keys)).rejects.toMatchObject({
          code: 'NANOOK_POLICIES_REVISION_TAKEN',
        });
        await publish(await bundleOf(6, ['six']), keys);
      } finally {
        vi.useRealTimers();
      }
    },
  );

  it('replaces a revision that leaves no higher one', async () => {
    await write(await bundleWith(9007199254740991, true), 9007199254740991);
    const bundle = await bundleOf(4, ['four']);
    await publish(bundle);
    expect(await content()).toBe(bundle);
  });
});

describe('publishToFile', () => {
  it('leaves no other file', async () => {
    await publishToFile(join(folder, 'last'), await bundleOf(1, ['one']));
    expect((await readdir(folder)).filter((file) => file.endsWith('.new'))).toEqual([]);
  });
});
