import type { Column, RelationStep, RowFilter } from '@nanook/core/filter';
import { all, any, complement } from './local-filter.js';

/**
 * Moves conditions about the key of a related row to the foreign key of the row itself: Prisma joins the table of a related row, and a
 * database finds rows by an index of their own columns only.
 */
export function withOwnKeys(filter: RowFilter): RowFilter {
  switch (filter.kind) {
    case 'and':
      return all(filter.parts.map(withOwnKeys));
    case 'or':
      return any(filter.parts.map(withOwnKeys));
    case 'exists':
      return existsByKey(filter.step, withOwnKeys(filter.where));
    case 'none':
      return complement(existsByKey(filter.step, withOwnKeys(filter.where)));
    default:
      return filter;
  }
}

function existsByKey(step: RelationStep, where: RowFilter): RowFilter {
  const exists = (part: RowFilter): RowFilter => ({ kind: 'exists', step, where: part });
  if (step.relation.kind !== 'one') return exists(where);
  const alternatives = (where.kind === 'or' ? where.parts : [where]).map((alternative) => {
    const parts = alternative.kind === 'and' ? alternative.parts : [alternative];
    const keys = parts.map((part) => ownKey(step, part));
    const own = keys.filter((key) => key !== undefined);
    return { own, rest: all(parts.filter((_, i) => keys[i] === undefined)) };
  });
  const keyed = alternatives.filter(({ own }) => own.length > 0);
  if (keyed.length === 0) return exists(where);
  const others = alternatives.filter(({ own }) => own.length === 0).map(({ rest }) => rest);
  return any([
    ...keyed.map(({ own, rest }) => all([...own, exists(rest)])),
    ...(others.length > 0 ? [exists(any(others))] : []),
  ]);
}

/** Returns an equality with the key of the related row as the same condition about the foreign key. */
function ownKey(step: RelationStep, part: RowFilter): RowFilter | undefined {
  if (part.kind === 'in') {
    const column = ownColumn(step, part.column);
    return column && { ...part, column };
  }
  if (part.kind !== 'compare' || part.operator !== '=') return undefined;
  const { left, right } = part;
  if (left.kind === 'column' && right.kind === 'value') {
    const column = ownColumn(step, left);
    return column && { ...part, left: column };
  }
  if (left.kind === 'value' && right.kind === 'column') {
    const column = ownColumn(step, right);
    return column && { ...part, right: column };
  }
  return undefined;
}

/** Returns the column of the row that has the same value as a column of the related row. */
function ownColumn({ from, to, relation }: RelationStep, { scope, field, type }: Column): Column | undefined {
  const place = scope.id === to.id ? relation.foreign.indexOf(field) : -1;
  const name = relation.local[place];
  const own = name === undefined ? undefined : from.type.fields?.get(name);
  const related = to.type.fields?.get(field);
  if (own === undefined || related === undefined) return undefined;
  if (own.type.kind !== 'named' || related.type.kind !== 'named' || own.type.name !== related.type.name)
    return undefined;
  return { kind: 'column', scope: from, field: own.name, type, nullable: own.nullable };
}
