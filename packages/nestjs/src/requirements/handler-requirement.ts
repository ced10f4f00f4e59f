import type { Class, TypeToken } from '@nanook/core';
import {
  authorizeRequirement,
  checkAction,
  checkReason,
  checkSource,
  type RouteRequirement,
} from '@nanook/http';
import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { findMethod, handlerName, prototypesOf } from '../execution/handler-location.js';
import { NanookNestError } from '../errors/nanook-nest-error.js';

/** Gets a resource without the container's help. It sees what the client sent as it came: guards run before pipes. */
// oxlint-disable-next-line typescript/no-explicit-any -- the request of whichever platform it is
export type InlineLoader = (request: any, context: ExecutionContext) => unknown;

/** A type (its class, token or name), a class with `@ResourceLoader`, or a loader. */
export type RequirementSource = Class | TypeToken | string | InlineLoader;

export interface ResourceOptions {
  /**
   * Where the id of the resource is: a path such as `'params.id'`, `'body.repositoryId'`, `'query.id'`, `'args.id'` (GraphQL),
   * `'data.id'` or `'data'` (messages); or a function. `false`: the type itself is the resource, as for *create*.
   * Default: `'params.id'`, `'args.id'`, `'data.id'`; `false` for the actions in `typeActions`.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- the request of whichever platform it is
  readonly id?: string | false | ((request: any, context: ExecutionContext) => unknown);
  /** Makes an id of what was sent: a string, or the text of a number. Anything else is refused. What it throws passes through. */
  readonly parse?: (raw: string) => unknown;
}

/** What a decorator demands of a handler. */
export type HandlerRequirement =
  | {
      readonly kind: 'authorize';
      /** Without one, it follows from the request's method. */
      readonly action: string | undefined;
      readonly source: RequirementSource;
      readonly options: ResourceOptions;
    }
  | {
      readonly kind: 'result';
      readonly action: string;
      /** Where in the result; without one, the result itself. */
      readonly at: string | undefined;
    }
  | { readonly kind: 'request' }
  | { readonly kind: 'skip'; readonly reason: string };

export const authorizes = (
  action: string | undefined,
  source: RequirementSource,
  options: ResourceOptions,
): HandlerRequirement => {
  if (action !== undefined) checkAction(action);
  checkSource(action ?? 'the method', source);
  return { kind: 'authorize', action, source, options };
};

export const skips = (reason: string): HandlerRequirement => {
  checkReason(reason);
  return { kind: 'skip', reason };
};

/** The requirement as data, for listings. */
export function asRouteRequirement(
  requirement: HandlerRequirement,
  actionOf: (requirement: HandlerRequirement) => string,
): RouteRequirement {
  switch (requirement.kind) {
    case 'authorize':
      return authorizeRequirement(actionOf(requirement), requirement.source as never);
    case 'result':
      return { kind: 'authorize', action: requirement.action, resource: 'what is returned' };
    case 'request':
    case 'skip':
      return requirement;
  }
}

export const requirementsKey = Symbol.for('@nanook/nestjs/requirements');
export const fieldsKey = Symbol.for('@nanook/nestjs/fields');

/** The requirements that the method of this name was decorated with. */
export const namedRequirements = (prototype: object, key: string | symbol): readonly HandlerRequirement[] =>
  (Reflect.getOwnMetadata(requirementsKey, prototype, key) as readonly HandlerRequirement[] | undefined) ??
  [];

/**
 * What a handler has to pass: the requirements of its class, of the classes that it extends, and its own. All must hold. What is closer
 * to the handler wins where one skips: a handler that authorizes overrules a class that skips, and the other way round.
 *
 * @throws {NanookNestError} `NANOOK_NEST_CONFLICTING_REQUIREMENTS` where one place does both; `NANOOK_NEST_LOST_REQUIREMENT` where what is called is
 *   no longer what was decorated
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

/** The requirements that stand at this place, whatever its class has. */
export const ownRequirementsOf = (reflector: Reflector, place: object): readonly HandlerRequirement[] =>
  (reflector.get(requirementsKey, place as never) as readonly HandlerRequirement[] | undefined) ?? [];

/**
 * Whether the method was decorated with requirements that the handler in its place does not have: those of its class would decide alone.
 * Of a handler that is none of the class's methods nothing tells which it stands for, so any will do.
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
 * Returns whether a method without a requirement of its own overrides one that has some: the requirements of its class would decide alone,
 * or none.
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

/** The method of this name, if the prototype has one whose decorators demand something. */
export function findRequiringMethod(
  reflector: Reflector,
  prototype: object,
  name: string,
): object | undefined {
  const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
  if (typeof method !== 'function') return undefined;
  const requirements = [...namedRequirements(prototype, name), ...ownRequirementsOf(reflector, method)];
  return demands(requirements) || Reflect.hasMetadata(fieldsKey, method) ? method : undefined;
}

/** Returns whether any of the requirements demands something. A skip demands nothing. */
export const demands = (requirements: readonly HandlerRequirement[]): boolean =>
  requirements.some(({ kind }) => kind !== 'skip');

/** The requirements of a class, and of those that it extends. */
export const classRequirementsOf = (reflector: Reflector, type: object): readonly HandlerRequirement[] =>
  lineage(type).flatMap((place) => ownRequirementsOf(reflector, place));

/** The classes, from the first that was extended to the one at hand, that have metadata of their own. */
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
