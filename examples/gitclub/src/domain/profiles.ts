import { typed } from '@nanook/core';
import { eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { profiles } from './schema.ts';

export type Profile = NonNullable<Awaited<ReturnType<typeof findProfile>>>;

export async function findProfile(db: Database, id: string) {
  const row = await db.query.profiles.findFirst({
    where: eq(profiles.id, id),
    with: {
      user: { columns: { id: true } },
      manager: { columns: { id: true } },
      organization: true,
    },
  });
  return row && typed('Profile', row);
}

export const updateProfile = (db: Database, id: string, changes: Partial<typeof profiles.$inferInsert>) =>
  db.update(profiles).set(changes).where(eq(profiles.id, id));
