import { Authorizer, type AuthorizerOptions } from '@nanook/core';
import { drizzleResources } from '@nanook/orm/drizzle';
import { fileURLToPath } from 'node:url';
import type { Database } from '../domain/database.ts';
import { policies, tables, types } from './tables.ts';

export const loadAuthorizer = (db: Database, options: Pick<AuthorizerOptions, 'clock' | 'onDecision'> = {}) =>
  Authorizer.load({
    policies: fileURLToPath(policies),
    types,
    resources: drizzleResources(db, tables, { casing: 'snake_case' }),
    ...options,
  });
