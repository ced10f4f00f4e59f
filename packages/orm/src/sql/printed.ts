import type { Dialect } from './dialect.js';
import { partsOf, type Fragment } from './fragment.js';

export interface PrintedSql {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Prints a fragment with the placeholders of the dialect.
 *
 * @param root the quoted name of the filtered table
 * @param firstParameter the number of the first placeholder, for PostgreSQL
 */
export function printed(
  fragment: Fragment,
  root: string,
  dialect: Dialect,
  firstParameter: number,
): PrintedSql {
  let text = '';
  const values: unknown[] = [];
  for (const part of partsOf(fragment)) {
    if (typeof part === 'string') text += part;
    else if (part.kind === 'root-column') text += `${root}.${dialect.quote(part.name)}`;
    else {
      values.push(part.value);
      text += dialect.name === 'postgres' ? `$${firstParameter + values.length - 1}` : '?';
      if (dialect.name === 'postgres' && part.cast !== undefined) text += `::${part.cast}`;
    }
  }
  return { text, values };
}
