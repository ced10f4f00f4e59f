import { usesOuterRows } from './outer-rows.js';
import { all, any, exists, type RowFilter } from './row-filter.js';

/** The number of alternatives beyond which a related row is not searched for each of them. */
const maxSplit = 8;

/**
 * Writes a related row with alternatives about further related rows as alternatives, each with a related row of its own. A database tests the
 * further rows for each candidate, while it finds the rows of each alternative at once.
 *
 * @param known the numbers of the rows whose columns are values of the query, such as those of the actor
 */
export function splitRelated(filter: RowFilter, known: ReadonlySet<number> = new Set()): RowFilter {
  switch (filter.kind) {
    case 'and':
      return all(...filter.parts.map((part) => splitRelated(part, known)));
    case 'or':
      return any(...filter.parts.map((part) => splitRelated(part, known)));
    case 'none':
      return { ...filter, where: splitRelated(filter.where, known) };
    case 'exists': {
      const where = splitRelated(filter.where, known);
      const parts = where.kind === 'and' ? where.parts : [where];
      const alternatives = parts.find(isWorthSplitting);
      if (alternatives === undefined || usesOuterRows(where, new Set(known).add(filter.step.to.id)))
        return { ...filter, where };
      const others = parts.filter((part) => part !== alternatives);
      return any(...alternatives.parts.map((part) => exists(filter.step, all(...others, part))));
    }
    default:
      return filter;
  }
}

type Alternatives = Extract<RowFilter, { readonly kind: 'and' | 'or' }>;

/** If only one alternative has a further row, the database starts from the rows of the others. */
const isWorthSplitting = (filter: RowFilter): filter is Alternatives =>
  filter.kind === 'or' && filter.parts.length <= maxSplit && filter.parts.filter(leadsOn).length > 1;

/** Returns whether a filter holds only where a further related row exists. */
const leadsOn = (filter: RowFilter): boolean =>
  filter.kind === 'exists' || (filter.kind === 'and' && filter.parts.some(leadsOn));
