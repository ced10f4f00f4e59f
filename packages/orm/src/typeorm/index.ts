export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export type { TypeormOptions } from './entity-tables.js';
export { typeormResources } from './resources.js';
export { typeorm, typesFromTypeorm, type TypeormList, type TypeormPlace } from './typeorm.js';
export { typeormRelations } from './relations.js';
