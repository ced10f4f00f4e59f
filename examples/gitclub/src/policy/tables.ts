import type { TypesInput } from '@nanook/core';
import { typesFromDrizzle } from '@nanook/orm/drizzle';
import * as schema from '../domain/schema.ts';

/** The table of each type. */
export const tables = {
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
export const types: TypesInput = {
  ...typesFromDrizzle(tables, schema),
  Request: { fields: { method: 'String', path: 'String' } },
};

/** The files of the policy. */
export const policies = new URL('*.polar', import.meta.url);
