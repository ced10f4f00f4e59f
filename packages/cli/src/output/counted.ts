import { count } from './count.js';
import type { Io } from './io.js';

const showEveryMs = 100;

/**
 * Passes on the items of long work, and shows their number as progress.
 *
 * @param name an item, such as `check`
 * @param total the number of all items, if it is known
 */
export async function* counted<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  name: string,
  { progress }: Pick<Io, 'progress'>,
  total?: number,
): AsyncGenerator<Item, void, undefined> {
  let number = 0;
  const start = performance.now();
  let shownAt = start;
  try {
    for await (const item of items) {
      yield item;
      number++;
      const now = performance.now();
      if (now - shownAt < showEveryMs) continue;
      shownAt = now;
      progress(total === undefined ? count(number, name) : `${number} of ${count(total, name)}`);
    }
  } finally {
    if (shownAt !== start) progress('');
  }
}
