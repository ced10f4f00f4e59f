import { typed } from '@nanook/core';
import { eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { repositories } from './schema.ts';

export type Repository = NonNullable<Awaited<ReturnType<typeof findRepository>>>;

export async function findRepository(db: Database, id: string) {
  const row = await db.query.repositories.findFirst({
    where: eq(repositories.id, id),
    with: { organization: true },
  });
  return row && typed('Repository', row);
}

export async function createRepository(db: Database, organizationId: string, id: string, name: string) {
  const [row] = await db.insert(repositories).values({ id, name, organizationId }).returning();
  return row;
}

export const deleteRepository = (db: Database, id: string) =>
  db.delete(repositories).where(eq(repositories.id, id));
