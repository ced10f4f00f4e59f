import type { HostTypes, PolarComparisonOperator } from './types.js';

export { Relation } from './relation.js';

/** A value of the application. */
export interface Immediate {
  value: unknown;
}

/** A field of a type, or without a field the row itself. */
export interface Projection {
  typeName: string;
  fieldName?: string | undefined;
}

export type Datum = Projection | Immediate;

export interface FilterCondition {
  lhs: Datum;
  cmp: PolarComparisonOperator;
  rhs: Datum;
}

interface FilterRelation {
  fromTypeName: string;
  fromFieldName: string;
  toTypeName: string;
}

/** The rows that an actor may access: those of which all conditions of one of the lists hold. */
export interface Filter {
  /** The name of the type of the rows. */
  model: string;
  /** The relations to join, each after the relation that leads to it. */
  relations: FilterRelation[];
  conditions: FilterCondition[][];
  /** The registered types, by name and by class. */
  types: HostTypes;
}

/** Returns whether a side of a condition is a field or a row. */
export function isProjection(x: unknown): x is Projection {
  return (x as Partial<Projection>).typeName !== undefined;
}

/** Queries a database for the rows of a filter. */
export interface Adapter<Query, Resource> {
  buildQuery: (f: Filter) => Query;
  executeQuery: (q: Query) => Promise<Resource[]>;
}
