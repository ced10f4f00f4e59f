import {
  Authorizer,
  fact,
  many,
  one,
  typed,
  withRowFacts,
  type RowFactInput,
  type TypesInput,
} from '@nanook/core';
import type { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyPglite } from '../../../../tools/empty-pglite.js';
import { kysely, kyselyResources } from '../kysely/index.js';
import { rowLevelSecurity } from '../rls/index.js';
import type { SqlOptions } from '../sql/index.js';

interface Row {
  readonly id: number;
}
interface Membership {
  readonly userId: number;
  readonly organizationId: number | null;
  readonly role: string;
  readonly revokedAt: string | null;
}
interface Repository extends Row {
  readonly isPublic: boolean;
  readonly organizationId: number | null;
}

const memberships: readonly Membership[] = [
  { userId: 1, organizationId: 10, role: 'owner', revokedAt: null },
  { userId: 1, organizationId: 20, role: 'staff', revokedAt: null },
  { userId: 2, organizationId: 10, role: 'staff', revokedAt: null },
  { userId: 2, organizationId: 20, role: 'owner', revokedAt: '2026-01-01' },
  { userId: 3, organizationId: null, role: 'owner', revokedAt: null },
  { userId: 3, organizationId: 20, role: 'guest', revokedAt: null },
  { userId: 4, organizationId: 20, role: 'guest', revokedAt: null },
  { userId: 4, organizationId: 20, role: 'owner', revokedAt: null },
];
const repositories: readonly Repository[] = [10, 20, 30, null].flatMap((organizationId, i) =>
  [false, true].map((isPublic, j) => ({ id: 100 + 2 * i + j, isPublic, organizationId })),
);
const userIds = [1, 2, 3, 4, 5];

/** The repositories that a user may read or edit, computed without a policy. */
const allowed = (user: number, action: string): number[] => {
  const hasRole = (organization: number | null, ...roles: readonly string[]) =>
    organization !== null &&
    memberships.some(
      (each) =>
        each.userId === user &&
        each.organizationId === organization &&
        each.revokedAt === null &&
        roles.includes(each.role),
    );
  return repositories
    .filter(({ isPublic, organizationId }) =>
      action === 'edit'
        ? hasRole(organizationId, 'owner')
        : isPublic || hasRole(organizationId, 'owner', 'staff'),
    )
    .map(({ id }) => id);
};

const tables = {
  User: {
    key: 'id',
    fields: { id: 'Integer' },
    relations: { memberships: many('Membership', { local: 'id', foreign: 'userId' }) },
  },
  Organization: {
    key: 'id',
    fields: { id: 'Integer' },
    relations: { memberships: many('Membership', { local: 'id', foreign: 'organizationId' }) },
  },
  Membership: {
    fields: { userId: 'Integer', organizationId: 'Integer?', role: 'String', revokedAt: 'String?' },
    relations: {
      user: one('User', { local: 'userId', foreign: 'id' }),
      organization: one('Organization', { local: 'organizationId', foreign: 'id' }),
    },
  },
  Repository: {
    key: 'id',
    fields: { id: 'Integer', isPublic: 'Boolean', organizationId: 'Integer?' },
    relations: { organization: one('Organization', { local: 'organizationId', foreign: 'id' }) },
  },
} as const satisfies TypesInput;

const policyWith = (roles: readonly [member: string, admin: string]) => `
  declare is_public(Repository);
  actor User {}
  resource Organization { roles = ["${roles.join('", "')}"]; "${roles[0]}" if "${roles[1]}"; }
  resource Repository {
    permissions = ["read", "edit"];
    relations = { parent: Organization };
    "read" if "${roles[0]}" on "parent";
    "edit" if "${roles[1]}" on "parent";
    "read" if is_public(resource);
  }
  allow(actor, action, resource) if has_permission(actor, action, resource);
`;
const translated = { field: 'role', values: { owner: 'admin', staff: 'member' } } as const;
const where = { revokedAt: null };
const declarations: readonly (readonly [string, string, RowFactInput])[] = [
  [
    'roles of the user',
    policyWith(['staff', 'owner']),
    fact('has_role', ['user', 'role', 'organization'], { where }),
  ],
  [
    'roles of the user, translated',
    policyWith(['member', 'admin']),
    fact('has_role', ['user', translated, 'organization'], { where }),
  ],
  [
    'roles of the organization',
    policyWith(['staff', 'owner']),
    fact('has_role', ['user', 'role', 'organization'], { where, from: 'organization' }),
  ],
  [
    'roles of the organization, translated',
    policyWith(['member', 'admin']),
    fact('has_role', ['user', translated, 'organization'], { where, from: 'organization' }),
  ],
];

const sqlOptions: SqlOptions = {
  dialect: 'postgres',
  tables: {
    User: 'users',
    Organization: 'organizations',
    Membership: 'memberships',
    Repository: 'repositories',
  },
};
const ofUser = (user: number) => memberships.filter(({ userId }) => userId === user);
const user = (id: number) => typed('User', { id, memberships: ofUser(id) });
const loaded = ({ organizationId, ...repository }: Repository) =>
  typed('Repository', {
    ...repository,
    organizationId,
    organization:
      organizationId === null
        ? null
        : {
            id: organizationId,
            memberships: memberships.filter((each) => each.organizationId === organizationId),
          },
  });
const ids = (rows: readonly object[]): number[] => rows.map((row) => (row as Row).id);

let db: PGlite;
let queries: Kysely<{ repositories: Row }>;
beforeAll(async () => {
  db = await emptyPglite();
  await db.exec(`
    CREATE TABLE users (id integer PRIMARY KEY);
    CREATE TABLE organizations (id integer PRIMARY KEY);
    CREATE TABLE memberships ("userId" integer NOT NULL, "organizationId" integer, role text NOT NULL, "revokedAt" text);
    CREATE TABLE repositories (id integer PRIMARY KEY, "isPublic" boolean NOT NULL, "organizationId" integer);
    INSERT INTO users SELECT generate_series(1, 5);
    INSERT INTO organizations VALUES (10), (20), (30);
    INSERT INTO memberships SELECT * FROM json_populate_recordset(NULL::memberships, '${JSON.stringify(memberships)}');
    INSERT INTO repositories SELECT * FROM json_populate_recordset(NULL::repositories, '${JSON.stringify(repositories)}');
    CREATE ROLE application;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO application;
  `);
  queries = new Kysely({ dialect: new PGliteDialect({ pglite: db }) });
}, 60_000);
afterAll(() => db.close());

describe.each(declarations)('facts of %s', (_, policies, hasRole) => {
  let authorizer: Authorizer;
  beforeAll(async () => {
    const types = withRowFacts(tables, {
      Membership: [hasRole],
      Repository: [
        fact('has_relation', ['organization', { value: 'parent' }, 'this']),
        fact('is_public', ['this'], { where: { isPublic: true } }),
      ],
    });
    const resources = kyselyResources(queries, sqlOptions);
    authorizer = await Authorizer.load({ policies, types, resources });
  });

  it('have no warning', () => {
    expect(authorizer.policy.warnings).toEqual([]);
  });

  it.each(['read', 'edit'])(
    'answer %s equally for each row, in a condition and in a list',
    async (action) => {
      const condition = kysely(sqlOptions);
      for (const id of userIds) {
        const expected = allowed(id, action);
        const rows = repositories.map(loaded);
        expect(ids(await authorizer.filter(user(id), action, rows))).toEqual(expected);
        const found = await queries
          .selectFrom('repositories')
          .select('id')
          .where(condition(await authorizer.where(user(id), action, 'Repository')))
          .orderBy('id')
          .execute();
        expect(ids(found)).toEqual(expected);
        expect(ids((await authorizer.list(user(id), action, 'Repository')).rows)).toEqual(expected);
      }
    },
  );

  it.each(['read', 'edit'])(
    'show the rows of %s in row-level security, also after a change',
    async (action) => {
      const security = rowLevelSecurity(authorizer, {
        actor: 'User',
        tables: sqlOptions.tables!,
        policies: { Repository: { select: action } },
      });
      await db.transaction(async (tx) => {
        for (const statement of await security.statements()) await tx.query(statement);
      });
      const visible = (id: number) =>
        db.transaction(async (tx) => {
          await tx.exec('SET LOCAL ROLE application');
          await security.actAs((text, values) => tx.query(text, values), typed('User', { id }));
          return ids((await tx.query<Row>('SELECT id FROM repositories ORDER BY id')).rows);
        });
      for (const id of userIds) expect(await visible(id)).toEqual(allowed(id, action));
      await db.exec(`UPDATE memberships SET "revokedAt" = '2026-02-02' WHERE "userId" = 1`);
      expect(await visible(1)).toEqual(allowed(5, action));
      await db.exec(`UPDATE memberships SET "revokedAt" = NULL WHERE "userId" = 1`);
    },
  );
});
