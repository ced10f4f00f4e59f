import type { ServerResponse } from 'node:http';

/**
 * Intercepts assignments to a property of a response.
 *
 * @param intercept returns the value to assign; `undefined` keeps the current value
 */
export function interceptProperty(
  response: ServerResponse,
  name: string,
  intercept: (value: unknown) => unknown,
): void {
  const inherited = findAccessor(response, name);
  let current: unknown = Reflect.get(response, name);
  Object.defineProperty(response, name, {
    configurable: true,
    enumerable: true,
    get: () => (inherited === undefined ? current : inherited.get?.call(response)),
    set(value) {
      const intercepted = intercept(value);
      if (intercepted === undefined) return;
      if (inherited === undefined) current = intercepted;
      else inherited.set?.call(response, intercepted);
    },
  });
}

/** Returns the accessor of a property, which HTTP/2 has where HTTP/1 has a plain value. */
function findAccessor(response: object, name: string): PropertyDescriptor | undefined {
  for (let object: object | null = response; object !== null; object = Object.getPrototypeOf(object)) {
    const found = Object.getOwnPropertyDescriptor(object, name);
    if (found !== undefined) return found.get === undefined ? undefined : found;
  }
  return undefined;
}
