import { NanookOrmError } from '../errors/nanook-orm-error.js';

/** The error for a condition that no query of MongoDB expresses. */
export const inexpressible = (construct: string): NanookOrmError =>
  new NanookOrmError('NANOOK_ORM_MONGOOSE_INEXPRESSIBLE', { construct });
