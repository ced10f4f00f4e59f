import { typed } from '@nanook/core';

/** The number of repositories of one organization. */
export const perOrganization = 1_000;
const baseRoles = ['reader', null, 'maintainer', 'admin'] as const;

const organization = (n: number) => ({
  id: `organization${n}`,
  name: `Organization ${n}`,
  baseRole: baseRoles[n % baseRoles.length]!,
});

/** The organizations that the user owns, and those in which the user is a member. Some give their members no role. */
const owned = [1, 5, 7];
const joined = [0, 2, 3, 4, 6, 8, 9, 11];
/** The repositories in which the user has a role: the first ones of other organizations. */
const given = [20, 21, 22, 23, 24].map((n) => ({
  id: repositoryId(n * perOrganization),
  name: 'a',
  organizationId: `organization${n}`,
}));

const roleIn = (name: string) => (n: number) => ({
  id: n,
  userId: 'ann',
  organizationId: `organization${n}`,
  name,
  organization: organization(n),
});

/** The user whose repositories are listed, with all attributes that the policy reads. */
export const user = typed('User', {
  id: 'ann',
  name: 'Ann',
  isStaff: false,
  suspendedAt: null,
  organizationRoles: [...owned.map(roleIn('owner')), ...joined.map(roleIn('member'))],
  repositoryRoles: given.map((repository, id) => ({
    id,
    userId: 'ann',
    repositoryId: repository.id,
    name: 'reader',
    repository,
  })),
  supportGrants: [],
});

/** The values of the hand-written condition. */
export const granted = {
  owned: owned.map((n) => `organization${n}`),
  joined: joined.map((n) => `organization${n}`),
  repositories: given.map(({ id }) => id),
  baseRoles: ['reader', 'maintainer', 'admin'] as const,
};

/** The ids of the repositories that the list must have, from the numbers that the data is generated from. */
export function expectedIds(): string[] {
  const organizations = [...owned, ...joined.filter((n) => baseRoles[n % baseRoles.length] !== null)];
  const inside = organizations.flatMap((n) =>
    Array.from({ length: perOrganization }, (_, i) => repositoryId(n * perOrganization + i)),
  );
  return [...inside, ...granted.repositories].toSorted();
}

function repositoryId(n: number): string {
  return `repository${n}`;
}

/** The statements that create and fill the tables. */
export const statements = (rows: number): string[] => [
  'CREATE TABLE organizations (id text PRIMARY KEY, name text NOT NULL, base_role text)',
  `CREATE TABLE repositories (
    id text PRIMARY KEY, name text NOT NULL, organization_id text NOT NULL REFERENCES organizations
  )`,
  `INSERT INTO organizations SELECT 'organization' || n, 'Organization ' || n, (ARRAY['reader', NULL, 'maintainer', 'admin'])[n % 4 + 1]
    FROM generate_series(0, ${rows / perOrganization - 1}) n`,
  `INSERT INTO repositories SELECT 'repository' || n, 'Repository ' || n, 'organization' || n / ${perOrganization}
    FROM generate_series(0, ${rows - 1}) n`,
  'CREATE INDEX repositories_organization_id ON repositories (organization_id)',
  'ANALYZE',
];
