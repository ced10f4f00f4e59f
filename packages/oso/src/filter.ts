import { OsoError } from './errors.js';
import type { HostTypes, PolarComparisonOperator, PolarTerm, PolarValue } from './types.js';

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

/** A filter in the form in which the engine of oso returns it. */
export interface FilterJson {
  conditions: unknown[][][];
  relations: string[][];
  root: string;
}

/** Returns a filter of the engine of oso in the form that an adapter receives. @throws {OsoError} for a side of another kind */
export async function parseFilter(
  { root, relations, conditions }: FilterJson,
  host: { readonly types: HostTypes; toJs(term: PolarTerm): Promise<unknown> },
): Promise<Filter> {
  const side = async (datum: unknown): Promise<Datum> => {
    const [[kind, content] = []] = Object.entries(datum as object) as [string, unknown][];
    if (kind === 'Immediate') return { value: await host.toJs({ value: content as PolarValue }) };
    if (kind !== 'Field') throw new OsoError('Invalid filter json.');
    const [typeName, fieldName] = content as [string, string];
    return { typeName, fieldName };
  };
  const condition = async ([left, cmp, right]: unknown[]): Promise<FilterCondition> => ({
    lhs: await side(left),
    cmp: cmp as PolarComparisonOperator,
    rhs: await side(right),
  });
  return {
    model: root,
    relations: relations.map(
      ([fromTypeName, fromFieldName, toTypeName]) =>
        ({ fromTypeName, fromFieldName, toTypeName }) as FilterRelation,
    ),
    conditions: await Promise.all(conditions.map((all) => Promise.all(all.map(condition)))),
    types: host.types,
  };
}
