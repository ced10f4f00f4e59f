export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export { knex, type KnexPlace } from './knex.js';
export { knexResources } from './resources.js';
export type { DialectName, DialectOptions } from '../sql/dialect.js';
export type { ColumnInput, SqlOptions, TableInput } from '../sql/sql-options.js';
