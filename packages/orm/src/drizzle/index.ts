export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export type { DrizzleTables } from './columns.js';
export { drizzle, type DrizzleOptions, type DrizzlePlace } from './drizzle.js';
export { drizzleResources, type DrizzleDatabase } from './resources.js';
export { typesFromDrizzle } from './types-from-drizzle.js';
export { drizzleWith, type DrizzleWith } from './with.js';
