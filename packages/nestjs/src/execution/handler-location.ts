/** Where a handler stands: the prototype that has it, and its name there. */
export interface HandlerLocation {
  readonly prototype: object;
  readonly name: string;
}

const known = new WeakMap<object, WeakMap<object, HandlerLocation | undefined>>();

/**
 * Finds the method of a class that is called when a handler is. One that an instance has for itself, such as
 * `this.show = this.show.bind(this)`, is none of the class's; its name tells which it stands for.
 */
export function findMethod(type: object, handler: object): HandlerLocation | undefined {
  let places = known.get(type);
  if (places === undefined) known.set(type, (places = new WeakMap()));
  if (!places.has(handler)) places.set(handler, find(type, handler));
  return places.get(handler);
}

function find(type: object, handler: object): HandlerLocation | undefined {
  const prototypes = prototypesOf(type);
  for (const prototype of prototypes)
    for (const name of Object.getOwnPropertyNames(prototype))
      if (Object.getOwnPropertyDescriptor(prototype, name)?.value === handler) return { prototype, name };
  const name = (handler as { readonly name: string }).name.replace(/^bound /, '');
  const prototype = prototypes.find((one) => Object.hasOwn(one, name));
  return prototype && { prototype, name };
}

/** From the class to the first that was extended. */
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

/** Names a handler in a message: `Class.method`. */
export const handlerName = (type: object, handler: object): string =>
  `${(type as { name: string }).name}.${findMethod(type, handler)?.name ?? (handler as { name: string }).name}`;
