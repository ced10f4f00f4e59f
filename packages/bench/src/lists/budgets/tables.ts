import type { DialectName } from '@nanook/orm/sql';

/** The number of the rows of the tables that are smaller than the listed ones. */
export const sizes = (rows: number) => ({
  organizations: 100,
  repositories: rows / 100,
  tenants: 1_000,
  folders: rows / 10,
  teams: 1_000,
});

/** The people whose lists are measured; `all` is granted all folders. Everyone else has a greater number. */
export const people = { narrow: 1, wide: 2, empty: 3, all: 4 } as const;
/** The numbers of the other people. */
const others = '100 + n % 5000';

/** Returns the statements that create and fill the tables, in SQL that PostgreSQL and MariaDB share. */
export function statements(dialect: DialectName, rows: number): string[] {
  const size = sizes(rows);
  const numbers = (to: number): string =>
    dialect === 'postgres'
      ? `FROM generate_series(1, ${to}) AS numbers(n)`
      : `FROM (SELECT seq AS n FROM seq_1_to_${to}) AS numbers`;
  /** Fills a table with a row for each number. */
  const fill = (table: string, values: string, to: number): string =>
    `INSERT INTO ${table} SELECT ${values} ${numbers(to)}`;
  const analyzed =
    'organizations, repositories, issues, tenants, folders, folder_grants, teams, team_members, documents, shares, links, labels';
  return [
    'CREATE TABLE organizations (id varchar(20) PRIMARY KEY, name varchar(40) NOT NULL, base_role varchar(20))',
    'CREATE TABLE repositories (id varchar(20) PRIMARY KEY, name varchar(40) NOT NULL, organization_id varchar(20) NOT NULL)',
    'CREATE TABLE issues (id int PRIMARY KEY, title varchar(40) NOT NULL, repository_id varchar(20) NOT NULL)',
    'CREATE TABLE tenants (id int PRIMARY KEY, plan varchar(20) NOT NULL)',
    'CREATE TABLE folders (id int PRIMARY KEY, parent_id int)',
    'CREATE TABLE folder_grants (id int PRIMARY KEY, person_id int NOT NULL, folder_id int NOT NULL)',
    'CREATE TABLE teams (id int PRIMARY KEY, parent_id int)',
    'CREATE TABLE team_members (id int PRIMARY KEY, person_id int NOT NULL, team_id int NOT NULL)',
    'CREATE TABLE documents (id int PRIMARY KEY, tenant_id int NOT NULL, folder_id int NOT NULL, owner_id int NOT NULL, status varchar(20) NOT NULL, priority int NOT NULL)',
    'CREATE TABLE shares (id int PRIMARY KEY, document_id int NOT NULL, team_id int NOT NULL)',
    'CREATE TABLE links (id int PRIMARY KEY, document_id int NOT NULL, person_id int NOT NULL, role varchar(20) NOT NULL)',
    'CREATE TABLE labels (id int PRIMARY KEY, document_id int NOT NULL, kind varchar(20) NOT NULL, level int NOT NULL)',
    fill(
      'organizations',
      `concat('o', n), concat('Organization ', n), CASE n % 4 WHEN 0 THEN 'reader' WHEN 1 THEN NULL WHEN 2 THEN 'maintainer' ELSE 'admin' END`,
      size.organizations,
    ),
    fill(
      'repositories',
      `concat('r', n), concat('Repository ', n), concat('o', 1 + n % ${size.organizations})`,
      size.repositories,
    ),
    fill('issues', `n, concat('Issue ', n), concat('r', 1 + n % ${size.repositories})`, rows),
    fill('tenants', `n, CASE WHEN n % 3 = 0 THEN 'free' ELSE concat('plan', n % 300) END`, size.tenants),
    fill('folders', `n, CASE WHEN n < 10 THEN NULL ELSE floor(n / 10) END`, size.folders),
    fill('folder_grants', `n, ${others}, 1 + (n * 7) % ${size.folders}`, size.folders),
    `INSERT INTO folder_grants VALUES (0, ${people.narrow}, ${size.folders / 100}), (-1, ${people.narrow}, ${size.folders - 5}), (-2, ${people.wide}, 1)`,
    `INSERT INTO folder_grants VALUES ${Array.from({ length: 9 }, (_, i) => `(${-3 - i}, ${people.all}, ${i + 1})`).join(', ')}`,
    fill('teams', `n, CASE WHEN n < 5 THEN NULL ELSE floor(n / 5) END`, size.teams),
    fill('team_members', `n, ${others}, 1 + n % ${size.teams}`, 10_000),
    `INSERT INTO team_members VALUES (0, ${people.narrow}, 900), (-1, ${people.wide}, 1), (-2, ${people.wide}, 2)`,
    fill(
      'documents',
      `n, CASE WHEN n % 2 = 0 THEN ${people.wide} WHEN n % ${rows / 20} = 1 THEN ${people.narrow} ELSE 4 + n % ${size.tenants - 3} END,
        1 + n % ${size.folders}, ${others}, CASE n % 3 WHEN 0 THEN 'open' WHEN 1 THEN 'closed' ELSE 'draft' END, n % 7`,
      rows,
    ),
    fill('shares', `n, n, 1 + (n * 7) % ${size.teams}`, rows),
    fill(
      'links',
      `n, 1 + (n * 3) % ${rows}, CASE WHEN n % 5 = 0 THEN ${people.wide} WHEN n % ${rows / 20} = 1 THEN ${people.narrow} ELSE ${others} END,
        CASE n % 3 WHEN 0 THEN 'read' WHEN 1 THEN 'write' ELSE 'comment' END`,
      rows,
    ),
    // Levels: 1 for few labels, 2 for most of them, 3 for none.
    fill(
      'labels',
      `n, 1 + (n * 3) % ${rows}, concat('k', n % 400), CASE WHEN n % ${rows / 100} < 2 THEN ${people.narrow} ELSE ${people.wide} END`,
      rows,
    ),
    ...[
      'repositories (organization_id)',
      'issues (repository_id)',
      'folders (parent_id)',
      'folder_grants (person_id)',
      'folder_grants (folder_id)',
      'teams (parent_id)',
      'team_members (person_id)',
      'team_members (team_id)',
      'documents (tenant_id)',
      'documents (folder_id)',
      'documents (owner_id)',
      'shares (document_id)',
      'shares (team_id)',
      'links (document_id)',
      'links (person_id)',
      'labels (document_id)',
      'labels (kind)',
      'labels (level)',
    ].map((columns) => `CREATE INDEX ${columns.replace(' (', '_').replace(')', '')} ON ${columns}`),
    ...[
      ['folders', 'parent_id', 'folders'],
      ['teams', 'parent_id', 'teams'],
      ['documents', 'folder_id', 'folders'],
      ['documents', 'tenant_id', 'tenants'],
      ['shares', 'team_id', 'teams'],
    ].map(
      ([table, column, other]) => `ALTER TABLE ${table} ADD FOREIGN KEY (${column}) REFERENCES ${other} (id)`,
    ),
    dialect === 'postgres' ? 'VACUUM ANALYZE' : `ANALYZE TABLE ${analyzed}`,
  ];
}
