/** Maps items concurrently. It waits only for promises, and rejects only after all items were started. */
export async function mapConcurrently<Item, Result>(
  items: Iterable<Item>,
  ask: (item: Item) => Result | Promise<Result>,
): Promise<Result[]> {
  const results: (Result | Promise<Result>)[] = [];
  let waits = false;
  for (const item of items) {
    const result = ask(item);
    waits ||= result instanceof Promise;
    results.push(result);
  }
  return waits ? Promise.all(results) : (results as Result[]);
}
