import type { Knex } from 'knex';
import type { Dialect } from '../sql/dialect.js';
import { partsOf, type Fragment } from '../sql/fragment.js';

/** Returns a fragment as the text and the bindings of a raw query. */
export function rawOf(
  fragment: Fragment,
  alias: string,
  dialect: Dialect,
): { readonly text: string; readonly bindings: Knex.Value[] } {
  let text = '';
  const bindings: Knex.Value[] = [];
  for (const part of partsOf(fragment)) {
    if (typeof part === 'string') {
      text += part.replaceAll('?', String.raw`\?`);
    } else if (part.kind === 'root-column') {
      text += '??';
      bindings.push(`${alias}.${part.name}`);
    } else {
      text += dialect.name === 'postgres' && part.cast !== undefined ? `?::${part.cast}` : '?';
      bindings.push(part.value as Knex.Value);
    }
  }
  return { text, bindings };
}
