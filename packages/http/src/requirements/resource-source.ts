import { type Authorizer, type Class, type TypeName, type TypeToken } from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { checkReturns } from '../config-errors/check-returns.js';
import { callLoader, type LoaderLimits, type LoaderOptions } from './call-loader.js';

/**
 * A function that loads the resource of a request; it may be async. `null` and `undefined` mean *not found*. The adapter passes on its
 * errors. If it declares a parameter after the context, it also gets a signal, which aborts when its result is not needed any more.
 */
export type ResourceLoader<Context extends readonly unknown[], Resource> = (
  ...context: [...Context, LoaderOptions]
) => Resource;

/**
 * The source of the resource of a requirement: a loader; or, for *create* and *list*, where the type itself is the resource, a class, a
 * type token, or the name of a type.
 */
export type ResourceSource<Context extends readonly unknown[] = [], Resource = unknown> =
  | ResourceLoader<Context, Resource>
  | Class
  | TypeToken
  | TypeName;

/**
 * Checks that a value can be the source of a resource.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_SOURCE`; `NANOOK_HTTP_NO_RETURN` for a loader without `return`
 * @internal for adapters
 */
export function checkSource(action: string, source: unknown): void {
  if (typeof source === 'function' && checkedSources.has(source)) return;
  if (typeof source !== 'function' && typeof source !== 'string' && !isTypeToken(source))
    throw new AuthorizationConfigError('NANOOK_HTTP_NO_SOURCE', { action, found: describeValue(source) });
  checkReturns(`the loader of the requirement "${action}"`, source);
  if (typeof source === 'function') checkedSources.add(source);
}

/** The functions that passed the check, which reads their text. */
const checkedSources = new WeakSet<object>();

/** Returns whether a value is a type token. `instanceof` would fail for a token of the other copy of core, ES module or CommonJS. */
const isTypeToken = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.isFrozen(value) &&
  Object.keys(value).join() === 'name';

/** Returns the resource of a request: the result of the loader, which is called within the limits, or the type. */
export function resourceFrom<Context extends readonly unknown[], Resource>(
  authorizer: Authorizer,
  source: ResourceSource<Context, Resource>,
  context: Context,
  limits: LoaderLimits,
): unknown {
  if (typeof source === 'string') return authorizer.type(source);
  if (typeof source !== 'function' || isClass(source)) return source;
  return callLoader({ loader: source as ResourceLoader<Context, Resource>, args: context }, limits);
}

/** Whether a function is a class. Its text never changes, and to read it takes a microsecond in each request. */
const classes = new WeakMap<object, boolean>();

/**
 * Returns whether a function is a class, by its source text. It does not recognize a class that was compiled to ES5; write the name of
 * such a type.
 *
 * @internal for adapters
 */
export function isClass(value: object): boolean {
  const known = classes.get(value);
  if (known !== undefined) return known;
  const found = /^class\b/.test(Function.prototype.toString.call(value));
  classes.set(value, found);
  return found;
}
