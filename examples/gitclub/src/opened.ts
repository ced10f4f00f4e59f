import type { Decision } from '@nanook/core';
import type { PGlite } from '@electric-sql/pglite';
import { openDatabase } from './domain/database.ts';
import { seed } from './domain/seed.ts';
import { loadAuthorizer } from './policy/authorizer.ts';
import type { GitClub, Served, Start } from './served.ts';
import type { Step } from './step.ts';

/** A running GitClub with its seed data, and a record of its decisions. */
export interface Opened extends GitClub, Served {
  readonly decisions: readonly Decision[];
  readonly faults: readonly unknown[];
  /** Prepares a step: moves the clock, and clears the recorded decisions and errors. */
  readonly ready: (step: Step) => void;
}

export async function open(start: Start, opening: Date, client?: PGlite): Promise<Opened> {
  let now = opening.getTime();
  const decisions: Decision[] = [];
  const faults: unknown[] = [];
  const clock = () => new Date(now);

  const db = await openDatabase(client);
  await seed(db, opening);
  const authorizer = await loadAuthorizer(db, { clock, onDecision: (decision) => decisions.push(decision) });
  const club: GitClub = { db, authorizer, onError: (fault) => faults.push(fault) };
  const { server, close } = await start(club);

  return {
    ...club,
    server,
    decisions,
    faults,
    ready: ({ afterMinutes = 0 }) => {
      now += afterMinutes * 60_000;
      decisions.length = 0;
      faults.length = 0;
    },
    close: async () => {
      await close();
      await db.$client.close();
    },
  };
}
