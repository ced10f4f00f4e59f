import { describe, expect, it } from 'vitest';
import { Authorizer, many, one, typed } from '@nanook/core';
import { sql, type DialectName } from './index.js';

const types = {
  User: { fields: {} },
  Team: { key: 'id', fields: { id: 'String', plan: 'String', size: 'Integer' } },
  Item: {
    key: 'id',
    fields: { id: 'Integer', teamId: 'String' },
    relations: {
      team: one('Team', { local: 'teamId', foreign: 'id' }),
      notes: many('Note', { local: 'id', foreign: 'itemId' }),
    },
  },
  Note: { key: 'id', fields: { id: 'Integer', itemId: 'Integer', open: Boolean } },
} as const;

async function printed(body: string, dialect: DialectName = 'postgres') {
  const policies = `allow(_: User, "read", item: Item) if ${body};`;
  const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
  return sql({ dialect })(await authorizer.where(typed('User', {}), 'read', 'Item'));
}

const count = (text: string, part: string): number => text.split(part).length - 1;

describe('sql() writes', () => {
  it('alternatives about one related row as one EXISTS', async () => {
    const { text, values } = await printed('item.team.plan = "free" or item.team.plan = "paid"');
    expect(count(text, 'EXISTS')).toBe(1);
    expect(new Set(values)).toEqual(new Set(['free', 'paid']));
  });

  it('alternatives about related rows of a list as one EXISTS', async () => {
    const { text } = await printed(
      '(note in item.notes and note.id = 1) or (other in item.notes and other.open = true)',
    );
    expect(count(text, 'EXISTS')).toBe(1);
  });

  it('two conditions on related rows of a list as two EXISTS, because two rows may satisfy them', async () => {
    const { text } = await printed(
      'note in item.notes and note.id = 1 and other in item.notes and other.open = true',
    );
    expect(count(text, 'EXISTS')).toBe(2);
  });

  it('alternatives about one column as one list', async () => {
    const { text, values } = await printed('item.id = 1 or item.id = 2 or item.id in [2, 3]');
    expect(text).toBe('("Item"."id" IN ($1::bigint, $2::bigint, $3::bigint))');
    expect(values).toEqual([1, 2, 3]);
  });

  it('rules with conditions of their own beside one related row as one EXISTS', async () => {
    const rules = ['free', 'paid', 'old', 'new'].map(
      (plan, i) => `(item.id = ${i} and item.team.plan = "${plan}")`,
    );
    expect(count((await printed(rules.join(' or '))).text, 'EXISTS')).toBe(1);
    const denied = rules.map((rule) => `not ${rule}`).join(' and ');
    expect(count((await printed(denied)).text, 'EXISTS')).toBe(1);
  });

  it('two conditions on the one row of a relation as one EXISTS', async () => {
    const { text } = await printed('item.team.plan = "free" and item.id < 9 and item.team.size < 5');
    expect(count(text, 'EXISTS')).toBe(1);
  });

  it('a part that alternatives share once', async () => {
    const { text } = await printed(
      '(item.team.size < 5 and item.team.plan = "free") or (item.team.size < 5 and item.team.plan = "paid")',
    );
    expect(count(text, '"size"')).toBe(1);
  });

  it.each([
    ['postgres', true],
    ['mysql', true],
    // SQLite compares the keys by the collation of the related table.
    ['sqlite', false],
  ] as const)('the known keys of a related row beside EXISTS: %s', async (dialect, isBeside) => {
    const { text } = await printed('item.team.id = "a" or item.team.id = "b"', dialect);
    const quote = dialect === 'mysql' ? '`' : '"';
    expect(text.startsWith(`((${quote}Item${quote}.${quote}teamId${quote} IN (`)).toBe(isBeside);
  });

  it('no known keys beside NOT EXISTS', async () => {
    const { text } = await printed('not (note in item.notes and note.itemId = 1)', 'postgres');
    expect(text).toMatch(/^\(NOT EXISTS/);
  });

  describe('a recursive rule', () => {
    const tree = {
      User: { key: 'id', fields: { id: 'Integer' } },
      Folder: {
        key: 'id',
        fields: { id: 'Integer', ownerId: 'Integer', parentId: 'Integer?' },
        relations: {
          parent: one('Folder', { local: 'parentId', foreign: 'id' }),
          grants: many('Grant', { local: 'id', foreign: 'folderId' }),
        },
      },
      Grant: { key: 'id', fields: { id: 'Integer', folderId: 'Integer', userId: 'Integer' } },
      Page: {
        key: 'id',
        fields: { id: 'Integer', folderId: 'Integer?', isOpen: Boolean },
        relations: { folder: one('Folder', { local: 'folderId', foreign: 'id' }) },
      },
    } as const;
    const policies = `
      reach(user: User, folder: Folder) if folder.ownerId = user.id;
      reach(user: User, folder: Folder) if grant in folder.grants and grant.userId = user.id;
      reach(user: User, folder: Folder) if reach(user, folder.parent);
      allow(user: User, "read", page: Page) if reach(user, page.folder);
    `;

    it.each(['postgres', 'mysql'] as const)(
      'as one query for each way into its set, whose keys the row compares: %s',
      async (dialect) => {
        const authorizer = await Authorizer.load({ policies, types: tree, onWarning: () => {} });
        const { text } = sql({ dialect })(await authorizer.where(typed('User', { id: 1 }), 'read', 'Page'));
        const plain = text
          .replaceAll(/["`]/g, '')
          .replaceAll(/\$\d+|::bigint/g, '?')
          .replaceAll('??', '?');
        expect(plain).toBe(
          '((Page.folderId) IN (WITH RECURSIVE nanook1(k0) AS (' +
            'SELECT nanook2.id FROM Folder nanook2 WHERE nanook2.ownerId = ? UNION ' +
            'SELECT nanook3.id FROM Folder nanook3 WHERE ' +
            'EXISTS (SELECT 1 FROM Grant nanook4 WHERE nanook4.folderId = nanook3.id AND nanook4.userId = ?) UNION ' +
            'SELECT nanook5.id FROM Folder nanook5, nanook1 WHERE nanook5.parentId = nanook1.k0) ' +
            'SELECT k0 FROM nanook1))',
        );
      },
    );
  });
});

describe('sql() adds', () => {
  const compared = 'note in item.notes and note.itemId < item.id and note.open = true';

  it('a guard of the equalities before an alternative that compares both rows', async () => {
    const { text } = await printed(
      `item.teamId = "a" or (${compared} and note.id = 1 and note.id in [1, 2])`,
    );
    const [guard, exact] = text.split('EXISTS');
    expect(guard).toContain(' LIMIT 1 OFFSET 5000) IS NOT NULL OR ("Item"."id") IN (SELECT k0 FROM (SELECT ');
    expect(count(guard!, '"id" = $')).toBe(2);
    expect(guard).not.toMatch(/<|"open"/);
    expect(exact).toContain('<');
  });

  it('a guard of lists before an alternative without equalities', async () => {
    const { text } = await printed(`item.teamId = "a" or (${compared} and note.id in [1, 2])`);
    expect(count(text.split('EXISTS')[0]!, '"id" IN ($')).toBe(2);
  });

  it.each([
    ['postgres', 2],
    ['mysql', 1],
  ] as const)(
    'an EXISTS of equalities beside a required row that compares both: %s',
    async (dialect, expected) => {
      const { text } = await printed(`${compared} and note.id = 1`, dialect);
      expect(count(text, 'EXISTS')).toBe(expected);
      expect(text).not.toContain('OFFSET');
    },
  );

  it.each([
    ['beside a required row without equalities', `${compared} and note.id in [1, 2]`],
    ['in a query of one row', `item.id = 7 and (item.teamId = "a" or (${compared} and note.id = 1))`],
  ])('no guard %s', async (_place, body) => {
    const { text } = await printed(body);
    expect(count(text, 'EXISTS')).toBe(1);
    expect(text).not.toContain('OFFSET');
  });

  it('no guard for SQLite, which compares keys by the collation of one side', async () => {
    const { text } = await printed(`item.teamId = "a" or (${compared} and note.id = 1)`, 'sqlite');
    expect(text).not.toContain('OFFSET');
  });
});
