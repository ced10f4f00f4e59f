import type { Database } from './database.ts';
import { findUser } from './users.ts';

/**
 * Returns the user of a request: `Authorization: Bearer alice` is Alice. A placeholder: a real application verifies a token here,
 * or reads a session.
 */
export function identify(db: Database, authorization: string | undefined) {
  const [, token] = /^Bearer (\S+)$/.exec(authorization ?? '') ?? [];
  return token === undefined ? undefined : findUser(db, token);
}
