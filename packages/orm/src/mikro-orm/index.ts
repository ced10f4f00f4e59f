export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export type { MikroOrmOptions } from './entity-tables.js';
export { mikroOrm, typesFromMikroOrm, type MikroOrmPlace, type MikroOrmWhere } from './mikro-orm.js';
export { mikroOrmResources } from './resources.js';
export { mikroOrmPopulate } from './populate.js';
