import type { Handler } from '../internals/koa-router-internals.js';

const own = new WeakSet<Handler>();

/**
 * Marks middleware of this package. It receives its frame, and runs code of the application only in the context of this frame or of its
 * `next`, so it needs no context itself.
 */
export function asOwn<Own extends Handler>(middleware: Own): Own {
  own.add(middleware);
  return middleware;
}

export const isOwn = (handler: Handler): boolean => own.has(handler);
