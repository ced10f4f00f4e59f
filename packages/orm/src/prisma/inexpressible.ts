import { NanookOrmError } from '../errors/nanook-orm-error.js';

/** The error for a condition that Prisma's `where` has no words for. */
export const inexpressible = (construct: string): NanookOrmError =>
  new NanookOrmError('NANOOK_ORM_PRISMA_INEXPRESSIBLE', { construct });
