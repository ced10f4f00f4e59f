import { isPolarError, type Authorizer, type DataOf } from '@nanook/core';
import {
  AuthorizationConfigError,
  isAuthorizationConfigError,
} from '../config-errors/authorization-config-error.js';
import type { RequestAuthorizer } from './request-authorizer.js';
import { HandlerMark } from './handler-mark.js';
import { isClass } from './resource-source.js';
import { describeRequirement, sourceOf, type RouteRequirement } from './route-requirement.js';

/** The requirements that each policy has passed. */
const passedRequirements = new WeakMap<Authorizer['policy'], WeakSet<RouteRequirement>>();

/**
 * Checks, once for each policy, that a rule of the policy can allow the action of a requirement. A misspelled action or type would refuse
 * every request. An authorizer that was compiled ahead of time has no rules to check.
 *
 * @throws {PolarError} `POLAR_TYPE_NOT_GRANTABLE`, `POLAR_TYPE_UNKNOWN_TYPE`
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_SWAPPED_ARGUMENTS` when the action is written after the type
 * @internal for adapters
 */
export function checkRequirement(authorizer: Authorizer, requirement: RouteRequirement): void {
  const { policy } = authorizer;
  if (requirement.kind !== 'authorize' || typeof policy.requireGrant !== 'function') return;
  let passed = passedRequirements.get(policy);
  if (passed === undefined) passedRequirements.set(policy, (passed = new WeakSet()));
  if (passed.has(requirement)) return;
  const { action } = requirement;
  const source = sourceOf(requirement);
  const isLoader = source === undefined || (typeof source === 'function' && !isClass(source));
  try {
    if (isLoader) policy.requireGrant(action);
    else policy.requireGrant(action, source as never, { resource: 'type' });
  } catch (error) {
    if (typeof source === 'string' && isSwapped(authorizer, action, source))
      throw new AuthorizationConfigError('NANOOK_HTTP_SWAPPED_ARGUMENTS', {
        action: source,
        resource: action,
      });
    throw error;
  }
  passed.add(requirement);
}

/** Returns whether the action is the name of a type, or the name of the type is an action of the policy. */
function isSwapped(authorizer: Authorizer, action: string, type: string): boolean {
  try {
    authorizer.type(action);
    return true;
  } catch {
    return authorizer.policy.grants(type);
  }
}

/** A requirement, and the authorizer that checks it. */
export interface RequirementOfAuthorizer {
  readonly requirement: RouteRequirement;
  readonly authorizer: Authorizer;
}

/**
 * Checks the requirements of an application when it starts.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNGRANTABLE` with all requirements that no rule can allow
 * @internal for adapters
 */
export function checkRequirements(requirements: readonly RequirementOfAuthorizer[]): void {
  const wrong = requirements.flatMap(({ requirement, authorizer }) => {
    try {
      checkRequirement(authorizer, requirement);
      return [];
    } catch (error) {
      if (!isPolarError(error) && !isAuthorizationConfigError(error)) throw error;
      return [`authorize ${describeRequirement(requirement)}: ${error.message}${ruleForType(error)}`];
    }
  });
  if (wrong.length > 0)
    throw new AuthorizationConfigError('NANOOK_HTTP_UNGRANTABLE', { requirements: [...new Set(wrong)] });
}

/** Returns the rule that an application needs for an action on a type itself, such as *list*. */
function ruleForType(error: Error): string {
  if (!isPolarError(error) || error.code !== 'POLAR_TYPE_NOT_GRANTABLE') return '';
  const { action, type, resource, near } = error.data as DataOf<'POLAR_TYPE_NOT_GRANTABLE'>;
  if (resource !== 'type' || near.length > 0) return '';
  return `; write a rule whose resource is the type: allow(_: User, "${action}", ${type});`;
}

const authorizerMark = new HandlerMark<Authorizer>('authorizer');

/**
 * Marks the middleware that gives requests the authorization of this authorizer.
 *
 * @internal for adapters
 */
export const asAuthorization = <Handler extends object>(
  handler: Handler,
  authorizer: RequestAuthorizer,
): Handler => authorizerMark.set(handler, authorizer as Authorizer, '');

/**
 * Returns the authorizer of middleware that was marked with {@link asAuthorization}.
 *
 * @internal for adapters
 */
export const authorizerOf = (handler: unknown): Authorizer | undefined => authorizerMark.find(handler);
