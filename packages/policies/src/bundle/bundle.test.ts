import { Authorizer } from '@nanook/core';
import fc from 'fast-check';
import { CompactSign, generateKeyPair, importJWK, SignJWT, type CryptoKey } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { generateBundleKeys, openBundle, signBundle } from './index.js';

const { publicKey, privateKey } = await generateBundleKeys();
const authorizer = await Authorizer.load({
  policies: [
    { name: 'policy/a.polar', source: 'allow("ann", "read", "minutes");\n' },
    { name: 'policy/b.polar', source: '# é 🐻\nallow("ben", "read", "minutes");\n' },
  ],
  types: { User: { fields: { id: 'Integer' } } },
  version: '1.4.0',
});
const bundle = await signBundle(authorizer, { key: privateKey, revision: 42 });

interface Raw {
  format: string;
  manifest: string;
  files: { name: string; source: string }[];
}
/** Changes a bundle after it was signed. */
function changed(change: (raw: Raw) => void): string {
  const raw = JSON.parse(bundle) as Raw;
  change(raw);
  return JSON.stringify(raw);
}
const open = (text: string) => openBundle(text, publicKey);

describe('a signed bundle', () => {
  it('contains the files in their order, and describes the policy', async () => {
    const { files, manifest } = await open(bundle);
    expect(files).toEqual(authorizer.policy.sources);
    expect(manifest).toMatchObject({
      revision: 42,
      version: '1.4.0',
      policyHash: authorizer.policy.hash,
      types: authorizer.policy.signature,
    });
    const again = await Authorizer.load({ policies: files, types: { User: {} } });
    expect(again.policy.hash).toBe(manifest.policyHash);
  });

  it('names policies without a name, and contains the results of tests', async () => {
    const unnamed = await Authorizer.load({ policies: ['f(1);', 'f(2);'], queries: ['f'] });
    const signed = await signBundle(unnamed, {
      key: privateKey,
      revision: 1,
      tests: { passed: 3, failed: 0 },
    });
    const { files, manifest } = await open(signed);
    expect(files.map(({ name }) => name)).toEqual(['policy-1.polar', 'policy-2.polar']);
    expect(manifest).toMatchObject({ version: '1', tests: { passed: 3, failed: 0 } });
  });

  it('can be verified with any of several keys, so that keys can be replaced', async () => {
    const next = await generateBundleKeys();
    await expect(openBundle(bundle, [next.publicKey, publicKey])).resolves.toBeDefined();
    const imported = (await importJWK(publicKey, 'EdDSA')) as CryptoKey;
    await expect(openBundle(bundle, imported)).resolves.toBeDefined();
  });
});

describe('openBundle', () => {
  it.each<[string, (raw: Raw) => void, string]>([
    ['another text', (raw) => (raw.files[0]!.source += ' '), 'TAMPERED'],
    ['another name', (raw) => (raw.files[0]!.name = 'c.polar'), 'TAMPERED'],
    ['another order', (raw) => raw.files.reverse(), 'TAMPERED'],
    ['a missing file', (raw) => raw.files.pop(), 'TAMPERED'],
    ['a further file', (raw) => raw.files.push({ name: 'c.polar', source: '' }), 'TAMPERED'],
    ['no files', (raw) => (raw.files = []), 'TAMPERED'],
    ['another format', (raw) => (raw.format = 'nanook-bundle/2'), 'FORMAT'],
    ['files of another form', (raw) => (raw.files = {} as never), 'FORMAT'],
    ['no signature', (raw) => (raw.manifest = '{}'), 'SIGNATURE'],
    ['an empty signature', (raw) => (raw.manifest = raw.manifest.replace(/[^.]*$/, '')), 'SIGNATURE'],
    [
      'a changed manifest',
      (raw) => {
        const [header, payload, signature] = raw.manifest.split('.');
        const manifest = Buffer.from(payload!, 'base64url')
          .toString()
          .replace('"revision":42', '"revision":43');
        raw.manifest = [header, Buffer.from(manifest).toString('base64url'), signature].join('.');
      },
      'SIGNATURE',
    ],
    [
      'the algorithm "none"',
      (raw) => {
        const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'nanook-bundle+jws' })).toString(
          'base64url',
        );
        raw.manifest = `${header}.${raw.manifest.split('.')[1]!}.`;
      },
      'SIGNATURE',
    ],
  ])('refuses %s', async (_, change, code) => {
    await expect(open(changed(change))).rejects.toMatchObject({ code: `NANOOK_POLICIES_${code}` });
  });

  it('ignores a key that the signature itself names', async () => {
    const other = await generateBundleKeys();
    const [, payload = ''] = (JSON.parse(bundle) as Raw).manifest.split('.');
    const forged = await new CompactSign(Buffer.from(payload, 'base64url'))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'nanook-bundle+jws', kid: publicKey.x!, jwk: other.publicKey })
      .sign(await importJWK(other.privateKey, 'EdDSA'));
    await expect(open(changed((raw) => (raw.manifest = forged)))).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_SIGNATURE',
    });
  });

  it('refuses a signature with an extension that it does not know', async () => {
    const [, payload = ''] = (JSON.parse(bundle) as Raw).manifest.split('.');
    const extended = await new CompactSign(Buffer.from(payload, 'base64url'))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'nanook-bundle+jws', crit: ['until'], until: 1 } as never)
      .sign(await importJWK(privateKey, 'EdDSA'), { crit: { until: true } });
    await expect(open(changed((raw) => (raw.manifest = extended)))).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_SIGNATURE',
    });
  });

  it('refuses half a surrogate pair, which UTF-8 cannot tell from U+FFFD', async () => {
    const replaced = await Authorizer.load({ policies: 'allow("\ufffd", "read", "minutes");' });
    const signed = await signBundle(replaced, { key: privateKey, revision: 1 });
    await expect(open(signed)).resolves.toBeDefined();
    await expect(open(signed.replace('\ufffd', String.raw`\ud800`))).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_FORMAT',
    });
  });

  it('refuses a bundle of another key', async () => {
    const other = await generateBundleKeys();
    await expect(openBundle(bundle, other.publicKey)).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_SIGNATURE',
    });
  });

  it('refuses what the same key has signed for another purpose', async () => {
    const key = await importJWK(privateKey, 'EdDSA');
    const jwt = await new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' }).sign(key);
    await expect(open(changed((raw) => (raw.manifest = jwt)))).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_SIGNATURE',
    });
  });

  it('refuses a signature with HMAC whose secret is the public key', async () => {
    const [, payload = ''] = (JSON.parse(bundle) as Raw).manifest.split('.');
    const forged = await new CompactSign(Buffer.from(payload, 'base64url'))
      .setProtectedHeader({ alg: 'HS256', typ: 'nanook-bundle+jws' })
      .sign(new TextEncoder().encode(JSON.stringify(publicKey)));
    await expect(open(changed((raw) => (raw.manifest = forged)))).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_SIGNATURE',
    });
  });

  it('refuses a bundle whose tests failed', async () => {
    const failed = await signBundle(authorizer, {
      key: privateKey,
      revision: 1,
      tests: { passed: 3, failed: 1 },
    });
    await expect(open(failed)).rejects.toMatchObject({ code: 'NANOOK_POLICIES_TESTS_FAILED' });
  });

  it('refuses a bundle that has expired, unless it is opened to be signed again', async () => {
    const expiresAt = '2127-01-31T00:00:00.000Z';
    const expiring = await signBundle(authorizer, { key: privateKey, revision: 1, expiresAt });
    expect((await open(expiring)).manifest).toMatchObject({ expiresAt });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(expiresAt) });
    try {
      await expect(open(expiring)).rejects.toMatchObject({ code: 'NANOOK_POLICIES_EXPIRED' });
      const opened = await openBundle(expiring, publicKey, { acceptExpired: true });
      expect(opened.files).toEqual(authorizer.policy.sources);
    } finally {
      vi.useRealTimers();
    }
  });

  it('refuses or ignores every change of a character', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bundle.length - 1),
        fc.string({ minLength: 1, maxLength: 3 }),
        async (at, text) => {
          const other = bundle.slice(0, at) + text + bundle.slice(at + 1);
          const found = await open(other).then(
            ({ files, manifest }) => ({ files, revision: manifest.revision }),
            (error: { code?: string }) => error.code?.replace(/_[A-Z]+$/, ''),
          );
          expect([{ files: authorizer.policy.sources, revision: 42 }, 'NANOOK_POLICIES']).toContainEqual(
            found,
          );
        },
      ),
      { numRuns: randomCases(500) },
    );
  });

  it.each(['', 'null', '[]', '1', '{}', '{"format":"nanook-bundle/1"}', 'allow(_, _, _);'])(
    'refuses %j',
    async (text) => {
      await expect(open(text)).rejects.toMatchObject({ code: 'NANOOK_POLICIES_FORMAT' });
    },
  );

  it.each([
    ['no key', []],
    ['a private key', privateKey],
    ['a key of another curve', { kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }],
    ['an empty object', {}],
    ['a broken key', { kty: 'OKP', crv: 'Ed25519', x: 5 }],
    ['a text', 'secret'],
  ])('refuses %s as `keys`', async (_, keys) => {
    await expect(openBundle(bundle, keys as never)).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_INVALID_OPTION',
    });
  });
});

describe('signBundle', () => {
  it('names a policy without a name differently from the others, so that the bundle can be loaded', async () => {
    const mixed = await Authorizer.load({
      policies: ['f(1);', { name: 'policy-1.polar', source: 'f(2);' }],
      queries: ['f'],
    });
    const { files, manifest } = await open(await signBundle(mixed, { key: privateKey, revision: 1 }));
    const again = await Authorizer.load({ policies: files, queries: ['f'] });
    expect(again.policy.hash).toBe(manifest.policyHash);
  });

  it.each([
    ['the same text twice', ['f(1);', 'f(1);']],
    ['half a surrogate pair', ['f("\ud800");']],
  ])('refuses a policy that no bundle can contain: %s', async (_, policies) => {
    const loaded = await Authorizer.load({ policies, queries: ['f'] });
    await expect(signBundle(loaded, { key: privateKey, revision: 1 })).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_INVALID_OPTION',
    });
  });

  it.each([
    ['a public key', { key: publicKey, revision: 1 }],
    ['the revision 0', { key: privateKey, revision: 0 }],
    ['the revision 1.5', { key: privateKey, revision: 1.5 }],
    ['a text as revision', { key: privateKey, revision: '1' as unknown as number }],
    ['an empty version', { key: privateKey, revision: 1, version: '' }],
    ['an expiry that has passed', { key: privateKey, revision: 1, expiresAt: new Date(0) }],
    ['a text that is not a time as expiry', { key: privateKey, revision: 1, expiresAt: 'tomorrow' }],
    ['tests without numbers', { key: privateKey, revision: 1, tests: { passed: true } as never }],
  ])('refuses %s', async (_, options) => {
    await expect(signBundle(authorizer, options)).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_INVALID_OPTION',
    });
  });

  it('refuses a key of another algorithm', async () => {
    const { privateKey: key } = await generateKeyPair('ES256', { extractable: true });
    await expect(signBundle(authorizer, { key, revision: 1 })).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_INVALID_OPTION',
    });
  });
});
