export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export type { AnyModel } from './columns.js';
export type { SequelizeOptions } from './entity-tables.js';
export { sequelizeResources, type SequelizeResourcesOptions } from './resources.js';
export { sequelize, typesFromSequelize, type SequelizePlace } from './sequelize.js';
export { sequelizeInclude, type SequelizeInclude } from './include.js';
