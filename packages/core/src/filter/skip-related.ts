import { complement } from './complement.js';
import type { Column, Operand, RelationStep } from './condition.js';
import { all, any, operandsOf, type RowFilter } from './row-filter.js';

/**
 * Skips the related rows of which a filter uses only the key, because the row refers to it with an equal key of its own.
 *
 * @param hasEqualKeys whether the keys on both sides of a relation are equal values, and a foreign key guarantees the related row
 */
export function skipRelated(filter: RowFilter, hasEqualKeys: (step: RelationStep) => boolean): RowFilter {
  const skip = (part: RowFilter): RowFilter => skipRelated(part, hasEqualKeys);
  switch (filter.kind) {
    case 'and':
      return all(...filter.parts.map(skip));
    case 'or':
      return any(...filter.parts.map(skip));
    case 'exists':
    case 'none': {
      const { step } = filter;
      const where = skip(filter.where);
      const moved = leadsToOneByKey(step) && hasEqualKeys(step) ? movedTo(where, step) : undefined;
      if (moved === undefined) return { ...filter, where };
      const column = (field: string): Column => ({
        kind: 'column',
        scope: step.from,
        field,
        type: 'integer',
        nullable: true,
      });
      const { local } = step.relation;
      if (filter.kind === 'exists')
        return all(moved, ...local.map((field): RowFilter => ({ kind: 'not-null', column: column(field) })));
      const opposite = complement(moved, (each) => ({ kind: 'null', column: each }));
      if (opposite === undefined) return { ...filter, where };
      return any(opposite, ...local.map((field): RowFilter => ({ kind: 'null', column: column(field) })));
    }
    case 'in-set':
    case 'not-in-set': {
      const { set } = filter;
      return { ...filter, set: { ...set, base: skip(set.base), step: skip(set.step) } };
    }
    default:
      return filter;
  }
}

/** Returns whether a relation refers to the key of a row, and to nothing else. */
const leadsToOneByKey = ({ relation, to }: RelationStep): boolean =>
  relation.kind === 'one' &&
  relation.enforced &&
  relation.where.size === 0 &&
  to.type.key?.length === relation.foreign.length &&
  to.type.key.every((field) => relation.foreign.includes(field));

/** Returns a filter of a related row as a filter of the row that refers to it; `undefined` when it uses more than the key. */
function movedTo(filter: RowFilter, step: RelationStep): RowFilter | undefined {
  const { from, to, relation } = step;
  const localOf = (field: string): string | undefined => relation.local[relation.foreign.indexOf(field)];
  const operand = <Side extends Operand>(side: Side): Side | undefined => {
    if (side.kind === 'value' || side.scope.id !== to.id) return side;
    const field = localOf(side.field);
    return field === undefined ? undefined : { ...side, scope: from, field, nullable: true };
  };
  switch (filter.kind) {
    case 'always':
    case 'never':
      return filter;
    case 'and':
    case 'or': {
      const parts = filter.parts.map((part) => movedTo(part, step));
      return parts.every((part) => part !== undefined) ? { ...filter, parts } : undefined;
    }
    case 'exists':
    case 'none': {
      const where = movedTo(filter.where, step);
      if (where === undefined) return undefined;
      const { step: next } = filter;
      if (next.from.id !== to.id) return { ...filter, where };
      const local = next.relation.local.map(localOf);
      if (!local.every((field) => field !== undefined)) return undefined;
      const name = `${relation.name}.${next.relation.name}`;
      return { ...filter, where, step: { ...next, from, relation: { ...next.relation, name, local } } };
    }
    case 'compare': {
      const [left, right] = [operand(filter.left), operand(filter.right)];
      return left === undefined || right === undefined ? undefined : { ...filter, left, right };
    }
    case 'computed':
    case 'computable':
    case 'uncomputable': {
      const isMoved = operandsOf(filter).some((side) => side.kind === 'column' && side.scope.id === to.id);
      return isMoved ? undefined : filter;
    }
    case 'text':
    case 'not-text': {
      const [text, part] = [operand(filter.text), operand(filter.part)];
      return text === undefined || part === undefined ? undefined : { ...filter, text, part };
    }
    case 'contains':
    case 'lacks': {
      const item = filter.item && operand(filter.item);
      return item === undefined || filter.column.scope.id === to.id ? undefined : { ...filter, item };
    }
    case 'count': {
      const other = filter.step.from.id === to.id ? undefined : operand(filter.other);
      return other && { ...filter, other };
    }
    case 'null':
    case 'not-null':
    case 'in':
    case 'not-in': {
      const column = operand(filter.column);
      return column === undefined ? undefined : { ...filter, column };
    }
    case 'in-set':
    case 'not-in-set':
    case 'found-before':
      return filter.row.id === to.id ? undefined : filter;
    default:
      return filter.column.scope.id === to.id ? undefined : filter;
  }
}
