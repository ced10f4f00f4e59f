import { expect, it } from 'vitest';
import { enterFolder, nanook } from '../testing/run.fixture.js';

const folders = (viewer: string): string => `
  allow(user: User, "read", folder: Folder) if viewer(user, folder);
  viewer(user: User, folder: Folder) if ${viewer};
  viewer(user: User, folder: Folder) if viewer(user, folder.parent);
`;
const types = {
  User: { fields: { id: 'Integer' } },
  Folder: { fields: { id: 'Integer', ownerId: 'Integer', parent: 'Folder?' } },
};
const fixtures = {
  ann: { $type: 'User', id: 1 },
  ben: { $type: 'User', id: 2 },
  top: { $type: 'Folder', id: 1, ownerId: 1, parent: { $ref: 'inner' } },
  inner: { $type: 'Folder', id: 2, ownerId: 3, parent: { $ref: 'top' } },
};

it(
  'nanook diff compares recursive policies with generated rows that lead to themselves',
  { timeout: 30_000 },
  async () => {
    await enterFolder({
      'nanook.config.json': JSON.stringify({ types }),
      'old.polar': folders('folder.ownerId = user.id'),
      'new.polar': folders('folder.id = user.id'),
    });
    const { code, out } = await nanook('diff', 'old.polar', 'new.polar', '--json');
    expect(code).toBe(1);
    expect((JSON.parse(out) as { changes: unknown[] }).changes.length).toBeGreaterThan(0);
  },
);

it('nanook test --mutate ends for rows that lead to themselves', { timeout: 60_000 }, async () => {
  await enterFolder({
    'nanook.config.json': JSON.stringify({ types, fixtures }),
    'policy.polar': folders('folder.ownerId = user.id'),
    'tests.polar': `test "owners" {
      assert allow(ann, "read", inner);
      assert_not allow(ben, "read", inner);
    }`,
  });
  const { out, err } = await nanook('test', '--mutate', '--json');
  expect(err).toBe('');
  const { mutants } = JSON.parse(out) as { mutants: { status: string }[] };
  expect(mutants.length).toBeGreaterThan(0);
  expect(mutants.filter(({ status }) => status === 'timeout')).toEqual([]);
});
