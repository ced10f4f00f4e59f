export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export { kysely, type KyselyPlace } from './kysely.js';
export { kyselyResources } from './resources.js';
export type { DialectName, DialectOptions } from '../sql/dialect.js';
export type { ColumnInput, SqlOptions, TableInput } from '../sql/sql-options.js';
