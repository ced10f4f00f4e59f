// `@nanook/core/filter`: conditions and filters of rows, for packages that print them as queries.

export type {
  Column,
  Comparable,
  Computed,
  Condition,
  CountOperator,
  DateMethod,
  DerivedNumber,
  JsonMember,
  Operand,
  RecursiveSet,
  RelationStep,
  Scalar,
  ScalarType,
  Scope,
  TextMethod,
  TextTest,
  ValueOperand,
} from './condition.js';
export { isOneOf, readFieldInput, type FieldInput } from '../types/field-input.js';
export type { DecimalValue } from '../types/decimal-value.js';
export { readDecimal } from '../types/read-decimal.js';
export { complement } from './complement.js';
export { relatedGuards, type Guard, type Related } from './guard-related.js';
export { skipRelated } from './skip-related.js';
export { splitRelated } from './split-related.js';
export { optimizeFilter, type OptimizerOptions } from './optimize-filter.js';
export { operandsOf, withoutTests, type FilterSet, type Implied, type RowFilter } from './row-filter.js';
export type { ActorCondition, RowCondition } from './row-condition.js';
export type { Relation } from '../types/relation.js';
export type { DeclaredType, Field, FieldType } from '../types/declared-type.js';
export {
  toClassicFilter,
  type ClassicCondition,
  type ClassicFilter,
  type ClassicOptions,
  type ClassicRelation,
  type ClassicSide,
} from './classic-filter.js';
