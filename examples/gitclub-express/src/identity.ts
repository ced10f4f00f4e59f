import type { Request } from 'express';
import type { Database } from './domain/database.ts';
import { findUser } from './domain/users.ts';

/**
 * Who is asking: `Authorization: Bearer alice` is Alice. A stand-in: a real application verifies a token here, or reads a
 * session. Nanook does not care which.
 */
export const identify = (db: Database) => (req: Request) => {
  const [, token] = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '') ?? [];
  return token === undefined ? undefined : findUser(db, token);
};
