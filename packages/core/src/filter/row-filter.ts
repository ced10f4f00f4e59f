import type { Column, Operand, RelationStep, Scalar, Scope } from './condition.js';

/**
 * A filter of rows with two outcomes, the form that back ends print. A comparison with `NULL` is false. The only
 * negation is `none`, that no related row exists, so no back end needs to know the effect of `NOT` on `NULL`.
 */
export type RowFilter =
  | { readonly kind: 'always' | 'never' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly RowFilter[] }
  /** A related row satisfies `where`, or none does. */
  | { readonly kind: 'exists' | 'none'; readonly step: RelationStep; readonly where: RowFilter }
  /** Both operands have one type. Text is compared by code point, and exactly: case and accents count. */
  | {
      readonly kind: 'compare';
      readonly operator: '=' | '<>' | '<' | '<=';
      readonly left: Operand;
      readonly right: Operand;
    }
  | { readonly kind: 'null' | 'not-null'; readonly column: Column }
  /** A floating-point column holds `NaN`, or another number. For databases without `NaN` the first is never true. */
  | { readonly kind: 'nan' | 'not-nan'; readonly column: Column }
  | { readonly kind: 'in' | 'not-in'; readonly column: Column; readonly values: readonly Scalar[] }
  | { readonly kind: 'in-set' | 'not-in-set'; readonly row: Scope; readonly set: FilterSet }
  /** Only within `step` of a set: the row is the one that was found before. */
  | { readonly kind: 'found-before'; readonly row: Scope };

/** Rows that are found step by step: first those of `base`, then those that `step` finds from a row that was found before. */
export interface FilterSet {
  readonly row: Scope;
  readonly key: readonly string[];
  readonly base: RowFilter;
  readonly step: RowFilter;
}

export const allRows: RowFilter = { kind: 'always' };
export const noRows: RowFilter = { kind: 'never' };

/** Returns the rows that all parts accept. */
export function all(...parts: readonly RowFilter[]): RowFilter {
  const kept = parts.flatMap((part) =>
    part.kind === 'and' ? part.parts : part.kind === 'always' ? [] : [part],
  );
  if (kept.some((part) => part.kind === 'never')) return noRows;
  if (kept.length === 0) return allRows;
  return kept.length === 1 ? kept[0]! : { kind: 'and', parts: kept };
}

/** Returns the rows that some part accepts. */
export function any(...parts: readonly RowFilter[]): RowFilter {
  const kept = parts.flatMap((part) =>
    part.kind === 'or' ? part.parts : part.kind === 'never' ? [] : [part],
  );
  if (kept.some((part) => part.kind === 'always')) return allRows;
  if (kept.length === 0) return noRows;
  return kept.length === 1 ? kept[0]! : { kind: 'or', parts: kept };
}

/**
 * Returns the rows that have a related row. Parts that do not use the related row are moved out of `EXISTS`, so that they can use an index.
 */
export function exists(step: RelationStep, where: RowFilter): RowFilter {
  if (where.kind === 'never') return noRows;
  if (where.kind !== 'and') return { kind: 'exists', step, where };
  const inside = where.parts.filter((part) => usesScope(part, step.to));
  const beside = where.parts.filter((part) => !usesScope(part, step.to));
  return all(...beside, { kind: 'exists', step, where: all(...inside) });
}

export const none = (step: RelationStep, where: RowFilter): RowFilter =>
  where.kind === 'never' ? allRows : { kind: 'none', step, where };

function usesScope(filter: RowFilter, scope: Scope): boolean {
  switch (filter.kind) {
    case 'always':
    case 'never':
      return false;
    case 'and':
    case 'or':
      return filter.parts.some((part) => usesScope(part, scope));
    case 'exists':
    case 'none':
      return filter.step.from === scope || usesScope(filter.where, scope);
    case 'compare':
      return [filter.left, filter.right].some((side) => side.kind === 'column' && side.scope === scope);
    case 'in-set':
    case 'not-in-set':
    case 'found-before':
      return filter.row === scope;
    default:
      return filter.column.scope === scope;
  }
}
