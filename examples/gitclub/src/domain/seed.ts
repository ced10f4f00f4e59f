import type { Database } from './database.ts';
import * as schema from './schema.ts';

/** Acme, the Guild, and their people. Support for Acme ends an hour from now. */
export async function seed(db: Database, now: Date): Promise<void> {
  await db.insert(schema.users).values([
    { id: 'alice', name: 'Alice' }, // owns Acme
    { id: 'bob', name: 'Bob' }, // a member of both
    { id: 'carol', name: 'Carol' }, // from outside; maintains one repository
    { id: 'dan', name: 'Dan', suspendedAt: now }, // a member, suspended
    { id: 'mara', name: 'Mara' }, // a member of Acme, where she manages Bob; owns the Guild
    { id: 'sam', name: 'Sam', isStaff: true }, // GitClub's staff; supports Acme for an hour
  ]);
  await db.insert(schema.organizations).values([
    { id: 'acme', name: 'Acme', baseRole: 'reader' },
    { id: 'guild', name: 'Guild of Smiths' },
  ]);
  await db.insert(schema.organizationRoles).values([
    { userId: 'alice', organizationId: 'acme', name: 'owner' },
    { userId: 'bob', organizationId: 'acme', name: 'member' },
    { userId: 'dan', organizationId: 'acme', name: 'member' },
    { userId: 'mara', organizationId: 'acme', name: 'member' },
    { userId: 'mara', organizationId: 'guild', name: 'owner' },
    { userId: 'bob', organizationId: 'guild', name: 'member' },
  ]);
  await db.insert(schema.repositories).values([
    { id: 'anvil', name: 'Anvil', organizationId: 'acme' },
    { id: 'rocket', name: 'Rocket', organizationId: 'acme' },
    { id: 'hammer', name: 'Hammer', organizationId: 'guild' },
    { id: 'tongs', name: 'Tongs', organizationId: 'guild' },
  ]);
  await db.insert(schema.repositoryRoles).values([
    { userId: 'carol', repositoryId: 'anvil', name: 'maintainer' },
    { userId: 'bob', repositoryId: 'tongs', name: 'reader' },
  ]);
  await db.insert(schema.issues).values([
    { title: 'It is too heavy', repositoryId: 'anvil', creatorId: 'bob' },
    { title: 'It fell down', repositoryId: 'anvil', creatorId: 'mara' },
  ]);
  await db.insert(schema.profiles).values([
    {
      id: 'alice',
      organizationId: 'acme',
      name: 'Alice',
      title: 'Founder',
      email: 'alice@acme.test',
      salary: 90_000,
    },
    {
      id: 'bob',
      organizationId: 'acme',
      managerId: 'mara',
      name: 'Bob',
      title: 'Smith',
      email: 'bob@acme.test',
      salary: 50_000,
    },
    {
      id: 'mara',
      organizationId: 'acme',
      managerId: 'alice',
      name: 'Mara',
      title: 'Head of smiths',
      email: 'mara@acme.test',
      salary: 70_000,
    },
  ]);
  const inAnHour = new Date(now.getTime() + 60 * 60 * 1000);
  await db
    .insert(schema.supportGrants)
    .values([{ userId: 'sam', organizationId: 'acme', expiresAt: inAnHour }]);
}
