import type { Database } from './database.ts';
import { findUser } from './users.ts';

/**
 * Who is asking: `Authorization: Bearer alice` is Alice. A stand-in: a real application verifies a token here, or reads a
 * session. Nanook does not care which.
 */
export function identify(db: Database, authorization: string | undefined) {
  const [, token] = /^Bearer (\S+)$/.exec(authorization ?? '') ?? [];
  return token === undefined ? undefined : findUser(db, token);
}
