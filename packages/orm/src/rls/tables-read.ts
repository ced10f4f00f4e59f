import type { RowFilter } from '@nanook/core/filter';

/** Returns the names of the types and join tables that a filter reads, besides the row itself. */
export function tablesRead(filter: RowFilter, found = new Set<string>()): ReadonlySet<string> {
  switch (filter.kind) {
    case 'and':
    case 'or':
      for (const part of filter.parts) tablesRead(part, found);
      break;
    case 'exists':
    case 'none': {
      const { relation, to } = filter.step;
      found.add(to.type.name);
      if (relation.through !== undefined) found.add(relation.through.table);
      tablesRead(filter.where, found);
      break;
    }
    case 'in-set':
    case 'not-in-set':
      found.add(filter.set.row.type.name);
      tablesRead(filter.set.base, found);
      tablesRead(filter.set.step, found);
      break;
    default:
  }
  return found;
}
