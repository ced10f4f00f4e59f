import { PGlite } from '@electric-sql/pglite';
import { Authorizer } from '@nanook/core';
import { drizzleResources } from '@nanook/orm/drizzle';
import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/pglite';
import { findUser, rows, types } from './model.ts';

const notes = pgTable('notes', {
  id: integer('id').primaryKey(),
  ownerId: integer('owner_id').notNull(),
  teamId: integer('team_id').notNull(),
  isShared: boolean('is_shared').notNull(),
  text: text('text').notNull(),
});

/** A query, as the database receives it. */
interface LoggedQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Lists the notes that Bob may read, from a database. Returns them and the query. */
export async function notesOfBob(policies: string) {
  const queries: LoggedQuery[] = [];
  const client = new PGlite();
  const db = drizzle(client, {
    logger: { logQuery: (sql, parameters) => queries.push({ sql, parameters }) },
  });
  await client.exec(
    'CREATE TABLE notes (id integer PRIMARY KEY, owner_id integer NOT NULL, team_id integer NOT NULL, is_shared boolean NOT NULL, text text NOT NULL)',
  );
  await db.insert(notes).values(rows);

  const authorizer = await Authorizer.load({
    policies,
    types,
    resources: drizzleResources(db, { Note: notes }),
  });
  const bob = findUser('bob');
  // shown: start
  const page = await authorizer.list(bob, 'read', 'Note', { take: 20 });
  // shown: end
  await client.close();
  return { rows: page.rows, query: queries.at(-1)! };
}
