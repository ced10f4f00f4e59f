export { Oso } from './oso.js';
export { Polar } from './polar.js';
export { Variable } from './variable.js';
export { Expression } from './expression.js';
export { Pattern } from './pattern.js';
export { Predicate } from './predicate.js';
export * from './errors.js';
export {
  isProjection,
  Relation,
  type Adapter,
  type Datum,
  type Filter,
  type FilterCondition,
  type Immediate,
  type Projection,
} from './filter.js';
export { defaultEqualityFn } from './helpers.js';
export {
  Dict,
  type Class,
  type ClassParams,
  type EqualityFn,
  type Options,
  type QueryOpts,
  type QueryResult,
} from './types.js';
