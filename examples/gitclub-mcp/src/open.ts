import { toNodeHandler } from '@modelcontextprotocol/node';
import { requireBearerAuth } from '@modelcontextprotocol/server';
import type { Decision } from '@nanook/core';
import { listen, openDatabase, seed, type Database } from '@nanook/example-gitclub';
import type { AddressInfo } from 'node:net';
import { loadAuthorizer } from './authorizer.ts';
import { createServer } from './server.ts';
import { resource, verifier } from './tokens.ts';

/** A running GitClub, and a record of its decisions and errors. */
export interface OpenClub {
  readonly url: URL;
  readonly decisions: Decision[];
  readonly errors: Error[];
  readonly close: () => Promise<void>;
}

/** Starts GitClub with its seed data. @param database default: a new embedded PostgreSQL */
export async function open(database: Promise<Database> = openDatabase()): Promise<OpenClub> {
  const db = await database;
  await seed(db, new Date());
  const decisions: Decision[] = [];
  const errors: Error[] = [];
  const authorizer = await loadAuthorizer(db, { onDecision: (decision) => decisions.push(decision) });
  const server = createServer({ db, authorizer, onError: (error) => errors.push(error) });
  const handler = server.createHandler();
  const gate = requireBearerAuth({ verifier, expectedResource: new URL(resource) });
  const served = await listen(
    toNodeHandler({
      fetch: async (request) => {
        const authInfo = await gate(request);
        return authInfo instanceof Response ? authInfo : handler.fetch(request, { authInfo });
      },
    }) as never,
  );
  const { port } = served.server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/mcp`),
    decisions,
    errors,
    close: async () => {
      await handler.close();
      await served.close();
      await db.$client.close();
    },
  };
}
