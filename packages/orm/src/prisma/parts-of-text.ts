import type { TextMethod } from '@nanook/core/filter';
import { inexpressible } from './inexpressible.js';

/** The number of parts from which a text is too long for a list. A text of 44 characters has as many within it. */
const maxParts = 1000;

/**
 * Returns the texts for which a method of a text returns `true`. Half of a surrogate pair is not among them, because no column holds one.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_PRISMA_INEXPRESSIBLE` for a long text
 */
export function partsOf(text: string, method: TextMethod): readonly string[] {
  const characters = Array.from(text);
  const { length } = characters;
  const count = method === 'includes' ? (length * (length + 1)) / 2 : length;
  if (count > maxParts)
    throw inexpressible(
      `\`${method}\` of a text that has more than ${maxParts} parts to compare a column with`,
    );
  const parts = new Set(['']);
  for (let from = 0; from < length; from++) {
    if (method === 'startsWith' && from > 0) break;
    for (let to = from + 1; to <= length; to++)
      if (method !== 'endsWith' || to === length) parts.add(characters.slice(from, to).join(''));
  }
  return [...parts];
}
