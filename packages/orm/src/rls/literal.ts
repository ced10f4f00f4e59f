import { postgresDate } from '../sql/date-range.js';

/** Prints a value as a literal of PostgreSQL, for statements that take no bound values. */
export function literal(value: unknown, cast?: string): string {
  const type = cast === undefined ? '' : `::${cast}`;
  if (Array.isArray(value)) return `ARRAY[${value.map((each) => literal(each)).join(', ')}]${type}`;
  const text = value instanceof Date ? postgresDate(value) : String(value);
  const quoted = text.replaceAll("'", "''");
  // A backslash in a plain literal depends on a setting of the server.
  return `${quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`}${type}`;
}
