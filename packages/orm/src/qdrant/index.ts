export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export {
  qdrant,
  type QdrantCondition,
  type QdrantFilter,
  type QdrantOptions,
  type QdrantRange,
} from './qdrant.js';
