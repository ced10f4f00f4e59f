import { describe, expect, it } from 'vitest';
import { Authorizer, many, one, typed } from '@nanook/core';
import { sql, type DialectName } from './index.js';

const keyOf = (type: 'Integer' | 'String', isEnforced: boolean) =>
  ({
    User: { fields: { id: 'Integer' } },
    Folder: {
      key: 'id',
      fields: { id: type, parentId: `${type}?`, name: 'String' },
      relations: {
        parent: one('Folder', { local: 'parentId', foreign: 'id', enforced: isEnforced }),
        grants: many('Grant', { local: 'id', foreign: 'folderId' }),
      },
    },
    Grant: { key: 'id', fields: { id: 'Integer', folderId: type, userId: 'Integer' } },
    Item: {
      key: 'id',
      fields: { id: 'Integer', folderId: `${type}?` },
      relations: { folder: one('Folder', { local: 'folderId', foreign: 'id', enforced: isEnforced }) },
    },
  }) as const;

interface Given {
  readonly key?: 'Integer' | 'String';
  readonly isEnforced?: boolean;
  readonly dialect?: DialectName;
  readonly keyType?: 'uuid';
}

async function printed(body: string, { key = 'Integer', isEnforced = true, dialect, keyType }: Given = {}) {
  const authorizer = await Authorizer.load({
    policies: `allow(_: User, "read", item: Item) if ${body};`,
    types: keyOf(key, isEnforced),
    onWarning: () => {},
  });
  const columnsOf = (...fields: readonly string[]) =>
    keyType && Object.fromEntries(fields.map((field) => [field, { column: field, type: keyType }]));
  const print = sql({
    dialect: dialect ?? 'postgres',
    tables: {
      Item: { table: 'items', columns: columnsOf('folderId') ?? {} },
      Folder: { table: 'folders', columns: columnsOf('id', 'parentId') ?? {} },
      Grant: { table: 'grants', columns: columnsOf('folderId') ?? {} },
    },
  });
  return print(await authorizer.where(typed('User', { id: 1 }), 'read', 'Item')).text;
}

const byGrant = 'grant in item.folder.grants and grant.userId = 1';

describe('sql()', () => {
  it('skips a related row of which only the key is used', async () => {
    expect(await printed(byGrant)).toBe(
      '((EXISTS (SELECT 1 FROM "grants" nanook1 WHERE nanook1."folderId" = "items"."folderId" AND nanook1."userId" = $1::bigint) AND "items"."folderId" IS NOT NULL))',
    );
  });

  it('skips a related row whose key is a UUID on both sides', async () => {
    expect(await printed(byGrant, { key: 'String', keyType: 'uuid' })).not.toContain('"folders"');
  });

  it('skips a related row only where a foreign key guarantees it', async () => {
    expect(await printed(byGrant, { isEnforced: false })).toContain('"folders"');
  });

  it('skips a related row only where equal keys are equal values, which texts need not be', async () => {
    expect(await printed(byGrant, { key: 'String' })).toContain('"folders"');
    expect(await printed(byGrant, { key: 'String', dialect: 'mysql' })).toContain('`folders`');
  });

  it('skips a related row only where no other column of it is used', async () => {
    expect(await printed(`${byGrant} and item.folder.name = "a"`)).toContain('"folders"');
  });
});

describe('sql() with alternatives', () => {
  it('splits a related row into one for each alternative about further related rows', async () => {
    const text = await printed(
      `(grant in item.folder.grants and grant.userId = 1 and item.folder.name = "a") or
       (grant in item.folder.parent.grants and grant.userId = 1 and item.folder.name = "b")`,
    );
    expect(text.split('FROM "folders"').length - 1).toBe(2);
  });
});
