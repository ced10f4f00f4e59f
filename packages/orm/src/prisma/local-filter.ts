import {
  complement as complementOf,
  operandsOf,
  type RelationStep,
  type RowFilter,
} from '@nanook/core/filter';
import { inexpressible } from './inexpressible.js';

// Prisma's `where` cannot name a column of an outer row within a relation, and its negations follow SQL. So conditions about an outer row
// move out of the relation, and a negation becomes the opposite of each comparison, with NULL spelled out.

const always: RowFilter = { kind: 'always' };
const never: RowFilter = { kind: 'never' };
/** The number of relations that a filter may repeat to move conditions out of them. */
const maxCopies = 1000;

export function all(parts: readonly RowFilter[]): RowFilter {
  const kept = parts.flatMap((part) =>
    part.kind === 'and' ? part.parts : part.kind === 'always' ? [] : [part],
  );
  if (kept.some((part) => part.kind === 'never')) return never;
  if (kept.length === 0) return always;
  return kept.length === 1 ? kept[0]! : { kind: 'and', parts: kept };
}

export function any(parts: readonly RowFilter[]): RowFilter {
  const kept = parts.flatMap((part) =>
    part.kind === 'or' ? part.parts : part.kind === 'never' ? [] : [part],
  );
  if (kept.some((part) => part.kind === 'always')) return always;
  if (kept.length === 0) return never;
  return kept.length === 1 ? kept[0]! : { kind: 'or', parts: kept };
}

/**
 * Moves conditions about an outer row out of relations. A comparison of columns of two rows stays where it is.
 *
 * @throws {NanookOrmError} for a recursion
 */
export const localFilter = (filter: RowFilter): RowFilter => new Localization().of(filter);

class Localization {
  #copies = 0;

  of(filter: RowFilter): RowFilter {
    switch (filter.kind) {
      case 'and':
        return all(filter.parts.map((part) => this.of(part)));
      case 'or':
        return any(filter.parts.map((part) => this.of(part)));
      case 'exists':
        return this.#exists(filter.step, this.of(filter.where));
      case 'none':
        return complement(this.#exists(filter.step, this.of(filter.where)));
      case 'in-set':
      case 'not-in-set':
      case 'found-before':
        throw inexpressible('a rule that calls itself for a related row');
      case 'always':
      case 'never':
      case 'count':
      case 'compare':
      case 'computed':
      case 'computable':
      case 'uncomputable':
      case 'text':
      case 'not-text':
      case 'contains':
      case 'lacks':
      case 'readable-elements':
      case 'unreadable-elements':
      case 'null':
      case 'not-null':
      case 'readable':
      case 'unreadable':
      case 'nan':
      case 'not-nan':
      case 'in':
      case 'not-in':
        return filter;
      default:
        return assertNever(filter);
    }
  }

  #exists(step: RelationStep, where: RowFilter): RowFilter {
    const own = step.to.id;
    if (where.kind === 'never') return never;
    const found = (part: RowFilter): RowFilter => ({ kind: 'exists', step, where: part });
    const used = usedRows(where);
    if (!used.has(own)) return all([where, found(always)]);
    if (used.size === 1) return found(where);
    if (++this.#copies > maxCopies) throw outerRow();
    if (where.kind === 'or') return any(where.parts.map((part) => this.#exists(step, part)));
    if (where.kind !== 'and') throw outerRow();
    const beside = where.parts.filter((part) => !usedRows(part).has(own));
    const inside = where.parts.filter((part) => usedRows(part).has(own));
    const mixed = inside.find((part) => usedRows(part).size > 1);
    if (mixed === undefined) return all([...beside, found(all(inside))]);
    if (mixed.kind !== 'or') throw outerRow();
    const others = inside.filter((part) => part !== mixed);
    return all([...beside, any(mixed.parts.map((part) => this.#exists(step, all([part, ...others]))))]);
  }
}

const outerRow = () => inexpressible('a comparison of columns of two rows');

const usedBy = new WeakMap<RowFilter, ReadonlySet<number>>();

/** Returns the ids of the rows that a filter is about, except the related rows that it introduces. */
function usedRows(filter: RowFilter): ReadonlySet<number> {
  let used = usedBy.get(filter);
  if (used === undefined) usedBy.set(filter, (used = new Set(rowsOf(filter))));
  return used;
}

function* rowsOf(filter: RowFilter): Generator<number> {
  switch (filter.kind) {
    case 'always':
    case 'never':
      return;
    case 'and':
    case 'or':
      for (const part of filter.parts) yield* usedRows(part);
      return;
    case 'exists':
    case 'none':
      yield filter.step.from.id;
      for (const id of usedRows(filter.where)) if (id !== filter.step.to.id) yield id;
      return;
    case 'count':
      yield filter.step.from.id;
      if (filter.other.kind === 'column') yield filter.other.scope.id;
      return;
    case 'compare':
    case 'computed':
    case 'computable':
    case 'uncomputable':
    case 'text':
    case 'not-text':
      for (const side of operandsOf(filter)) if (side.kind === 'column') yield side.scope.id;
      return;
    case 'contains':
    case 'lacks':
      for (const side of [filter.column, filter.item]) if (side?.kind === 'column') yield side.scope.id;
      return;
    case 'in-set':
    case 'not-in-set':
    case 'found-before':
      yield filter.row.id;
      return;
    default:
      yield filter.column.scope.id;
  }
}

/** Returns the filter of the rows that a filter does not accept. @throws {NanookOrmError} for a recursion */
export function complement(filter: RowFilter): RowFilter {
  const others = complementOf(filter, (column) => (column.nullable ? { kind: 'null', column } : never));
  if (others === undefined) throw inexpressible('a rule that calls itself for a related row');
  return others;
}

export function assertNever(value: never): never {
  throw new Error(`bug in Nanook: unexpected ${JSON.stringify(value)}`);
}
