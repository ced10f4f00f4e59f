import { typed } from '@nanook/core';
import { eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { users } from './schema.ts';

export type User = NonNullable<Awaited<ReturnType<typeof findUser>>>;

/** Loads a user with all attributes that the policy reads. */
export async function findUser(db: Database, id: string) {
  const row = await db.query.users.findFirst({
    where: eq(users.id, id),
    with: {
      organizationRoles: { with: { organization: true } },
      repositoryRoles: { with: { repository: true } },
      supportGrants: { with: { organization: true } },
    },
  });
  return row && typed('User', row);
}

export const listUsers = (db: Database) => db.select().from(users).orderBy(users.id);
