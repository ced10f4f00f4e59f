import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Authorizer, isPolarError, isUndecided, many, one, typed, type TypesInput } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlResources } from './resources.js';

const fields = {
  id: 'Integer',
  kind: 'String?',
  isPaid: Boolean,
  folderId: 'Integer?',
  previousId: 'Integer?',
};
const relations = {
  folder: one('Folder', { local: 'folderId', foreign: 'id' }),
  previous: one('Invoice', { local: 'previousId', foreign: 'id' }),
};
const types: TypesInput = {
  User: { key: 'id', fields: { id: 'Integer' } },
  Folder: {
    key: 'id',
    fields: { id: 'Integer' },
    relations: { papers: many('Paper', { local: 'id', foreign: 'folderId' }) },
  },
  Invoice: { discriminator: { kind: 'invoice' }, key: 'id', fields, relations },
  Receipt: { discriminator: { kind: 'receipt' }, key: 'id', fields, relations },
  Paper: { key: 'id', fields, relations },
};
const tables = { Folder: 'folders', Invoice: 'papers', Receipt: 'papers', Paper: 'papers' };
const kinds = ['invoice', 'receipt', 'note', 'Invoice', null];

/** The papers, each with its related rows. */
const folders: readonly { readonly id: number; readonly papers: object[] }[] = [
  { id: 1, papers: [] },
  { id: 2, papers: [] },
  { id: 3, papers: [] },
];
const papers = Array.from({ length: 30 }, (_, i) => ({
  id: i + 1,
  kind: kinds[i % kinds.length]!,
  isPaid: i % 2 === 0,
  folderId: i % 4 === 0 ? null : ((i % 4) as number | null),
  previousId: i === 0 ? null : (i * 7) % 30 || null,
}));
const loaded = papers.map((paper) => ({
  ...paper,
  folder: null as object | null,
  previous: null as object | null,
}));
for (const row of loaded) {
  row.folder = folders.find(({ id }) => id === row.folderId) ?? null;
  row.previous = loaded.find(({ id }) => id === row.previousId) ?? null;
  folders.find(({ id }) => id === row.folderId)?.papers.push(row);
}
const user = typed('User', { id: 1 });

describe('types with discriminators that share a table', () => {
  const db = new DatabaseSync(':memory:');
  beforeAll(() => {
    db.exec('CREATE TABLE folders (id INTEGER PRIMARY KEY)');
    db.exec(`CREATE TABLE papers (id INTEGER PRIMARY KEY, kind TEXT COLLATE NOCASE, "isPaid" INTEGER NOT NULL,
      "folderId" INTEGER, "previousId" INTEGER)`);
    for (const { id } of folders) db.prepare('INSERT INTO folders VALUES (?)').run(id);
    for (const { id, kind, isPaid, folderId, previousId } of papers)
      db.prepare('INSERT INTO papers VALUES (?, ?, ?, ?, ?)').run(
        id,
        kind,
        Number(isPaid),
        folderId,
        previousId,
      );
  });
  afterAll(() => db.close());

  const resources = sqlResources({ dialect: 'sqlite', tables }, (text, values) =>
    db.prepare(text).all(...(values as SQLInputValue[])),
  );
  const load = (policies: string) => Authorizer.load({ policies, types, resources, onWarning: () => {} });

  it.each([
    ['_: Invoice', 'true'],
    ['row: Invoice', 'row.isPaid'],
    ['row: Receipt', 'row.isPaid'],
    ['row: Invoice', 'row.previous matches Invoice'],
    ['row: Invoice', 'row.previous matches Receipt'],
    ['row: Invoice', 'not row.previous matches Receipt'],
    ['row: Invoice', 'not row.previous matches Invoice'],
    ['row: Receipt', 'row.previous matches Invoice{isPaid: true}'],
    ['row: Receipt', 'paid(row.previous)'],
    ['row: Invoice', 'p in row.folder.papers and p matches Receipt and p.isPaid'],
    ['row: Invoice', 'p in row.folder.papers and p matches Paper and p.isPaid'],
    ['row: Invoice', 'forall(p in row.folder.papers, not p matches Paper)'],
    ['row: Invoice', 'forall(p in row.folder.papers, p matches Paper or p.isPaid)'],
    ['row', 'row.isPaid'],
    ['row: Invoice', 'row.previous = row'],
    ['row: Receipt', 'p in row.folder.papers and p.id = row.id'],
    ['row: Invoice', 'p in row.folder.papers and p.previous = row'],
    ['row: Invoice', 'row.previous.previous = row.previous'],
    ['row: Invoice', 'row.previous != row'],
  ])(
    'lists the rows that a check allows, for %s if %s',
    async (parameter, body) => {
      const policies = `allow(_: User, "read", ${parameter}) if ${body};
      paid(paper: Invoice) if paper.isPaid;
      paid(paper: Receipt) if not paper.isPaid;`;
      const authorizer = await load(policies);
      for (const [type, kind] of [
        ['Invoice', 'invoice'],
        ['Receipt', 'receipt'],
      ] as const) {
        const { rows } = await authorizer.list(user, 'read', type);
        const isAllowed = (row: object) => {
          try {
            return authorizer.canSync(user, 'read', row);
          } catch (error) {
            if (isUndecided(error)) return false;
            throw error;
          }
        };
        const expected = loaded.filter((row) => row.kind === kind && isAllowed(row)).map(({ id }) => id);
        expect(rows.map((row) => row['id'])).toEqual(expected);
        expect(await authorizer.count(user, 'read', type)).toBe(expected.length);
      }
    },
    60_000,
  );

  it.each(['row in row.folder.papers', 'forall(p in row.folder.papers, p != row)'])(
    'throws POLAR_FILTER_UNTRANSLATABLE for %s, where a discriminator can make two types one',
    async (body) => {
      const authorizer = await load(`allow(_: User, "read", row: Invoice) if ${body};`);
      await expect(authorizer.where(user, 'read', 'Invoice')).rejects.toMatchObject({
        code: 'POLAR_FILTER_UNTRANSLATABLE',
        message: expect.stringContaining('compare their keys') as string,
      });
    },
  );

  it('throws POLAR_FILTER_UNTRANSLATABLE for a discriminator that is not a declared field', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(_: User, "read", _: Invoice);',
      types: {
        ...types,
        Invoice: { discriminator: { kind: 'invoice' }, key: 'id', fields: { id: 'Integer' } },
      },
    });
    const error: unknown = await authorizer.where(user, 'read', 'Invoice').catch((thrown: unknown) => thrown);
    if (!isPolarError(error)) throw error;
    expect(error.code).toBe('POLAR_FILTER_UNTRANSLATABLE');
    expect(error.message).toContain('declare it in `fields` of `Invoice`');
  });
});
