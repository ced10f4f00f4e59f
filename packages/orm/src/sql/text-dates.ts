import { sqlite, type Dialect } from './dialect.js';
import type { ColumnSide, Side } from './side.js';

/** Returns the dialect of SQLite for dates that an ORM stores as text in UTC. */
export function sqliteWithTextDates(): Dialect {
  const dialect = sqlite({ date: (date) => date.toISOString().replace('T', ' ').slice(0, -1) });
  // Stored texts have several forms: a default such as `CURRENT_TIMESTAMP` has no milliseconds and no time zone.
  const uniformColumn = (side: ColumnSide): ColumnSide => ({
    ...side,
    sql: ["strftime('%Y-%m-%d %H:%M:%f', ", side.sql, ')'],
  });
  const uniform = (side: Side): Side => (side.kind === 'column' ? uniformColumn(side) : side);
  return {
    ...dialect,
    date: (operator, left, right) => dialect.date(operator, uniform(left), uniform(right)),
    sortable: (side) => dialect.sortable(side.column.type === 'date' ? uniformColumn(side) : side),
  };
}
