import type {
  Column,
  Comparable,
  Computed,
  CountOperator,
  Operand,
  RelationStep,
  Scalar,
  Scope,
  TextTest,
} from './condition.js';

/**
 * A filter of rows with two outcomes, the form that back ends print. A comparison with `NULL` is false. The only
 * negation is `none`, that no related row exists, so no back end needs to know the effect of `NOT` on `NULL`.
 */
export type RowFilter =
  | { readonly kind: 'always' | 'never' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly RowFilter[] }
  /** A related row satisfies `where`, or none does. */
  | { readonly kind: 'exists' | 'none'; readonly step: RelationStep; readonly where: RowFilter }
  /** The number of related rows compared with a whole number. */
  | {
      readonly kind: 'count';
      readonly step: RelationStep;
      readonly operator: CountOperator | '<>';
      readonly other: Operand;
    }
  /**
   * Both operands have one type, or are numbers. Text is compared by code point, and exactly: case and accents count. In the order `own`, it
   * is compared as the database sorts its column.
   */
  | {
      readonly kind: 'compare';
      readonly operator: '=' | '<>' | '<' | '<=';
      readonly left: Operand;
      readonly right: Operand;
      readonly order?: 'own';
    }
  /** A comparison of which at least one side is the result of an arithmetic operation. Both are numbers. It is false without a result. */
  | {
      readonly kind: 'computed';
      readonly operator: '=' | '<>' | '<' | '<=';
      readonly left: Comparable;
      readonly right: Comparable;
    }
  /** An arithmetic operation has a result, if its operands have one, or it has none. `NULL` is in the second. */
  | { readonly kind: 'computable' | 'uncomputable'; readonly number: Computed }
  /** A text satisfies a test with another one, or it does not. Characters are compared by code point. */
  | {
      readonly kind: 'text' | 'not-text';
      readonly test: TextTest;
      readonly text: Operand;
      readonly part: Operand;
    }
  /** A column holds a list with an element of its declared type that equals an item, or it does not. `null` is `nil`. `NULL` is in the second. */
  | { readonly kind: 'contains' | 'lacks'; readonly column: Column; readonly item: Operand | null }
  /** A column holds a list whose elements have their declared type, or it does not. `NULL` is in the second. */
  | { readonly kind: 'readable-elements' | 'unreadable-elements'; readonly column: Column }
  | { readonly kind: 'null' | 'not-null'; readonly column: Column }
  /** A column holds a value of its declared type, or it does not. `NULL` counts as one where the column is declared nullable. */
  | { readonly kind: 'readable' | 'unreadable'; readonly column: Column }
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
  /** Whether the set has so many rows that a back end should test a row by itself. The rows are the same. */
  readonly isWide?: boolean;
}

export const allRows: RowFilter = { kind: 'always' };
export const noRows: RowFilter = { kind: 'never' };

/** Returns the rows that all parts accept. */
export function all(...parts: readonly RowFilter[]): RowFilter {
  const isFlat = parts.every(({ kind }) => kind !== 'and' && kind !== 'always');
  const kept = isFlat
    ? parts
    : parts.flatMap((part) => (part.kind === 'and' ? part.parts : part.kind === 'always' ? [] : [part]));
  if (kept.some((part) => part.kind === 'never')) return noRows;
  if (kept.length === 0) return allRows;
  return kept.length === 1 ? kept[0]! : { kind: 'and', parts: kept };
}

/** Returns the rows that some part accepts. */
export function any(...parts: readonly RowFilter[]): RowFilter {
  const isFlat = parts.every(({ kind }) => kind !== 'or' && kind !== 'never');
  const kept = isFlat
    ? parts
    : parts.flatMap((part) => (part.kind === 'or' ? part.parts : part.kind === 'never' ? [] : [part]));
  if (kept.some((part) => part.kind === 'always')) return allRows;
  if (kept.length === 0) return noRows;
  return kept.length === 1 ? kept[0]! : { kind: 'or', parts: kept };
}

/**
 * Returns the rows that have a related row. Parts that do not use the related row are moved out of `EXISTS`, so that they can use an index.
 */
export function exists(step: RelationStep, where: RowFilter): RowFilter {
  if (where.kind === 'never') return noRows;
  if (where.kind === 'or' && where.parts.some((part) => hasOutside(part, step.to)))
    return any(...where.parts.map((part) => exists(step, part)));
  if (where.kind !== 'and') return { kind: 'exists', step, where };
  const inside = where.parts.filter((part) => usesScope(part, step.to));
  const beside = where.parts.filter((part) => !usesScope(part, step.to));
  return all(...beside, { kind: 'exists', step, where: all(...inside) });
}

/** Returns whether a filter has a part that does not use a row. */
const hasOutside = (filter: RowFilter, scope: Scope): boolean =>
  filter.kind === 'and' ? !filter.parts.every((part) => usesScope(part, scope)) : !usesScope(filter, scope);

export const none = (step: RelationStep, where: RowFilter): RowFilter =>
  where.kind === 'never' ? allRows : { kind: 'none', step, where };

/** Returns the columns and values of a comparison, of an arithmetic operation, or of a test of a text. */
export function operandsOf(
  filter: Extract<
    RowFilter,
    { readonly kind: 'compare' | 'computed' | 'computable' | 'uncomputable' | 'text' | 'not-text' }
  >,
): readonly Operand[] {
  switch (filter.kind) {
    case 'compare':
      return [filter.left, filter.right];
    case 'computed':
      return [filter.left, filter.right].flatMap(leavesOf);
    case 'computable':
    case 'uncomputable':
      return leavesOf(filter.number);
    case 'text':
    case 'not-text':
      return [filter.text, filter.part];
  }
}

const leavesOf = (side: Comparable): readonly Operand[] =>
  side.kind === 'computed' ? [side.left, side.right].flatMap(leavesOf) : [side];

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
    case 'computed':
    case 'computable':
    case 'uncomputable':
    case 'text':
    case 'not-text':
      return operandsOf(filter).some((side) => side.kind === 'column' && side.scope === scope);
    case 'contains':
    case 'lacks':
      return [filter.column, filter.item].some((side) => side?.kind === 'column' && side.scope === scope);
    case 'count': {
      const { step, other } = filter;
      return step.from === scope || (other.kind === 'column' && other.scope === scope);
    }
    case 'in-set':
    case 'not-in-set':
    case 'found-before':
      return filter.row === scope;
    default:
      return filter.column.scope === scope;
  }
}

/**
 * Returns a filter without the tests of stored values that a back end does not need.
 *
 * @param isCertain whether each stored value of a column is of the type that its declaration says
 * @param impliedBy the filters that hold only where the value of a column is of that type
 */
export const withoutTests = (
  filter: RowFilter,
  isCertain: (column: Column) => boolean,
  impliedBy: (column: Column) => Implied,
): RowFilter => simplified(filter, { isCertain, impliedBy }, new Set());

/** The filters that prove the type of a stored value: an equality with a value, every comparison, or none. */
export type Implied = 'equality' | 'comparison' | 'none';

interface Tests {
  readonly isCertain: (column: Column) => boolean;
  readonly impliedBy: (column: Column) => Implied;
}

/** @param read the columns that were tested before */
function simplified(filter: RowFilter, tests: Tests, read: ReadonlySet<string>): RowFilter {
  switch (filter.kind) {
    case 'readable':
    case 'not-nan':
      return read.has(nameOf(filter.column)) || isCertain(filter, tests) ? allRows : filter;
    case 'unreadable':
    case 'nan':
      return read.has(nameOf(filter.column)) || isCertain(filter, tests) ? noRows : filter;
    case 'and':
    case 'or': {
      const isAnd = filter.kind === 'and';
      const test = isAnd ? 'readable' : 'unreadable';
      const own: RowFilter[] = [];
      const inner = new Set(read);
      for (const part of filter.parts) {
        if (part.kind !== test || inner.has(nameOf(part.column)) || tests.isCertain(part.column)) continue;
        inner.add(nameOf(part.column));
        own.push(part);
      }
      const others = filter.parts
        .filter(({ kind }) => kind !== test)
        .map((part) => simplified(part, tests, inner));
      if (!isAnd) return any(...own, ...others);
      const isNeeded = (part: RowFilter): boolean => {
        if (part.kind !== test) return true;
        const implied = tests.impliedBy(part.column);
        return !others.some((other) => implies(other, part.column, implied));
      };
      return all(...own.filter(isNeeded), ...others);
    }
    case 'exists':
      return exists(filter.step, simplified(filter.where, tests, read));
    case 'none':
      return none(filter.step, simplified(filter.where, tests, read));
    case 'in-set':
    case 'not-in-set': {
      const { set } = filter;
      const [base, step] = [set.base, set.step].map((part) => simplified(part, tests, new Set()));
      return { ...filter, set: { ...set, base: base!, step: step! } };
    }
    default:
      return filter;
  }
}

const isCertain = ({ kind, column }: { kind: string; column: Column }, tests: Tests): boolean =>
  (kind === 'readable' || kind === 'unreadable') && tests.isCertain(column);

const nameOf = ({ scope, field }: Column): string => `${scope.id} ${field}`;

/** Returns whether a filter holds only where a column has a value of its type. */
function implies(filter: RowFilter, column: Column, by: Implied): boolean {
  const isSame = (side: Operand): boolean =>
    side.kind === 'column' && side.scope === column.scope && side.field === column.field;
  if ((filter.kind === 'contains' || filter.kind === 'readable-elements') && isSame(filter.column))
    return true;
  if (by === 'none') return false;
  switch (filter.kind) {
    case 'or':
      return filter.parts.every((part) => implies(part, column, by));
    case 'and':
      return filter.parts.some((part) => implies(part, column, by));
    case 'in':
      return isSame(filter.column);
    case 'not-in':
      return by === 'comparison' && isSame(filter.column);
    case 'text':
    case 'not-text':
      return by === 'comparison' && operandsOf(filter).some(isSame);
    case 'compare': {
      const { operator, left, right, order } = filter;
      if (by === 'comparison') return isSame(left) || isSame(right);
      if (operator !== '=' || order === 'own') return false;
      return left.kind === 'value' ? isSame(right) : right.kind === 'value' && isSame(left);
    }
    default:
      return false;
  }
}
