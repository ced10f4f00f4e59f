import type { Class, TypeName, TypeToken } from '@nanook/core';
import {
  authorizeRequirement,
  checkAction,
  checkReason,
  checkSource,
  type LoaderOptions,
  type RouteRequirement,
} from '@nanook/http';
import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { findMethod, handlerName, prototypesOf } from '../execution/handler-location.js';

/**
 * Loads a resource, without injection. It gets the request of the platform as the client sent it, because guards run before pipes, and the
 * execution context. It can be asynchronous. If it declares a third parameter, it gets `{ signal }`, as the methods of a loader do.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the type of the request depends on the platform
export type InlineLoader = (request: any, context: ExecutionContext, options: LoaderOptions) => unknown;

/** The source of a resource: a type (its class, token or name), a class with `@ResourceLoader`, or a function that loads it. */
export type RequirementSource = Class | TypeToken | TypeName | InlineLoader;

/** Options of `@Authorize` for the id of the resource. */
export interface ResourceOptions {
  /**
   * The path of the id of the resource, such as `'params.id'`, `'body.repositoryId'`, `'query.id'`, `'args.id'` (GraphQL), `'data.id'` or
   * `'data'` (messages); or a function that returns the id. `false`: the type itself is the resource, as for *create*.
   * Default: `'params.id'`, `'args.id'`, `'data.id'`; `false` for the actions in `typeActions`.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- the type of the request depends on the platform
  readonly id?: string | false | ((request: any, context: ExecutionContext) => unknown);
  /**
   * Converts the id from the text that the client sent. An id that is not a string or a number is refused before. An error that it throws
   * reaches the client. If it returns `undefined`, `null` or `NaN`, the client gets a 404.
   */
  readonly parse?: (raw: string) => unknown;
}

/** The requirement that one decorator adds to a handler. */
export type HandlerRequirement =
  | {
      readonly kind: 'authorize';
      /** `undefined`: the default action of the HTTP method. */
      readonly action: string | undefined;
      readonly source: RequirementSource;
      readonly options: ResourceOptions;
    }
  | {
      readonly kind: 'result';
      readonly action: string;
      /** The path of the resources in the result; `undefined`: the result itself. */
      readonly at: string | undefined;
      /** The type of rows that show no type. */
      readonly type: TypeToken | TypeName | undefined;
    }
  | { readonly kind: 'request' }
  | { readonly kind: 'skip'; readonly reason: string };

/** The requirement of `@Authorize`. */
export type AuthorizeRequirement = Extract<HandlerRequirement, { readonly kind: 'authorize' }>;

/** The requirement of `@AuthorizeResult`. */
export type ResultRequirement = Extract<HandlerRequirement, { readonly kind: 'result' }>;

/** Creates the requirement of `@Authorize`. */
export const authorizes = (
  action: string | undefined,
  source: RequirementSource,
  options: ResourceOptions,
): HandlerRequirement => {
  if (action !== undefined) checkAction(action);
  checkSource(action ?? 'the method', source);
  return { kind: 'authorize', action, source, options };
};

/** Creates the requirement of `@SkipAuthorization`. */
export const skips = (reason: string): HandlerRequirement => {
  checkReason(reason);
  return { kind: 'skip', reason };
};

/** Converts a requirement to data for a listing. */
export function asRouteRequirement(
  requirement: HandlerRequirement,
  actionOf: (requirement: HandlerRequirement) => string,
): RouteRequirement {
  switch (requirement.kind) {
    case 'authorize':
      return authorizeRequirement(actionOf(requirement), requirement.source as never);
    case 'result':
      return { kind: 'authorize', action: requirement.action, resource: 'the result' };
    case 'request':
    case 'skip':
      return requirement;
  }
}

export const requirementsKey = Symbol.for('@nanook/nestjs/requirements');
export const fieldsKey = Symbol.for('@nanook/nestjs/fields');

/** Returns the requirements of the decorators of a method, by its name. */
export const namedRequirements = (prototype: object, key: string | symbol): readonly HandlerRequirement[] =>
  (Reflect.getOwnMetadata(requirementsKey, prototype, key) as readonly HandlerRequirement[] | undefined) ??
  [];

/**
 * Returns all requirements of a call: those of the class of the handler, of the classes that it extends, and of the handler itself. All
 * must hold. A skip removes the requirements farther from the handler, and a requirement closer to the handler removes a skip.
 *
 * @throws {NanookNestError} `NANOOK_NEST_CONFLICTING_REQUIREMENTS` if one place has a skip and another requirement;
 *   `NANOOK_NEST_LOST_REQUIREMENT` if the called function is not the decorated one
 */
export function requirementsOf(
  reflector: Reflector,
  type: object,
  handler: object,
): readonly HandlerRequirement[] {
  const name = handlerName(type, handler);
  if (
    overridesRequirement(reflector, type, handler) ||
    hasLostRequirements(type, handler, ownRequirementsOf(reflector, handler))
  )
    throw new NanookNestError('NANOOK_NEST_LOST_REQUIREMENT', { handler: name });
  let requirements: readonly HandlerRequirement[] = [];
  for (const place of [...lineage(type), handler]) {
    const added = ownRequirementsOf(reflector, place);
    const isSkipped = added.some(({ kind }) => kind === 'skip');
    if (isSkipped && added.length > 1)
      throw new NanookNestError('NANOOK_NEST_CONFLICTING_REQUIREMENTS', { handler: name });
    if (isSkipped) requirements = added;
    else if (added.length > 0)
      requirements = [...requirements.filter(({ kind }) => kind !== 'skip'), ...added];
  }
  return requirements;
}

/** Returns the requirements of a class or a method itself. */
export const ownRequirementsOf = (reflector: Reflector, place: object): readonly HandlerRequirement[] =>
  (reflector.get(requirementsKey, place as never) as readonly HandlerRequirement[] | undefined) ?? [];

/**
 * Returns whether a function without the requirements of the decorated method replaced that method: then the requirements of the class
 * would apply alone. If the function is not a method of the class, its decorated method is unknown, so any decorated method counts.
 */
function hasLostRequirements(
  type: object,
  handler: object,
  requirements: readonly HandlerRequirement[],
): boolean {
  const place = findMethod(type, handler);
  if (place !== undefined)
    return namedRequirements(place.prototype, place.name).some(
      (requirement) => !requirements.includes(requirement),
    );
  return (
    requirements.length === 0 &&
    prototypesOf(type).some((prototype) =>
      Object.getOwnPropertyNames(prototype).some((name) => namedRequirements(prototype, name).length > 0),
    )
  );
}

/**
 * Returns whether a method without a requirement overrides a method with requirements: then the requirements of the class would apply
 * alone, or none.
 */
export function overridesRequirement(reflector: Reflector, type: object, handler: object): boolean {
  if (ownRequirementsOf(reflector, handler).length > 0) return false;
  const place = findMethod(type, handler);
  if (place === undefined) return false;
  const prototypes = prototypesOf(type);
  return prototypes
    .slice(prototypes.indexOf(place.prototype) + 1)
    .some((prototype) => findRequiringMethod(reflector, prototype, place.name) !== undefined);
}

/** Finds the method of this name on a prototype, if it has a requirement. */
export function findRequiringMethod(
  reflector: Reflector,
  prototype: object,
  name: string,
): object | undefined {
  const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
  if (typeof method !== 'function') return undefined;
  const requirements = [...namedRequirements(prototype, name), ...ownRequirementsOf(reflector, method)];
  return needsCheck(requirements) || Reflect.hasMetadata(fieldsKey, method) ? method : undefined;
}

/** Returns whether any of the requirements needs a check. A skip needs none. */
export const needsCheck = (requirements: readonly HandlerRequirement[]): boolean =>
  requirements.some(({ kind }) => kind !== 'skip');

/** Returns the requirements of a class and of the classes that it extends. */
export const classRequirementsOf = (reflector: Reflector, type: object): readonly HandlerRequirement[] =>
  lineage(type).flatMap((place) => ownRequirementsOf(reflector, place));

/** Returns the classes with requirements, from the base to the class itself. */
function lineage(type: object): object[] {
  const classes: object[] = [];
  for (
    let at: object | null = type;
    at !== null && at !== Function.prototype;
    at = Object.getPrototypeOf(at) as object | null
  )
    if (Reflect.hasOwnMetadata(requirementsKey, at)) classes.unshift(at);
  return classes;
}
