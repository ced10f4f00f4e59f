import { describeValue } from '@nanook/core/internal';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { HandlerMark } from './handler-mark.js';
import { nameOfType, rowSourceOf } from './row-source.js';
import { isClass, type ResourceSource } from './resource-source.js';

/** The requirement of a route, as data for listings, audits and tests. */
export type RouteRequirement =
  | {
      readonly kind: 'authorize';
      readonly action: string;
      /** The name of a type; or the name of the loader with parentheses, such as `findRepository()`, or `loader()`. */
      readonly resource: string;
    }
  | { readonly kind: 'request' }
  | { readonly kind: 'skip'; readonly reason: string };

const requirementMark = new HandlerMark<RouteRequirement>('requirement');

/**
 * Marks middleware as a requirement. A route that has one before its handler is protected.
 *
 * @internal for adapters
 */
export const asRequirement = <Handler extends object>(
  handler: Handler,
  requirement: RouteRequirement,
): Handler => requirementMark.set(handler, requirement, describeRequirement(requirement));

/**
 * Returns the requirement that a handler checks, or `undefined`.
 *
 * @internal for adapters
 */
export const requirementOf = (handler: unknown): RouteRequirement | undefined =>
  requirementMark.find(handler);

/** Middleware that runs without authorization, and the reason. */
export interface Skipped {
  readonly reason: string;
  readonly middleware: readonly ((...args: never[]) => unknown)[];
}

const skippedMark = new HandlerMark<Skipped>('skipped');

/**
 * Marks a handler that runs this middleware without authorization. The middleware responds itself, so the handler is not a requirement for
 * later handlers.
 *
 * @internal for adapters
 */
export const asSkipped = <Handler extends object>(handler: Handler, skipped: Skipped): Handler =>
  skippedMark.set(handler, skipped, skipped.reason);

/**
 * Returns the middleware that a handler runs without authorization, or `undefined`.
 *
 * @internal for adapters
 */
export const skippedBy = (handler: unknown): Skipped | undefined => skippedMark.find(handler);

/**
 * Marks the function that a library has put in the place of a handler, as the handler is marked. It works where nothing of the handler is
 * left in that function, but the framework shows which handler it replaces.
 *
 * @internal for adapters
 */
export function copyMarks(handler: unknown, replacement: (...args: never[]) => unknown): void {
  requirementMark.copy(handler, replacement);
  skippedMark.copy(handler, replacement);
}

/**
 * Returns whether a requirement protects a route. A check of the request alone, with `allow_request`, does not.
 *
 * @internal for adapters
 */
export const decides = (requirement: RouteRequirement): boolean => requirement.kind !== 'request';

/**
 * Creates the requirement to authorize an action.
 *
 * @internal for adapters
 */
export function authorizeRequirement(action: string, source: ResourceSource<never>): RouteRequirement {
  const requirement: RouteRequirement = { kind: 'authorize', action, resource: describeSource(source) };
  sources.set(requirement, source);
  return requirement;
}

const sources = new WeakMap<RouteRequirement, ResourceSource<never>>();

/** Returns the source of the resource of a requirement. */
export const sourceOf = (requirement: RouteRequirement): ResourceSource<never> | undefined =>
  sources.get(requirement);

/**
 * Describes a requirement: `read Repository`, `read findRepository()`, `allow_request`, `skipped: liveness probe`.
 *
 * @internal for adapters
 */
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

/**
 * Returns the call that creates a requirement, for messages: `authorize('read', …)`, `skipAuthorization('liveness probe')`.
 *
 * @internal for adapters
 */
export function requirementCall(requirement: RouteRequirement): string {
  switch (requirement.kind) {
    case 'authorize':
      return `authorize('${requirement.action}', …)`;
    case 'request':
      return 'authorize()';
    case 'skip':
      return `skipAuthorization('${requirement.reason}')`;
  }
}

/** Describes the source of a resource: the name of a type, or of a loader with parentheses. */
export function describeSource(source: ResourceSource<never>): string {
  if (typeof source === 'string') return source;
  if (typeof source !== 'function') return source.name;
  const row = rowSourceOf(source);
  if (row !== undefined) return `row of ${nameOfType(row.type)}`;
  return isClass(source) ? source.name : `${source.name || 'loader'}()`;
}

/**
 * Checks that a value is an action.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_ACTION`
 * @internal for adapters
 */
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

/**
 * Checks that a value is a reason to skip authorization.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`
 * @internal for adapters
 */
export function checkReason(reason: unknown): void {
  if (typeof reason !== 'string' || reason.trim() === '')
    throw new AuthorizationConfigError('NANOOK_HTTP_NO_REASON', {});
}
