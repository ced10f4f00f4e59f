import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomSeed } from '../../../../tools/test-scope.js';
import { printCondition } from '../filter/print-condition.js';
import { Authorizer, isPolarError, many, one, optional, typed } from '../index.js';

const types = {
  User: { key: 'id', fields: { id: 'Integer', roles: optional(['Role']) } },
  Role: { fields: { name: String, folder: 'Folder' } },
  Folder: {
    key: 'id',
    fields: { id: 'Integer', isPublic: Boolean, level: 'Integer?', parentId: 'Integer?', otherId: 'Integer' },
    relations: {
      parent: one('Folder', { local: 'parentId', foreign: 'id' }),
      other: one('Document', { local: 'otherId', foreign: 'id', enforced: true }),
    },
  },
  Document: {
    key: 'id',
    fields: { id: 'Integer', status: String, folderId: 'Integer?', homeId: 'Integer' },
    relations: {
      folder: one('Folder', { local: 'folderId', foreign: 'id' }),
      home: one('Folder', { local: 'homeId', foreign: 'id', enforced: true }),
      links: many('Link', { local: 'id', foreign: 'documentId' }),
    },
  },
  Link: {
    key: 'id',
    fields: { id: 'Integer', documentId: 'Integer', folderId: 'Integer' },
    relations: { folder: one('Folder', { local: 'folderId', foreign: 'id' }) },
  },
} as const;

const ann = typed('User', {
  id: 7,
  roles: [
    { name: 'a', folder: { id: 1, level: 1 } },
    { name: 'b', folder: { id: 2, level: 2 } },
  ],
});

const load = (policies: string) => Authorizer.load({ policies, types, onWarning: () => {} });

/** Returns a condition as text, or the code of the error. An explanation follows each call, also one that equals another. */
async function conditionsOf(policies: string): Promise<{ once: string; each: string }> {
  const code = (error: unknown): string => {
    if (isPolarError(error)) return error.code;
    throw error;
  };
  const authorizer = await load(policies).catch(code);
  if (typeof authorizer === 'string') return { once: authorizer, each: authorizer };
  const once = authorizer
    .where(ann, 'read', 'Document')
    .then(({ condition }) => printCondition(condition), code);
  const each = authorizer.explainWhere(ann, 'read', 'Document').then(({ condition }) => condition, code);
  return { once: await once, each: await each };
}

describe('a call that equals another one', () => {
  it('has the condition of the other one, about its own row', async () => {
    const { once, each } = await conditionsOf(`
      allow(user: User, "read", document: Document) if sees(user, document.home) and document.status = "new";
      allow(user: User, "read", document: Document) if link in document.links and sees(user, link.folder);
      allow(user: User, "read", document: Document) if sees(user, document.folder);
      sees(user: User, folder: Folder) if role in user.roles and role.folder = folder;
      sees(_: User, folder: Folder) if folder.isPublic;`);
    expect(once).toBe(each);
    expect(once).toContain('document.home.isPublic');
    expect(once).toContain('link.folder.isPublic');
    expect(once).toContain('document.folder.isPublic');
  });

  it('keeps two rows apart where the other one has the same row twice', async () => {
    const { once, each } = await conditionsOf(`
      allow(_: User, "read", document: Document) if
        home = document.home and home.isPublic and folder = document.folder and folder.isPublic and
        same(home, home) and same(home, folder) and same(folder, folder);
      same(one: Folder, other: Folder) if one.level = other.level;`);
    expect(once).toBe(each);
    expect(once).toContain('document.home.level = document.folder.level');
  });

  it('takes no steps', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `n${i}`);
    const rules = names.map(
      (name) =>
        `allow(user: User, "read", document: Document) if document.status = "${name}" and sees(user, document.home);`,
    );
    const authorizer = await load(`${rules.join('\n')}
      sees(user: User, folder: Folder) if role in user.roles and role.folder = folder;`);
    const limits = { maxSteps: 500 };
    await expect(authorizer.where(ann, 'read', 'Document', { limits })).resolves.toBeDefined();
    await expect(authorizer.explainWhere(ann, 'read', 'Document', { limits })).rejects.toMatchObject({
      code: 'POLAR_RUN_STEP_LIMIT',
    });
  });

  it('counts as the parts of its condition', async () => {
    const levels = Array.from({ length: 20 }, (_, i) => i + 1);
    const authorizer = await load(`
      allow(_: User, "read", document: Document) if p20(document.home);
      p0(folder: Folder) if folder.isPublic and folder.level < 3;
      ${levels.map((i) => `p${i}(folder: Folder) if p${i - 1}(folder) and folder.level != ${i}; p${i}(folder: Folder) if p${i - 1}(folder);`).join('\n')}`);
    await expect(authorizer.where(ann, 'read', 'Document')).rejects.toMatchObject({
      code: 'POLAR_FILTER_TOO_LARGE',
    });
  });

  it('has the condition that it has alone, in random policies', async () => {
    const predicate = fc.constantFrom('p', 'q', 'r');
    const name = fc.constantFrom('"a"', '"b"', 'name');
    const ofFolder = (row: string) =>
      fc.oneof(
        fc.constant(`${row}.isPublic`),
        fc.constant(`${row}.level = 3`),
        fc.constant(`${row}.level < 2`),
        fc.constant(`role in user.roles and role.name = name and role.folder = ${row}`),
        fc.constant(`(${row}.other.status = name or ${row}.level != 1)`),
        fc
          .tuple(predicate, name, fc.constantFrom('', '', '.parent'))
          .map(([p, n, path]) => `${p}(user, ${n}, ${row}${path})`),
        fc.tuple(predicate, name).map(([p, n]) => `not ${p}(user, ${n}, ${row})`),
        fc.tuple(predicate, name).map(([, n]) => `d(user, ${n}, ${row}.other)`),
      );
    const ofDocument = fc.oneof(
      fc.constant('row.status = name'),
      fc
        .tuple(predicate, name, fc.constantFrom('home', 'folder'))
        .map(([p, n, relation]) => `${p}(user, ${n}, row.${relation})`),
      fc.tuple(predicate, name).map(([p, n]) => `link in row.links and ${p}(user, ${n}, link.folder)`),
      fc.tuple(predicate, name).map(([p, n]) => `not ${p}(user, ${n}, row.home)`),
      fc
        .tuple(predicate, name)
        .map(([p, n]) => `(home = row.home and home.isPublic and ${p}(user, ${n}, home))`),
    );
    const body = (part: fc.Arbitrary<string>) =>
      fc
        .tuple(fc.array(part, { minLength: 1, maxLength: 3 }), fc.constantFrom(' and ', ' and ', ' or '))
        .map(([parts, operator]) => parts.join(operator));
    const policies = fc
      .tuple(
        fc.array(body(ofDocument), { minLength: 2, maxLength: 4 }),
        fc.array(fc.tuple(predicate, body(ofFolder('row'))), { minLength: 3, maxLength: 6 }),
      )
      .map(([documents, folders]) =>
        [
          'allow(user: User, "read", row: Document) if d(user, "a", row) or d(user, "b", row);',
          ...documents.map(
            (each) => `d(user, name, row: Document) if name = name and user = user and (${each});`,
          ),
          ...folders.map(
            ([p, each]) => `${p}(user, name, row: Folder) if name = name and user = user and (${each});`,
          ),
          ...['p', 'q', 'r'].map((p) => `${p}(_user, "c", row: Folder) if row.isPublic;`),
        ].join('\n'),
      );
    let translated = 0;
    await fc.assert(
      fc.asyncProperty(policies, async (source) => {
        const { once, each } = await conditionsOf(source);
        if (!once.startsWith('POLAR_')) translated++;
        expect(once).toBe(each);
      }),
      { numRuns: randomCases(400), seed: randomSeed(27), endOnFailure: true },
    );
    expect(translated).toBeGreaterThan(hasManyCases ? randomCases(100) : 0);
  });
});
