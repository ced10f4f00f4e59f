import { Authorizer, type AuthorizerOptions } from '@nanook/core';
import type { Database } from '@nanook/example-gitclub';
import { policies, tables, types } from '@nanook/example-gitclub/tables';
import { agentType } from '@nanook/mcp';
import { drizzleResources } from '@nanook/orm/drizzle';
import { fileURLToPath } from 'node:url';

/** Loads the policy of GitClub, with that of agents. */
export const loadAuthorizer = (db: Database, options: Pick<AuthorizerOptions, 'onDecision'> = {}) =>
  Authorizer.load({
    policies: [policies, new URL('agents.polar', import.meta.url)].map((url) => fileURLToPath(url)),
    types: { ...types, Agent: agentType },
    resources: drizzleResources(db, tables, { casing: 'snake_case' }),
    queries: ['allow_request', 'needs_approval'],
    ...options,
  });
