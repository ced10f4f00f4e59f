import type { Column, Comparable, Computed, Operand, Scope } from './condition.js';
import { operandsOf, type FilterSet, type RowFilter } from './row-filter.js';

// Each relation in a filter introduces a row with a number of its own, so equal parts differ in these numbers. The optimizer works on a filter
// in which a row is known by the relations that lead to it.

/** Returns a filter in which the rows that equal relations lead to are one, wherever they are. */
export function withSharedRows(filter: RowFilter): RowFilter {
  const known = new Map<string, Scope>();
  return renamed(filter, new Map(), (key, row, enclosing) => {
    // Two rows of one relation, one within the other, are different.
    const full = `${key} ${enclosing.filter((each) => each === key).length}`;
    const shared = known.get(full) ?? { ...row, id: -2 - known.size };
    known.set(full, shared);
    return shared;
  });
}

/** Returns a filter in which each relation introduces a row of its own. */
export function withOwnRows(filter: RowFilter): RowFilter {
  let last = lastRow(filter);
  return renamed(filter, new Map(), (_key, row) => ({ ...row, id: ++last }));
}

/** Returns the row to introduce in the place of one, from the way to it and the ways to the rows around it. */
type Introduce = (key: string, row: Scope, enclosing: readonly string[]) => Scope;

function renamed(
  filter: RowFilter,
  rows: ReadonlyMap<number, Scope>,
  introduce: Introduce,
  enclosing: readonly string[] = [],
): RowFilter {
  const row = (each: Scope): Scope => rows.get(each.id) ?? each;
  const column = (each: Column): Column => ({ ...each, scope: row(each.scope) });
  const operand = (each: Operand): Operand => (each.kind === 'column' ? column(each) : each);
  const side = (each: Comparable): Comparable => (each.kind === 'computed' ? computed(each) : operand(each));
  const computed = (each: Computed): Computed => ({
    ...each,
    left: side(each.left),
    right: side(each.right),
  });
  switch (filter.kind) {
    case 'always':
    case 'never':
      return filter;
    case 'and':
    case 'or':
      return { ...filter, parts: filter.parts.map((part) => renamed(part, rows, introduce, enclosing)) };
    case 'exists':
    case 'none': {
      const { relation, to } = filter.step;
      const from = row(filter.step.from);
      const key = `${from.id} ${relation.name} ${to.type.name}`;
      const own = introduce(key, to, enclosing);
      const where = renamed(filter.where, new Map(rows).set(to.id, own), introduce, [...enclosing, key]);
      return { ...filter, step: { ...filter.step, from, to: own }, where };
    }
    case 'count': {
      const { relation, to } = filter.step;
      const from = row(filter.step.from);
      const own = introduce(`${from.id} ${relation.name} ${to.type.name}`, to, enclosing);
      return { ...filter, step: { from, relation, to: own }, other: operand(filter.other) };
    }
    case 'compare':
      return { ...filter, left: operand(filter.left), right: operand(filter.right) };
    case 'computed':
      return { ...filter, left: side(filter.left), right: side(filter.right) };
    case 'computable':
    case 'uncomputable':
      return { ...filter, number: computed(filter.number) };
    case 'text':
    case 'not-text':
      return { ...filter, text: operand(filter.text), part: operand(filter.part) };
    case 'contains':
    case 'lacks':
      return { ...filter, column: column(filter.column), item: filter.item && operand(filter.item) };
    case 'in-set':
    case 'not-in-set': {
      const { set } = filter;
      const key = `set ${set.row.type.name} ${set.key.join(' ')}`;
      const own = introduce(key, set.row, enclosing);
      const within = (part: RowFilter): RowFilter =>
        renamed(part, new Map(rows).set(set.row.id, own), introduce, [...enclosing, key]);
      const named: FilterSet = { ...set, row: own, base: within(set.base), step: within(set.step) };
      return { ...filter, row: row(filter.row), set: named };
    }
    case 'found-before':
      return { ...filter, row: row(filter.row) };
    default:
      return { ...filter, column: column(filter.column) };
  }
}

/** Returns the numbers of the rows that the relations of a filter lead to. The rows of a set are its own. */
export function introducedRows(filter: RowFilter): readonly number[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.flatMap(introducedRows);
    case 'exists':
    case 'none':
      return [filter.step.to.id, ...introducedRows(filter.where)];
    default:
      return [];
  }
}

/** Returns the greatest number of a row that a filter uses, or 0. */
function lastRow(filter: RowFilter): number {
  const of = (operand: Operand): number => (operand.kind === 'column' ? operand.scope.id : 0);
  switch (filter.kind) {
    case 'always':
    case 'never':
      return 0;
    case 'and':
    case 'or':
      return Math.max(0, ...filter.parts.map(lastRow));
    case 'exists':
    case 'none':
      return Math.max(filter.step.from.id, filter.step.to.id, lastRow(filter.where));
    case 'count':
      return Math.max(filter.step.from.id, filter.step.to.id, of(filter.other));
    case 'compare':
    case 'computed':
    case 'computable':
    case 'uncomputable':
    case 'text':
    case 'not-text':
      return Math.max(...operandsOf(filter).map(of));
    case 'contains':
    case 'lacks':
      return Math.max(of(filter.column), filter.item === null ? 0 : of(filter.item));
    case 'in-set':
    case 'not-in-set':
      return Math.max(filter.row.id, filter.set.row.id, lastRow(filter.set.base), lastRow(filter.set.step));
    case 'found-before':
      return filter.row.id;
    default:
      return filter.column.scope.id;
  }
}
