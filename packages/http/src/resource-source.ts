import type { Authorizer, Class, TypeToken } from '@nanook/core';
import { AuthorizationFault } from './authorization-fault.js';

/** Gets one resource; may be async. What it throws passes through; `null` and `undefined` are *not found*. */
export type ResourceLoader<Context extends readonly unknown[], Resource> = (...context: Context) => Resource;

/**
 * Where a rule takes its resource from: a loader; or, when there is no resource yet (*create*, *list*), a class, a type token,
 * or the name of a type: then the type is the resource.
 */
export type ResourceSource<Context extends readonly unknown[] = [], Resource = unknown> =
  | ResourceLoader<Context, Resource>
  | Class
  | TypeToken
  | string;

/** @throws {AuthorizationFault} `NANOOK_HTTP_NO_SOURCE` when a rule is written without one */
export function checkSource(action: string, source: unknown): void {
  const isSource =
    typeof source === 'function' ||
    typeof source === 'string' ||
    (typeof source === 'object' && source !== null);
  if (!isSource) throw new AuthorizationFault('NANOOK_HTTP_NO_SOURCE', { action });
}

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
