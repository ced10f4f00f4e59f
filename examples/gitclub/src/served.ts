import type { Authorizer } from '@nanook/core';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Database } from './domain/database.ts';

/** The services that a GitClub application uses. */
export interface GitClub {
  readonly db: Database;
  readonly authorizer: Authorizer;
  /** Receives the errors that clients see only as a 500. */
  readonly onError: (fault: unknown) => void;
}

/** An application that listens. */
export interface Served {
  readonly server: Server;
  readonly close: () => Promise<void>;
}

/** Builds the application with one of the frameworks, and lets it listen on a free port. */
export type Start = (club: GitClub) => Promise<Served>;

export async function listen(app: (req: IncomingMessage, res: ServerResponse) => unknown): Promise<Served> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
