import { typed } from '@nanook/core';
import { eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { organizationRoles, organizations } from './schema.ts';

export type Organization = typeof organizations.$inferSelect;

export async function findOrganization(db: Database, id: string) {
  const row = await db.query.organizations.findFirst({ where: eq(organizations.id, id) });
  return row && typed('Organization', row);
}

/** Creates an organization; its creator becomes the owner. */
export async function createOrganization(db: Database, ownerId: string, id: string, name: string) {
  const [row] = await db.insert(organizations).values({ id, name }).returning();
  await db.insert(organizationRoles).values({ userId: ownerId, organizationId: id, name: 'owner' });
  return row;
}
