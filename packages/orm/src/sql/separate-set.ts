import {
  operandsOf,
  type Column,
  type Operand,
  type Related,
  type RelationStep,
  type RowFilter,
  type Scope,
} from '@nanook/core/filter';

type Member = Extract<RowFilter, { readonly kind: 'in-set' | 'not-in-set' }>;

/** A part of a filter that asks only whether a column of the row is among values that do not depend on the row. */
export type SeparateSet =
  /** The related rows that satisfy `where`, by the key of the row; `undefined` for the key of the relation. */
  | {
      readonly kind: 'related';
      readonly step: RelationStep;
      readonly where: RowFilter;
      readonly by: { readonly own: Column; readonly related: Column } | undefined;
    }
  | { readonly kind: 'recursive'; readonly member: Member };

/**
 * Returns a part of a filter as a set, if the database can find its values without the row.
 *
 * @param actor the actor of the filter, whose fields are not columns of a table
 */
export function separateSet(
  filter: Related | Member,
  row: Scope,
  actor: Scope | undefined,
): SeparateSet | undefined {
  if ('set' in filter) return filter.set.key.length === 1 ? { kind: 'recursive', member: filter } : undefined;
  const { step, where } = filter;
  if (step.from.id === row.id) {
    const isSeparate = step.relation.local.length === 1 && !uses(where, row);
    return isSeparate ? { kind: 'related', step, where, by: undefined } : undefined;
  }
  if (step.from !== actor) return undefined;
  // Only whole numbers are compared alike by `=` and by `IN` in all columns.
  const parts = where.kind === 'and' ? where.parts : [where];
  for (const part of parts) {
    const by = equalityOf(part, row, step.to);
    const others = parts.filter((each) => each !== part);
    if (by !== undefined && !others.some((each) => uses(each, row)))
      return {
        kind: 'related',
        step,
        where: others.length === 0 ? { kind: 'always' } : { kind: 'and', parts: others },
        by,
      };
  }
  return undefined;
}

function equalityOf(filter: RowFilter, row: Scope, to: Scope) {
  if (filter.kind !== 'compare' || filter.operator !== '=') return undefined;
  for (const [own, related] of [
    [filter.left, filter.right],
    [filter.right, filter.left],
  ] as const)
    if (own.kind === 'column' && related.kind === 'column') {
      const areWhole = own.type === 'integer' && related.type === 'integer';
      if (areWhole && own.scope.id === row.id && related.scope.id === to.id) return { own, related };
    }
  return undefined;
}

const isColumnOf = (operand: Operand, row: Scope): boolean =>
  operand.kind === 'column' && operand.scope.id === row.id;

/** Returns whether a filter reads a row. A set of rows never does. */
function uses(filter: RowFilter, row: Scope): boolean {
  switch (filter.kind) {
    case 'always':
    case 'never':
      return false;
    case 'and':
    case 'or':
      return filter.parts.some((part) => uses(part, row));
    case 'exists':
    case 'none':
      return filter.step.from.id === row.id || uses(filter.where, row);
    case 'compare':
    case 'computed':
    case 'computable':
    case 'uncomputable':
    case 'text':
    case 'not-text':
      return operandsOf(filter).some((side) => isColumnOf(side, row));
    case 'contains':
    case 'lacks':
      return isColumnOf(filter.column, row) || (filter.item !== null && isColumnOf(filter.item, row));
    case 'count':
      return filter.step.from.id === row.id || isColumnOf(filter.other, row);
    case 'in-set':
    case 'not-in-set':
    case 'found-before':
      return filter.row.id === row.id;
    default:
      return filter.column.scope.id === row.id;
  }
}

/**
 * Returns whether all parts of a filter that need a function are sets.
 *
 * @param areNeeded whether only a function may read the rows of a part
 */
export function readsOnlySets(
  filter: RowFilter,
  row: Scope,
  actor: Scope | undefined,
  areNeeded: (filter: RowFilter) => boolean,
): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.every((part) => readsOnlySets(part, row, actor, areNeeded));
    case 'exists':
    case 'none':
    case 'in-set':
    case 'not-in-set':
      return !areNeeded(filter) || separateSet(filter, row, actor) !== undefined;
    case 'count':
      return !areNeeded(filter);
    default:
      return true;
  }
}
