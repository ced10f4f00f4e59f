import { describeValue, type Authorizer, type Class, type TypeToken } from '@nanook/core';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { checkReturns } from '../config-errors/check-returns.js';

/** Gets one resource; may be async. What it throws passes through; `null` and `undefined` are *not found*. */
export type ResourceLoader<Context extends readonly unknown[], Resource> = (...context: Context) => Resource;

/**
 * Where a requirement takes its resource from: a loader; or, when there is no resource yet (*create*, *list*), a class, a type token,
 * or the name of a type: then the type is the resource.
 */
export type ResourceSource<Context extends readonly unknown[] = [], Resource = unknown> =
  | ResourceLoader<Context, Resource>
  | Class
  | TypeToken
  | string;

/** @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_SOURCE` for what no resource can come from, `NANOOK_HTTP_NO_RETURN` */
export function checkSource(action: string, source: unknown): void {
  if (typeof source !== 'function' && typeof source !== 'string' && !isTypeToken(source))
    throw new AuthorizationConfigError('NANOOK_HTTP_NO_SOURCE', { action, found: describeValue(source) });
  checkReturns(`the loader of the requirement "${action}"`, source);
}

/** A token may come from the other copy of the core, ES module or CommonJS, so `instanceof` cannot tell. */
const isTypeToken = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.isFrozen(value) &&
  Object.keys(value).join() === 'name';

/** What the source stands for in this request. */
export function resourceFrom<Context extends readonly unknown[], Resource>(
  authorizer: Authorizer,
  source: ResourceSource<Context, Resource>,
  context: Context,
): unknown {
  if (typeof source === 'string') return authorizer.type(source);
  if (typeof source !== 'function' || isClass(source)) return source;
  return (source as ResourceLoader<Context, Resource>)(...context);
}

/** By its text, as a class and a function cannot be told apart otherwise. What was compiled to ES5 is given by name. */
export const isClass = (value: object): boolean => /^class\b/.test(Function.prototype.toString.call(value));
