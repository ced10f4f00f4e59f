/**
 * Returns a text that is the same for equal values: JSON with sorted names. Values that JSON cannot express, such as dates and maps of a
 * parsed argument, have a text of their own kind, so that two different values never have the same text.
 *
 * @throws {TypeError} for a function, a symbol, an object with a cycle, and an instance of another class
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > 100) throw new TypeError('the arguments are too deep to approve');
  if (value === undefined) return 'undefined';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0';
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return JSON.stringify(value);
  if (Array.isArray(value)) return `[${Array.from(value, (each) => canonicalJson(each, depth + 1)).join()}]`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof URL) return `URL(${JSON.stringify(value.href)})`;
  if (value instanceof Map || value instanceof Set)
    return `${value.constructor.name}(${canonicalJson([...value], depth + 1)})`;
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== null && prototype !== Object.prototype)
    throw new TypeError('the arguments contain a value that cannot be approved');
  const entries = Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each, depth + 1)}`).join()}}`;
}
