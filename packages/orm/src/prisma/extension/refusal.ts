import { NanookOrmError } from '../../errors/nanook-orm-error.js';

/** The error for a part of a query that the extension cannot restrict to the allowed rows. */
export const refusal = (query: string, reason: string): NanookOrmError =>
  new NanookOrmError('NANOOK_ORM_PRISMA_UNSCOPED', { query, reason });
