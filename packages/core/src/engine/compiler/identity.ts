const objectIds = new WeakMap<object, number>();
let objectCount = 0;

/** Returns a key that is equal only for constants that are certainly the same. */
export function identityOfConstant(value: unknown): string {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function')
    return `${typeof value}:${String(value)}`;
  let id = objectIds.get(value);
  if (id === undefined) objectIds.set(value, (id = objectCount++));
  return `#${id}`;
}
