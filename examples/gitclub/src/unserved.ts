import { openDatabase } from './domain/database.ts';
import { loadAuthorizer } from './policy/authorizer.ts';
import type { GitClub } from './served.ts';

/** Returns the services of an application that receives no requests, such as one whose routes are listed. Its database has no rows. */
export async function openUnserved(): Promise<GitClub> {
  const db = await openDatabase();
  return { db, authorizer: await loadAuthorizer(db), onError: () => {} };
}
