import { randomUUID } from 'node:crypto';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { openBundle } from '@nanook/policies/bundle';
import { postgresTable } from '@nanook/policies/postgres';
import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { contentOf, enterFolder, nanook, project } from '../testing/run.fixture.js';

const [key, keys] = [
  ['--key', 'bundle-private-key.json'],
  ['--keys', 'bundle-public-key.json'],
];
const build = (...args: readonly string[]) => nanook('bundle', 'build', '--revision', '42', ...key, ...args);
const verify = (file = 'policy.bundle', ...args: readonly string[]) =>
  nanook('bundle', 'verify', file, ...keys, ...args);

beforeEach(async () => {
  await enterFolder(project);
  await nanook('bundle', 'keygen');
});
afterEach(() => void delete process.env['NANOOK_BUNDLE_KEY']);

describe('nanook bundle keygen', () => {
  it('writes a private key that only its owner can read, and a public key without the private part', async () => {
    expect((await stat('bundle-private-key.json')).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await contentOf('bundle-public-key.json'))).not.toHaveProperty('d');
  });

  it('never replaces a key', async () => {
    const before = await contentOf('bundle-private-key.json');
    expect(await nanook('bundle', 'keygen', '--public', 'other.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('bundle-private-key.json exists already'),
    });
    expect(await contentOf('bundle-private-key.json')).toBe(before);
  });
});

describe('nanook bundle --json', () => {
  const json = async (...args: readonly string[]) => {
    const { code, out, err } = await nanook('bundle', ...args, '--json');
    expect(err).toBe('');
    return { code, ...JSON.parse(out) };
  };

  it('writes the paths of new keys', async () => {
    expect(await json('keygen', '--private', 'a.json', '--public', 'b.json')).toEqual({
      code: 0,
      private: 'a.json',
      public: 'b.json',
    });
  });

  it('writes the revision, the files and the tests of a new bundle', async () => {
    await writeFile('policy/tests.polar', 'test "owner" { assert allow(ann, "edit", report); }\n');
    const built = {
      code: 0,
      file: 'policy.bundle',
      revision: 42,
      files: ['policy/main.polar', 'policy/tests.polar'],
      tests: { passed: 1, failed: 0 },
      problems: [],
    };
    expect(await json('build', '--revision', '42', ...key)).toEqual(built);
    const again = ['sign', 'policy.bundle', '--revision', '43', ...key, ...keys, '--out', 'new.bundle'];
    expect(await json(...again)).toEqual({ ...built, file: 'new.bundle', revision: 43 });
  });

  it('writes the reasons for which there is no bundle, and the reason why one is not valid', async () => {
    await writeFile('policy/tests.polar', 'test "wrong" { assert allow(cem, "edit", report); }\n');
    const { out, code } = await nanook('bundle', 'build', '--revision', '42', ...key, '--json');
    expect([code, JSON.parse(out).problems[0]]).toEqual([1, expect.stringContaining('✗ wrong')]);
    await writeFile('bad.bundle', 'text');
    expect(await json('verify', 'bad.bundle', ...keys)).toEqual({
      code: 1,
      problems: [expect.stringContaining('bundle')],
    });
  });
});

describe('nanook bundle build', () => {
  it('writes a bundle that the library opens, with the results of the tests', async () => {
    await writeFile('policy/tests.polar', 'test "owner" { assert allow(ann, "edit", report); }\n');
    expect(await build()).toEqual({
      code: 0,
      out: 'policy.bundle is written: revision 42, 2 files, 1 test passed\n',
      err: '',
    });
    const { manifest, files } = await openBundle(
      await contentOf('policy.bundle'),
      JSON.parse(await contentOf('bundle-public-key.json')),
    );
    expect(manifest).toMatchObject({ revision: 42, version: '42', tests: { passed: 1, failed: 0 } });
    expect(files.map(({ name }) => name)).toEqual(['policy/main.polar', 'policy/tests.polar']);
  });

  it('writes no bundle if a test fails, and exits with 1', async () => {
    await writeFile('policy/tests.polar', 'test "wrong" { assert allow(cem, "edit", report); }\n');
    const { code, out, err } = await build();
    expect(code).toBe(1);
    expect(out).toContain('✗ wrong');
    expect(err).toBe('1 test failed, so no bundle is written\n');
    await expect(readFile('policy.bundle')).rejects.toThrow('ENOENT');
  });

  it('refuses a private key that other users can read', async () => {
    await chmod('bundle-private-key.json', 0o644);
    expect(await build()).toMatchObject({ code: 2, err: expect.stringContaining('chmod 600') });
  });

  it('reads the key from the environment, and never prints it', async () => {
    process.env['NANOOK_BUNDLE_KEY'] = await contentOf('bundle-private-key.json');
    expect((await nanook('bundle', 'build', '--revision', '1')).code).toBe(0);
    process.env['NANOOK_BUNDLE_KEY'] = 'my secret';
    const { code, err } = await nanook('bundle', 'build', '--revision', '1');
    expect(code).toBe(2);
    expect(err).not.toContain('my secret');
  });

  it('exits with 2 without a key, a revision or the types of the application', async () => {
    expect(await nanook('bundle', 'build', '--revision', '1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected the private key'),
    });
    expect((await nanook('bundle', 'build', ...key)).code).toBe(2);
    await writeFile('nanook.config.json', '{}');
    expect(await build()).toMatchObject({ code: 2, err: expect.stringContaining('declare `types`') });
  });
});

describe('nanook bundle verify', () => {
  beforeEach(() => build());

  it('accepts a bundle, and writes its manifest as JSON', async () => {
    expect((await verify()).out).toMatch(/^policy\.bundle is valid: revision 42, version 42, signed at 2/);
    const { out } = await verify('policy.bundle', '--json');
    expect(JSON.parse(out)).toMatchObject({
      revision: 42,
      problems: [],
      files: [{ name: 'policy/main.polar' }],
    });
  });

  it('exits with 1 for a changed bundle, another key, and a text that is not a bundle', async () => {
    await writeFile('changed', (await contentOf('policy.bundle')).replace('\\"read\\"', '\\"edit\\"'));
    expect(await verify('changed')).toMatchObject({
      code: 1,
      err: expect.stringContaining('policy/main.polar of the bundle has another hash'),
    });
    await nanook('bundle', 'keygen', '--private', 'other-private.json', '--public', 'other.json');
    expect((await nanook('bundle', 'verify', 'policy.bundle', '--keys', 'other.json')).code).toBe(1);
    expect((await verify('policy/main.polar')).code).toBe(1);
    const several = ['--keys', 'other.json', 'bundle-public-key.json'];
    expect((await nanook('bundle', 'verify', 'policy.bundle', ...several)).code).toBe(0);
  });

  it('exits with 1 if the types of the configuration are not those of the bundle', async () => {
    const config = JSON.parse(project['nanook.config.json']);
    config.types.User.fields.name = 'String';
    await writeFile('nanook.config.json', JSON.stringify(config));
    expect(await verify()).toMatchObject({
      code: 1,
      out: expect.stringContaining('the type User is not the same'),
    });
  });

  it('exits with 2 for a private key as a public one, and for a missing file', async () => {
    expect(
      (await nanook('bundle', 'verify', 'policy.bundle', '--keys', 'bundle-private-key.json')).code,
    ).toBe(2);
    expect(await verify('none')).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot read the bundle none'),
    });
  });
});

describe('nanook bundle sign', () => {
  it('signs the policies of a valid bundle with a higher revision, and keeps its version and tests', async () => {
    await writeFile('policy/tests.polar', 'test "owner" { assert allow(ann, "edit", report); }\n');
    await build('--label', '1.4.0', '--out', 'old.bundle');
    await writeFile('policy/main.polar', 'allow(_: User, "read", 1);\n');
    const { code } = await nanook('bundle', 'sign', 'old.bundle', ...keys, ...key, '--revision', '43');
    expect(code).toBe(0);
    expect(JSON.parse((await verify('policy.bundle', '--json')).out)).toMatchObject({
      revision: 43,
      version: '1.4.0',
      tests: { passed: 1, failed: 0 },
    });
    expect(await contentOf('policy.bundle')).toContain('"edit\\" if \\"owner');
  });

  it('does not sign a bundle that was changed', async () => {
    await build();
    await writeFile('changed', (await contentOf('policy.bundle')).replace('\\"read\\"', '\\"edit\\"'));
    expect((await nanook('bundle', 'sign', 'changed', ...keys, ...key, '--revision', '43')).code).toBe(1);
  });
});

describe('nanook bundle --expires', () => {
  const start = Date.parse('2027-01-31T09:00:00Z');
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: start }));
  afterEach(() => void vi.useRealTimers());
  const again = (...args: readonly string[]) =>
    nanook(
      'bundle',
      'sign',
      'policy.bundle',
      ...keys,
      ...key,
      '--revision',
      '43',
      '-o',
      'new.bundle',
      ...args,
    );

  it('signs the expiry, after which the bundle is neither valid nor published', async () => {
    expect((await build('--expires', '30d')).out).toContain('expires at 2027-03-02T09:00:00.000Z');
    expect((await verify()).out).toContain('expires at 2027-03-02T09:00:00.000Z');
    vi.setSystemTime('2027-03-02T09:00:00Z');
    const refused = { code: 1, err: expect.stringContaining('expired at 2027-03-02T09:00:00.000Z') };
    expect(await verify()).toMatchObject(refused);
    const publish = ['bundle', 'publish', 'policy.bundle', ...keys, '--file', 'published.bundle'];
    expect(await nanook(...publish)).toMatchObject(refused);
  });

  it('keeps the expiry of a bundle that is signed again, and asks for a new one if it has passed', async () => {
    await build('--expires', '2027-02-01');
    expect((await again()).out).toContain('expires at 2027-02-01T00:00:00.000Z');
    expect((await again('--expires', 'never')).out).not.toContain('expires');
    vi.setSystemTime('2027-02-01T00:00:00Z');
    expect(await again()).toMatchObject({ code: 2, err: expect.stringContaining('give a new expiry') });
    expect(await again('--expires', '1d')).toMatchObject({ code: 0 });
    expect((await verify('new.bundle')).out).toContain('expires at 2027-02-02T00:00:00.000Z');
  });

  it.each(['2026-01-31', '0d'])('refuses %s, which is not in the future', async (text) => {
    expect(await build('--expires', text)).toMatchObject({
      code: 2,
      err: expect.stringContaining('a time in the future'),
    });
  });

  it('refuses a text that is not a time', async () => {
    expect(await build('--expires', 'soon')).toMatchObject({
      code: 2,
      err: expect.stringContaining('a time from now such as 30m'),
    });
  });
});

describe('nanook bundle roll-out', () => {
  const rollOut = (...args: readonly string[]) =>
    nanook(
      'bundle',
      'roll-out',
      'policy.bundle',
      'next.bundle',
      ...keys,
      ...key,
      '-o',
      'both.bundle',
      ...args,
    );
  beforeEach(async () => {
    await build('--label', '1.4.0', '--expires', '2127-01-31');
    await writeFile('policy/main.polar', 'allow(_: User, "read", _);\n');
    await nanook('bundle', 'build', ...key, '--revision', '43', '--label', '1.5.0', '-o', 'next.bundle');
  });

  it('writes both policies and the percentage, with the earlier expiry', async () => {
    expect(await rollOut('--percent', '12.5', '--revision', '44')).toEqual({
      code: 0,
      out: 'both.bundle is written: revision 44, 1 file, version 1.5.0 for 12.5 % of the actors, expires at 2127-01-31T00:00:00.000Z\n',
      err: '',
    });
    const { manifest, files, candidate } = await openBundle(
      await contentOf('both.bundle'),
      JSON.parse(await contentOf('bundle-public-key.json')),
    );
    expect(manifest).toMatchObject({
      revision: 44,
      version: '1.4.0',
      candidate: { version: '1.5.0', percent: 12.5, seed: '' },
    });
    expect([files[0]?.source, candidate?.[0]?.source]).toEqual([
      expect.stringContaining('"owner"'),
      'allow(_: User, "read", _);\n',
    ]);
    expect((await verify('both.bundle')).out).toContain('version 1.5.0 for 12.5 % of the actors');
  });

  it('keeps the roll-out when the bundle is signed again, and raises it', async () => {
    await rollOut('--percent', '10', '--revision', '44');
    const again = ['sign', 'both.bundle', ...keys, ...key, '--revision', '45', '-o', 'again.bundle'];
    expect((await nanook('bundle', ...again)).out).toContain('version 1.5.0 for 10 % of the actors');
    const raise = ['roll-out', 'both.bundle', 'next.bundle', '--percent', '60', '--revision', '46'];
    expect((await nanook('bundle', ...raise, ...keys, ...key)).out).toContain('version 1.5.0 for 60 %');
  });

  it.each(['-1', '101', 'all', '1e1'])('refuses %s percent', async (percent) => {
    expect(await rollOut(`--percent=${percent}`, '--revision', '44')).toMatchObject({
      code: 2,
      err: expect.stringContaining('a number from 0 to 100'),
    });
  });

  it('refuses a bundle of another key', async () => {
    await nanook('bundle', 'keygen', '--private', 'other-private.json', '--public', 'other.json');
    const args = [
      '--percent',
      '1',
      '--revision',
      '44',
      '--key',
      'other-private.json',
      '--keys',
      'other.json',
    ];
    expect((await nanook('bundle', 'roll-out', 'policy.bundle', 'next.bundle', ...args)).code).toBe(1);
  });

  it('is not verified if the candidate does not load with the configuration', async () => {
    await rollOut('--percent', '10', '--revision', '44');
    const config = JSON.parse(await contentOf('nanook.config.json')) as { types: object };
    await writeFile('nanook.config.json', JSON.stringify({ ...config, types: {} }));
    expect((await verify('both.bundle')).code).toBe(1);
  });
});

describe('nanook bundle publish', () => {
  const publish = (...args: readonly string[]) =>
    nanook('bundle', 'publish', 'policy.bundle', ...keys, '--file', 'published.bundle', ...args);

  it('publishes a bundle, and never a lower revision or the same one with another policy', async () => {
    await build();
    expect(await publish()).toEqual({
      code: 0,
      out: 'policy.bundle is published to published.bundle: revision 42, version 42\n',
      err: '',
    });
    expect(await contentOf('published.bundle')).toBe(await contentOf('policy.bundle'));
    const published = await contentOf('published.bundle');
    for (const revision of ['41', '42']) {
      // oxlint-disable no-await-in-loop -- one after the other
      await nanook('bundle', 'build', ...key, '--revision', revision, '--label', 'other');
      const { code, err } = await publish();
      expect([code, err]).toEqual([1, expect.stringContaining('the revision 42 is published already')]);
      // oxlint-enable no-await-in-loop
    }
    expect(await contentOf('published.bundle')).toBe(published);
  });

  it('never publishes a tampered bundle, or one for other types', async () => {
    await build();
    const bundle = await contentOf('policy.bundle');
    await writeFile('policy.bundle', bundle.replace('ownerId', 'authorId'));
    expect(await publish()).toMatchObject({
      code: 1,
      err: expect.stringContaining('was changed after it was signed'),
    });
    await writeFile('policy.bundle', bundle);
    const config = JSON.parse(await contentOf('nanook.config.json')) as { types: { User: object } };
    config.types.User = { fields: { id: 'String' } };
    await writeFile('nanook.config.json', JSON.stringify(config));
    expect(await publish()).toMatchObject({
      code: 1,
      err: expect.stringContaining('so the bundle is not published'),
    });
    await expect(contentOf('published.bundle')).rejects.toThrow('ENOENT');
  });

  it('refuses a revision that leaves no higher one', async () => {
    expect(await nanook('bundle', 'build', ...key, '--revision', '9007199254740991')).toMatchObject({
      code: 2,
      err: expect.stringContaining('must be a whole number from 1 to 4503599627370496'),
    });
  });

  it('needs one place, and the address of a server', async () => {
    await build();
    const without = (...args: readonly string[]) =>
      nanook('bundle', 'publish', 'policy.bundle', ...keys, ...args);
    for (const args of [[], ['--file', 'a', '--nats', 'b']])
      // oxlint-disable-next-line no-await-in-loop -- few
      expect(await without(...args)).toMatchObject({
        code: 2,
        err: expect.stringContaining('expected one place'),
      });
    vi.stubEnv('DATABASE_URL', undefined);
    expect(await without('--postgres')).toMatchObject({
      code: 2,
      err: expect.stringContaining('DATABASE_URL'),
    });
    expect(await without('--postgres', 'postgres://127.0.0.1:1/x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('the bundle cannot be published'),
    });
  });

  const { NANOOK_TEST_POSTGRES_URL: postgresUrl, NANOOK_TEST_NATS_URL: natsUrl } = process.env;
  it.skipIf(postgresUrl === undefined || natsUrl === undefined)(
    'publishes to PostgreSQL and NATS (needs NANOOK_TEST_POSTGRES_URL and NANOOK_TEST_NATS_URL)',
    async () => {
      await build();
      const place = `policies_${randomUUID().replaceAll('-', '')}`;
      const pool = new pg.Pool({ connectionString: postgresUrl });
      await pool.query(postgresTable(place));
      vi.stubEnv('DATABASE_URL', postgresUrl);
      vi.stubEnv('NATS_URL', natsUrl);
      const to = (...args: readonly string[]) =>
        nanook('bundle', 'publish', 'policy.bundle', ...keys, ...args);
      expect(await to('--postgres', '--table', place, '--name', 'shop')).toMatchObject({ code: 0 });
      expect(await to('--nats', '--bucket', place, '--nats-key', 'shop')).toMatchObject({ code: 0 });
      const { rows } = await pool.query(`select name, content from ${place}`);
      expect(rows).toEqual([{ name: 'shop', content: await contentOf('policy.bundle') }]);
      await pool.query(`drop table ${place}`);
      await pool.end();
      const connection = await connect({ servers: natsUrl! });
      const kv = await new Kvm(jetstream(connection)).open(place);
      expect((await kv.get('shop'))?.string()).toBe(await contentOf('policy.bundle'));
      await kv.destroy();
      await connection.close();
    },
  );
});
