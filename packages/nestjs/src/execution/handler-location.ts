import { HandlerCache } from './handler-cache.js';

/** The prototype that has a handler as a method, and the name of the method. */
export interface HandlerLocation {
  readonly prototype: object;
  readonly name: string;
}

const locations = new HandlerCache<HandlerLocation | undefined>();
const names = new HandlerCache<string>();

/**
 * Finds the method of a class that a handler is. A function of the instance, such as `this.show = this.show.bind(this)`, is not a method of
 * the class; its name leads to the method that it replaces.
 */
export const findMethod = (type: object, handler: object): HandlerLocation | undefined =>
  locations.get(type, handler, () => find(type, handler));

function find(type: object, handler: object): HandlerLocation | undefined {
  const prototypes = prototypesOf(type);
  for (const prototype of prototypes)
    for (const name of Object.getOwnPropertyNames(prototype))
      if (Object.getOwnPropertyDescriptor(prototype, name)?.value === handler) return { prototype, name };
  const name = (handler as { readonly name: string }).name.replace(/^bound /, '');
  const prototype = prototypes.find((one) => Object.hasOwn(one, name));
  return prototype && { prototype, name };
}

/** Returns the prototypes of a class and of the classes that it extends, from the class to its base. */
export function prototypesOf(type: object): readonly object[] {
  const prototypes: object[] = [];
  for (
    let at = (type as { readonly prototype?: object | null }).prototype ?? null;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  )
    prototypes.push(at);
  return prototypes;
}

/** Returns the name of a handler for a message: `Class.method`. */
export const handlerName = (type: object, handler: object): string =>
  names.get(type, handler, () => {
    const method = findMethod(type, handler)?.name ?? (handler as { name: string }).name;
    return `${(type as { name: string }).name}.${method}`;
  });
