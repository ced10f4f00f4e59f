import { CallSite } from '@nanook/http';
import type { Handler } from './koa-router-internals.js';

type Method = (...args: never[]) => unknown;

/** The text of the functions that `koa-compose` and `koa-mount` return, which is the same for all of their calls. */
const composed = /^function \w*\(\w+, next\) \{[^]*\breturn dispatch\(0\)/;
const mounted = /^async function \w*\(\w+, upstream\) \{[^]*\bdownstream\(/;

/** The calls that have added composed functions. */
const sites = new WeakMap<Handler, CallSite>();

/** Records the location of a call of `use` for the composed functions among its arguments. @param use the running function */
export function locateComposed(handlers: readonly unknown[], use: Method): void {
  for (const handler of handlers)
    if (
      typeof handler === 'function' &&
      repairOf(handler as Handler) !== undefined &&
      !sites.has(handler as Handler)
    )
      sites.set(handler as Handler, new CallSite(use));
}

/** The composed functions that a library has wrapped in other functions. */
const wrapped = new WeakMap<Handler, Handler>();

/** Records that a library has put a function in the place of a composed one, such as one for tracing. */
export function noteWrapper(handler: unknown, wrapper: Handler): void {
  if (typeof handler === 'function' && repairOf(handler as Handler) !== undefined)
    wrapped.set(wrapper, handler as Handler);
}

/** Describes a function that `koa-compose` or `koa-mount` has created, with its repair; `undefined` for other functions. */
export function describeComposed(given: Handler): string | undefined {
  const handler = wrapped.get(given) ?? given;
  const repair = repairOf(handler);
  if (repair === undefined) return undefined;
  const site = sites.get(handler)?.toString();
  return `composed middleware${site === undefined ? '' : ` (${site})`}, which cannot be followed: ${repair}`;
}

function repairOf(handler: Handler): string | undefined {
  const text = Function.prototype.toString.call(handler);
  if (composed.test(text)) return 'call `use` for each of its functions instead of `compose`';
  return mounted.test(text) ? 'mount an application, and call `use` for each of its functions' : undefined;
}
