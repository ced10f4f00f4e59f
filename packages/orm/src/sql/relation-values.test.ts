import { Authorizer, many, typed, type TypesInput } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { randomTables } from '../testing/world.fixture.js';
import { sql } from './index.js';

const data = {
  ...randomTables(1, 0),
  users: ['admin', 'Admin'].map((name, i) => ({ id: i + 1, name, role: null, active: i === 0, level: 1 })),
  documents: [1, 2].map((id) => ({ id, status: 'a', owner_id: id })),
};

describe.each(databases)('sql() on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    await database.fill(data);
  });
  afterAll(() => database.close());

  it.each([{ name: 'admin' }, { active: true }, { name: 'admin', level: 1, role: null }])(
    'limits a relation to rows whose values are exactly %o',
    async (where) => {
      const types: TypesInput = {
        User: {
          key: 'id',
          fields: { id: 'Integer', name: 'String', role: 'String?', active: 'Boolean?', level: 'Integer?' },
        },
        Document: {
          fields: { id: 'Integer', ownerId: 'Integer?' },
          relations: { owners: many('User', { local: 'ownerId', foreign: 'id', where }) },
        },
      };
      const policies = 'allow(_: User, "read", document: Document) if _ in document.owners;';
      const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
      const condition = await authorizer.where(typed('User', { id: 1 }), 'read', 'Document');
      const print = sql({
        dialect: database.dialect,
        tables: { User: 'users', Document: { table: 'documents', columns: { ownerId: 'owner_id' } } },
      });
      const { text, values } = print(condition);
      expect(await database.query(`SELECT id FROM documents WHERE ${text}`, values)).toEqual([{ id: 1 }]);
    },
  );
});
