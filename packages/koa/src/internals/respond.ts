import type { ExtendableContext } from 'koa';

const readers = new WeakMap<ExtendableContext, () => boolean | undefined>();

/**
 * Registers a function that reads `ctx.respond` without the side effect of the property, which records that Koa begins to respond.
 */
export const watchRespond = (ctx: ExtendableContext, read: () => boolean | undefined): unknown =>
  readers.set(ctx, read);

/** Returns the value of `ctx.respond`. */
export function respondOf(ctx: ExtendableContext): boolean | undefined {
  const read = readers.get(ctx);
  return read === undefined ? ctx.respond : read();
}

/** Returns whether Koa sends the response, and not a handler that bypasses Koa. */
export const isKoaToRespond = (ctx: ExtendableContext): boolean => respondOf(ctx) !== false;
