/** Maps items concurrently. It waits only for promises, and rejects only after all items were started. */
export async function mapConcurrently<Item, Result>(
  items: Iterable<Item>,
  map: (item: Item) => Result | Promise<Result>,
): Promise<Result[]> {
  const results: (Result | Promise<Result>)[] = [];
  let waits = false;
  for (const item of items) {
    const result = map(item);
    waits ||= result instanceof Promise;
    results.push(result);
  }
  return waits ? Promise.all(results) : (results as Result[]);
}

/** Runs changes one after the other, in the order of the calls, so that the last call wins and not the fastest. */
export class Sequence {
  #latest: Promise<unknown> = Promise.resolve();

  /** Runs a change after those that were requested before. A change that fails does not affect the next. */
  run<Result>(change: () => Result | Promise<Result>): Promise<Result> {
    const changed = this.#latest.then(change);
    this.#latest = changed.catch(() => {});
    return changed;
  }
}
