export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export type { AnyModel, MongooseConnection, MongooseOptions, MongooseTypesOptions } from './collections.js';
export { mongooseFilter, mongoosePipeline, typesFromMongoose, type MongooseFilter } from './mongoose.js';
export { mongooseResources } from './resources.js';
export { mongoosePopulate, type MongoosePopulate } from './populate.js';
