import { Authorizer, type AuthorizerOptions, type TypesInput } from '@nanook/core';
import { drizzleResources, typesFromDrizzle } from '@nanook/orm/drizzle';
import { fileURLToPath } from 'node:url';
import type { Database } from '../domain/database.ts';
import * as schema from '../domain/schema.ts';

/** The table of each type. */
const tables = {
  User: schema.users,
  Organization: schema.organizations,
  OrganizationRole: schema.organizationRoles,
  Repository: schema.repositories,
  RepositoryRole: schema.repositoryRoles,
  Issue: schema.issues,
  Profile: schema.profiles,
  SupportGrant: schema.supportGrants,
};

/** The types of the rows. Nested rows need no tag, because the relation gives them a type. */
const types: TypesInput = {
  ...typesFromDrizzle(tables, schema),
  Request: { fields: { method: 'String', path: 'String' } },
};

export const loadAuthorizer = (db: Database, options: Pick<AuthorizerOptions, 'clock' | 'onDecision'> = {}) =>
  Authorizer.load({
    policies: fileURLToPath(new URL('*.polar', import.meta.url)),
    types,
    resources: drizzleResources(db, tables, { casing: 'snake_case' }),
    ...options,
  });
