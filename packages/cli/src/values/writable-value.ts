import { Expression, QueryVariable } from '@nanook/core';
import { inspect } from 'node:util';

/** Returns a value that `JSON.stringify` can write: variables and expressions as text, and rows of a circle as "[circular]". */
export function writableValue(value: unknown): unknown {
  if (value instanceof Expression) return String(value);
  if (value instanceof QueryVariable || typeof value === 'function') return inspect(value);
  if (value === undefined) return null;
  const above: unknown[] = [];
  return JSON.parse(
    JSON.stringify(value, function replace(this: unknown, _key, inner: unknown) {
      if (typeof inner === 'bigint') return String(inner);
      if (typeof inner !== 'object' || inner === null) return inner;
      while (above.length > 0 && above.at(-1) !== this) above.pop();
      if (above.includes(inner)) return '[circular]';
      above.push(inner);
      return inner;
    }) ?? 'null',
  );
}
