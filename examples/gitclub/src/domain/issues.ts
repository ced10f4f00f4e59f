import { typed } from '@nanook/core';
import { eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { issues } from './schema.ts';

export type Issue = NonNullable<Awaited<ReturnType<typeof findIssue>>>;

export async function findIssue(db: Database, id: number) {
  const row = await db.query.issues.findFirst({
    where: eq(issues.id, id),
    with: { repository: { with: { organization: true } }, creator: { columns: { id: true, name: true } } },
  });
  return row && typed('Issue', row);
}

/** Lists the issues of a repository, without a check. */
export const listIssues = (db: Database, repositoryId: string) =>
  db.select().from(issues).where(eq(issues.repositoryId, repositoryId)).orderBy(issues.id);

export async function createIssue(db: Database, repositoryId: string, creatorId: string, title: string) {
  const [row] = await db.insert(issues).values({ repositoryId, creatorId, title }).returning();
  return row;
}

export async function closeIssue(db: Database, id: number) {
  const [row] = await db.update(issues).set({ isOpen: false }).where(eq(issues.id, id)).returning();
  return row;
}
