import type { RowFilter } from '@nanook/core/filter';
import type { TableName, TableNames } from './table-names.js';

/** Returns the tables that a filter reads, besides the row itself. A table is listed as often as it is read. */
export function tablesRead(filter: RowFilter, names: TableNames): readonly TableName[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.flatMap((part) => tablesRead(part, names));
    case 'exists':
    case 'none':
    case 'count': {
      const { relation, to } = filter.step;
      const join = relation.through === undefined ? [] : [names.joinTable(relation.through.table)];
      return [
        names.table(to.type.name),
        ...join,
        ...(filter.kind === 'count' ? [] : tablesRead(filter.where, names)),
      ];
    }
    case 'in-set':
    case 'not-in-set': {
      const { row, base, step } = filter.set;
      return [names.table(row.type.name), ...tablesRead(base, names), ...tablesRead(step, names)];
    }
    default:
      return [];
  }
}
