import { describeValue } from '@nanook/core';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { isClass, type ResourceSource } from './resource-source.js';

/** What a route's requirement demands, as data: for listings, audits and tests. */
export type RouteRequirement =
  | {
      readonly kind: 'authorize';
      readonly action: string;
      /** The name of a type, or `loader` with the loader's own name where it has one: `findRepository()`. */
      readonly resource: string;
    }
  | { readonly kind: 'request' }
  | { readonly kind: 'skip'; readonly reason: string };

const brand = Symbol.for('@nanook/http/requirement');

/** Marks a handler as one that authorizes, or skips: a route that carries one is protected. */
export const asRequirement = <Handler extends object>(
  handler: Handler,
  requirement: RouteRequirement,
): Handler => Object.defineProperty(handler, brand, { value: requirement });

/** The requirement that a handler stands for, if it is one. */
export const requirementOf = (handler: unknown): RouteRequirement | undefined =>
  typeof handler === 'function' ? (handler as { [brand]?: RouteRequirement })[brand] : undefined;

/** Middleware that is called without authorization, and the reason. */
export interface Skipped {
  readonly reason: string;
  readonly middleware: readonly ((...args: never[]) => unknown)[];
}

const skippedBrand = Symbol.for('@nanook/http/skipped');

/** Marks a handler that calls this middleware under a skip. It answers by itself, so it is not a requirement for the handlers after it. */
export const asSkipped = <Handler extends object>(handler: Handler, skipped: Skipped): Handler =>
  Object.defineProperty(handler, skippedBrand, { value: skipped });

/** The middleware that a handler calls under a skip, if it is such a handler. */
export const skippedBy = (handler: unknown): Skipped | undefined =>
  typeof handler === 'function' ? (handler as { [skippedBrand]?: Skipped })[skippedBrand] : undefined;

/** Whether a requirement decides about the route: `allow_request` alone does not. */
export const decides = (requirement: RouteRequirement): boolean => requirement.kind !== 'request';

export function authorizeRequirement(action: string, source: ResourceSource<never>): RouteRequirement {
  const requirement: RouteRequirement = { kind: 'authorize', action, resource: describeSource(source) };
  sources.set(requirement, source);
  return requirement;
}

const sources = new WeakMap<RouteRequirement, ResourceSource<never>>();

/** The source of the resource that a requirement authorizes. */
export const sourceOf = (requirement: RouteRequirement): ResourceSource<never> | undefined =>
  sources.get(requirement);

/** `read Repository`, `read findRepository()`, `allow_request`, `skipped: liveness probe`. */
export function describeRequirement(requirement: RouteRequirement): string {
  switch (requirement.kind) {
    case 'authorize':
      return `${requirement.action} ${requirement.resource}`;
    case 'request':
      return 'allow_request';
    case 'skip':
      return `skipped: ${requirement.reason}`;
  }
}

function describeSource(source: ResourceSource<never>): string {
  if (typeof source === 'string') return source;
  if (typeof source !== 'function') return source.name;
  return isClass(source) ? source.name : `${source.name || 'loader'}()`;
}

/** @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_ACTION` */
export function checkAction(action: unknown): void {
  if (typeof action !== 'string' || action === '')
    throw new AuthorizationConfigError('NANOOK_HTTP_NO_ACTION', {
      action: describeValue(action),
      hint: hintAbout(action),
    });
}

function hintAbout(action: unknown): string | undefined {
  if (Array.isArray(action)) return 'write one requirement, or one check, for each action';
  if (typeof action === 'function' || (typeof action === 'object' && action !== null))
    return 'the action comes before the resource, and no actor is passed';
  return undefined;
}

/** @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON` */
export function checkReason(reason: unknown): void {
  if (typeof reason !== 'string' || reason.trim() === '')
    throw new AuthorizationConfigError('NANOOK_HTTP_NO_REASON', {});
}
