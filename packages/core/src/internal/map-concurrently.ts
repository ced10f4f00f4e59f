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
