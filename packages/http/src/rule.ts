const brand = Symbol.for('@nanook/http/rule');

/** Marks a handler as one that authorizes, or skips: a route that carries one is protected. */
export const asRule = <Handler extends object>(handler: Handler): Handler =>
  Object.defineProperty(handler, brand, { value: true });

export const isRule = (handler: unknown): boolean =>
  typeof handler === 'function' && (handler as { [brand]?: unknown })[brand] === true;
