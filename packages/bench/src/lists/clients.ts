import { tables } from '@nanook/example-gitclub/tables';
import { drizzle } from '@nanook/orm/drizzle';
import { kysely } from '@nanook/orm/kysely';
import { sql } from '@nanook/orm/sql';
import { and, eq, exists, inArray, or, type SQL } from 'drizzle-orm';
import { drizzle as drizzleOf } from 'drizzle-orm/pg-proxy';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type Expression,
  type SqlBool,
} from 'kysely';
import type { Client, Query } from './client.ts';
import { prismaClient } from './prisma-client.ts';
import type { ClientId } from './results.ts';
import { granted } from './world.ts';

const names = {
  dialect: 'postgres',
  columnName: (field: string) => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  tables: { Organization: 'organizations', Repository: 'repositories' },
} as const;

function sqlClient(): Client {
  const print = sql(names);
  const select = 'SELECT * FROM repositories WHERE ';
  return {
    nanook: (condition) => {
      const { text, values } = print(condition);
      return { text: select + text, values };
    },
    hand: () => ({
      text: `${select}id = ANY($1) OR organization_id = ANY($2) OR (organization_id = ANY($3) AND EXISTS (
        SELECT 1 FROM organizations WHERE organizations.id = organization_id AND base_role = ANY($4)))`,
      values: [granted.repositories, granted.owned, granted.joined, granted.baseRoles],
    }),
  };
}

interface Schema {
  readonly organizations: { readonly id: string; readonly base_role: string | null };
  readonly repositories: { readonly id: string; readonly organization_id: string };
}

function kyselyClient(): Client {
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (each) => new PostgresIntrospector(each),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const list = kysely(names);
  const queryOf = (condition: Expression<SqlBool>): Query => {
    const { sql: text, parameters: values } = db
      .selectFrom('repositories')
      .selectAll()
      .where(condition)
      .compile();
    return { text, values };
  };
  return {
    nanook: (condition) => queryOf(list(condition)),
    hand: () => {
      const compiled = db
        .selectFrom('repositories')
        .selectAll()
        .where((eb) =>
          eb.or([
            eb('id', 'in', granted.repositories),
            eb('organization_id', 'in', granted.owned),
            eb.and([
              eb('organization_id', 'in', granted.joined),
              eb.exists(
                eb
                  .selectFrom('organizations')
                  .select('organizations.id')
                  .whereRef('organizations.id', '=', 'repositories.organization_id')
                  .where('base_role', 'in', granted.baseRoles),
              ),
            ]),
          ]),
        )
        .compile();
      return { text: compiled.sql, values: compiled.parameters };
    },
  };
}

function drizzleClient(): Client {
  const { Organization: organizations, Repository: repositories } = tables;
  const casing = 'snake_case';
  const db = drizzleOf(async () => ({ rows: [] }), { casing });
  const list = drizzle(tables, { casing });
  const queryOf = (condition: SQL | undefined): Query => {
    const { sql: text, params: values } = db.select().from(repositories).where(condition).toSQL();
    return { text, values };
  };
  return {
    nanook: (condition) => queryOf(list(condition)),
    hand: () =>
      queryOf(
        or(
          inArray(repositories.id, granted.repositories),
          inArray(repositories.organizationId, granted.owned),
          and(
            inArray(repositories.organizationId, granted.joined),
            exists(
              db
                .select()
                .from(organizations)
                .where(
                  and(
                    eq(organizations.id, repositories.organizationId),
                    inArray(organizations.baseRole, [...granted.baseRoles]),
                  ),
                ),
            ),
          ),
        ),
      ),
  };
}

export const clients: Readonly<Record<ClientId, () => Client | Promise<Client>>> = {
  sql: sqlClient,
  kysely: kyselyClient,
  drizzle: drizzleClient,
  prisma: prismaClient,
};
