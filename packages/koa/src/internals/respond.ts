import type { ExtendableContext } from 'koa';

const watched = new WeakMap<ExtendableContext, () => boolean | undefined>();

/** Notes how to read `ctx.respond` without being taken for Koa, where a look at it tells that Koa begins to answer. */
export const watchRespond = (ctx: ExtendableContext, read: () => boolean | undefined): unknown =>
  watched.set(ctx, read);

export function respondOf(ctx: ExtendableContext): boolean | undefined {
  const read = watched.get(ctx);
  return read === undefined ? ctx.respond : read();
}

/** Whether Koa answers, and not a handler past it. */
export const isKoaToRespond = (ctx: ExtendableContext): boolean => respondOf(ctx) !== false;
