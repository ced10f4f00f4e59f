import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { followPolicies, isNanookPoliciesError, type FollowOptions } from '../index.js';
import { allowing, bundleOf, load, publicKey, until } from '../testing/bundles.fixture.js';
import { fileSource } from './index.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  // oxlint-disable-next-line no-await-in-loop -- in the opposite order
  for (const close of closing.splice(0).reverse()) await close();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'nanook-policies-'));
  closing.push(() => rm(path, { recursive: true }));
  return path;
}

async function following(path: string, options: FollowOptions) {
  const authorizer = await load(allowing('start'));
  const errors: unknown[] = [];
  const follower = await followPolicies(authorizer, fileSource(path), {
    onError: (error) => errors.push(error),
    ...options,
  });
  closing.push(() => follower.close());
  const codes = () => errors.map((error) => (isNanookPoliciesError(error) ? error.code : String(error)));
  return { authorizer, codes, allows: (action: string) => authorizer.can('ann', action, 'doc') };
}

/** Replaces a file as a whole. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

describe('a source of files', () => {
  it('follows a bundle that is replaced by a rename', async () => {
    const path = join(await folder(), 'policy.bundle');
    await writeFile(path, await bundleOf(1, ['one']));
    const { allows, codes } = await following(path, { keys: publicKey });
    expect(await allows('one')).toBe(true);
    await replace(path, (await bundleOf(2, ['two'])).replace('two', 'any'));
    await until(() => codes().length === 1);
    await replace(path, await bundleOf(3, ['three']));
    await until(() => allows('three'));
    expect(codes()).toEqual(['NANOOK_POLICIES_TAMPERED']);
  });

  it('follows the policies of a folder, in the order of their names', async () => {
    const path = await folder();
    await writeFile(join(path, 'b.polar'), allowing('b'));
    await writeFile(join(path, 'notes.txt'), 'not a policy');
    const { allows, authorizer } = await following(path, {});
    expect(await allows('b')).toBe(true);
    await mkdir(join(path, 'inner'));
    await writeFile(join(path, 'inner', 'c.polar'), allowing('c'));
    await writeFile(join(path, 'a.polar'), allowing('a'));
    await until(async () => (await allows('a')) && (await allows('c')));
    expect(authorizer.policy.sources.map((source) => (source as { name: string }).name)).toEqual([
      'a.polar',
      'b.polar',
      join('inner', 'c.polar'),
    ]);
  });

  it('follows a bundle behind a link that is replaced, as Kubernetes does', async () => {
    const path = await folder();
    for (const [name, bundle] of [
      ['v1', await bundleOf(1, ['one'])],
      ['v2', await bundleOf(2, ['two'])],
    ] as const) {
      await mkdir(join(path, name));
      await writeFile(join(path, name, 'policy.bundle'), bundle);
    }
    await symlink('v1', join(path, '..data'));
    await symlink(join('..data', 'policy.bundle'), join(path, 'policy.bundle'));
    const { allows } = await following(join(path, 'policy.bundle'), { keys: publicKey, pollMs: 50 });
    expect(await allows('one')).toBe(true);
    await symlink('v2', join(path, '..data_tmp'));
    await rename(join(path, '..data_tmp'), join(path, '..data'));
    await until(() => allows('two'));
  });

  it('keeps the policy when the file is removed, and finds it when it comes back', async () => {
    const path = join(await folder(), 'main.polar');
    const { allows, codes } = await following(path, {});
    expect(codes()).toEqual(['NANOOK_POLICIES_EMPTY']);
    await writeFile(path, allowing('one'));
    await until(() => allows('one'));
    await rm(path);
    await until(() => codes().length === 2);
    expect(await allows('one')).toBe(true);
    await writeFile(path, allowing('two'));
    await until(() => allows('two'));
  });

  it('refuses a file that is not UTF-8', async () => {
    const path = join(await folder(), 'main.polar');
    await writeFile(path, Buffer.from([0x61, 0xff]));
    const { codes } = await following(path, {});
    expect(codes()).toEqual(['NANOOK_POLICIES_SOURCE']);
  });
});
