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
import { findMethod, prototypesOf } from './method-place.js';
import { NestFault } from './nest-fault.js';

/** Gets a resource without the container's help. It sees what the client sent as it came: guards run before pipes. */
// oxlint-disable-next-line typescript/no-explicit-any -- the request of whichever platform it is
export type InlineLoader = (request: any, context: ExecutionContext) => unknown;

/** A type (its class, token or name), a class with `@ResourceLoader`, or a loader. */
export type RuleSource = Class | TypeToken | string | InlineLoader;

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
export type HandlerRule =
  | {
      readonly kind: 'authorize';
      /** Without one, it follows from the request's method. */
      readonly action: string | undefined;
      readonly source: RuleSource;
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
  source: RuleSource,
  options: ResourceOptions,
): HandlerRule => {
  if (action !== undefined) checkAction(action);
  checkSource(action ?? 'the method', source);
  return { kind: 'authorize', action, source, options };
};

export const skips = (reason: string): HandlerRule => {
  checkReason(reason);
  return { kind: 'skip', reason };
};

/** The rule as data, for listings. */
export function asListed(rule: HandlerRule, actionOf: (rule: HandlerRule) => string): RouteRequirement {
  switch (rule.kind) {
    case 'authorize':
      return authorizeRequirement(actionOf(rule), rule.source as never);
    case 'result':
      return { kind: 'authorize', action: rule.action, resource: 'what is returned' };
    case 'request':
    case 'skip':
      return rule;
  }
}

export const rulesKey = Symbol.for('@nanook/nestjs/rules');
export const fieldsKey = Symbol.for('@nanook/nestjs/fields');

/** The rules that the method of this name was decorated with. */
export const namedRules = (prototype: object, key: string | symbol): readonly HandlerRule[] =>
  (Reflect.getOwnMetadata(rulesKey, prototype, key) as readonly HandlerRule[] | undefined) ?? [];

/**
 * What a handler has to pass: the rules of its class, of the classes that it extends, and its own. All must hold. What is closer
 * to the handler wins where one skips: a handler that authorizes overrules a class that skips, and the other way round.
 *
 * @throws {NestFault} `NANOOK_NEST_CONFLICTING_RULES` where one place does both; `NANOOK_NEST_LOST_RULE` where what is called is
 *   no longer what was decorated
 */
export function rulesOf(reflector: Reflector, type: object, handler: object): readonly HandlerRule[] {
  const name = handlerName(type, handler);
  if (
    overridesDemand(reflector, type, handler) ||
    hasLostRules(type, handler, ownRulesOf(reflector, handler))
  )
    throw new NestFault('NANOOK_NEST_LOST_RULE', { handler: name });
  let rules: readonly HandlerRule[] = [];
  for (const place of [...lineage(type), handler]) {
    const added = ownRulesOf(reflector, place);
    const isSkipped = added.some(({ kind }) => kind === 'skip');
    if (isSkipped && added.length > 1)
      throw new NestFault('NANOOK_NEST_CONFLICTING_RULES', { handler: name });
    if (isSkipped) rules = added;
    else if (added.length > 0) rules = [...rules.filter(({ kind }) => kind !== 'skip'), ...added];
  }
  return rules;
}

/** The rules that stand at this place, whatever its class has. */
export const ownRulesOf = (reflector: Reflector, place: object): readonly HandlerRule[] =>
  (reflector.get(rulesKey, place as never) as readonly HandlerRule[] | undefined) ?? [];

/**
 * Whether the method was decorated with rules that the handler in its place does not have: those of its class would decide alone.
 * Of a handler that is none of the class's methods nothing tells which it stands for, so any will do.
 */
function hasLostRules(type: object, handler: object, rules: readonly HandlerRule[]): boolean {
  const place = findMethod(type, handler);
  if (place !== undefined)
    return namedRules(place.prototype, place.name).some((rule) => !rules.includes(rule));
  return (
    rules.length === 0 &&
    prototypesOf(type).some((prototype) =>
      Object.getOwnPropertyNames(prototype).some((name) => namedRules(prototype, name).length > 0),
    )
  );
}

/**
 * Returns whether a method without a requirement of its own overrides one that has some: the rules of its class would decide alone,
 * or none.
 */
export function overridesDemand(reflector: Reflector, type: object, handler: object): boolean {
  if (ownRulesOf(reflector, handler).length > 0) return false;
  const place = findMethod(type, handler);
  if (place === undefined) return false;
  const prototypes = prototypesOf(type);
  return prototypes
    .slice(prototypes.indexOf(place.prototype) + 1)
    .some((prototype) => demandingMethod(reflector, prototype, place.name) !== undefined);
}

/** The method of this name, if the prototype has one whose decorators demand something. */
export function demandingMethod(reflector: Reflector, prototype: object, name: string): object | undefined {
  const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
  if (typeof method !== 'function') return undefined;
  const rules = [...namedRules(prototype, name), ...ownRulesOf(reflector, method)];
  return demands(rules) || Reflect.hasMetadata(fieldsKey, method) ? method : undefined;
}

/** Returns whether any of the rules demands something. A skip demands nothing. */
export const demands = (rules: readonly HandlerRule[]): boolean => rules.some(({ kind }) => kind !== 'skip');

/** The rules of a class, and of those that it extends. */
export const classRulesOf = (reflector: Reflector, type: object): readonly HandlerRule[] =>
  lineage(type).flatMap((place) => ownRulesOf(reflector, place));

/** The classes, from the first that was extended to the one at hand, that have metadata of their own. */
function lineage(type: object): object[] {
  const classes: object[] = [];
  for (
    let at: object | null = type;
    at !== null && at !== Function.prototype;
    at = Object.getPrototypeOf(at) as object | null
  )
    if (Reflect.hasOwnMetadata(rulesKey, at)) classes.unshift(at);
  return classes;
}

export const handlerName = (type: object, handler: object): string =>
  `${(type as { name: string }).name}.${findMethod(type, handler)?.name ?? (handler as { name: string }).name}`;
