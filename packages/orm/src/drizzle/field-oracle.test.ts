import { Authorizer, typed } from '@nanook/core';
import { expect, it } from 'vitest';
import { sqliteDatabase } from '../testing/databases.fixture.js';
import { describeFieldOracle } from '../testing/describe-field-oracle.fixture.js';
import { drizzleOn, drizzleTables } from '../testing/drizzle.fixture.js';
import { randomTables, types } from '../testing/world.fixture.js';
import { drizzleResources } from './index.js';

describeFieldOracle('drizzleResources()', (database) => {
  const db = drizzleOn(database);
  return { resources: drizzleResources(db, drizzleTables(database.dialect)), queries: db.queries };
});

it('drizzleResources() names the table of a row in the condition of a field, where related rows have a column of the same name', async () => {
  const database = await sqliteDatabase();
  const world = randomTables(1);
  const tags = [{ id: 1, name: 'a', weight: 1 }];
  await database.fill({ ...world, tags, document_tags: [{ document_id: 2, tag_id: 1 }] });
  const db = drizzleOn(database);
  const authorizer = await Authorizer.load({
    policies: `
      allow(_, "read", document: Document) if document.id <= 2;
      allow_field(_, "read", _: Document, "id");
      allow_field(_, "read", document: Document, "status") if tag in document.tags and tag.weight > 0;
    `,
    types,
    resources: drizzleResources(db, drizzleTables('sqlite')),
    onWarning: () => {},
  });
  const { rows } = await authorizer.list(typed('User', {}), 'read', 'Document', {
    fields: 'read',
  });
  expect(rows).toEqual([{ id: 1 }, { id: 2, status: world.documents[1]!['status'] }]);
  await database.close();
});
