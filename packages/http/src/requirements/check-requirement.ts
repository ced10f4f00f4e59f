import { isPolarError, type Authorizer } from '@nanook/core';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { isClass } from './resource-source.js';
import { describeRequirement, sourceOf, type RouteRequirement } from './route-requirement.js';

interface Checked {
  /** The hash of the policy that was asked. */
  readonly policy: string;
  readonly passed: WeakSet<RouteRequirement>;
}

const checked = new WeakMap<Authorizer, Checked>();

/**
 * Checks, once for each policy, that a rule of the policy can allow what a requirement demands: a misspelled action or type would
 * refuse every request.
 *
 * @throws {PolarError} `POLAR_TYPE_NOT_GRANTABLE`, `POLAR_TYPE_UNKNOWN_TYPE`
 */
export function checkRequirement(authorizer: Authorizer, requirement: RouteRequirement): void {
  // A policy compiled ahead of time has no requirements to look at.
  if (requirement.kind !== 'authorize' || typeof authorizer.requireGrantable !== 'function') return;
  const { policyHash } = authorizer;
  let known = checked.get(authorizer);
  if (known?.policy !== policyHash) {
    known = { policy: policyHash, passed: new WeakSet() };
    checked.set(authorizer, known);
  }
  if (known.passed.has(requirement)) return;
  const source = sourceOf(requirement);
  const isLoader = source === undefined || (typeof source === 'function' && !isClass(source));
  if (isLoader) authorizer.requireGrantable(requirement.action);
  else authorizer.requireGrantable(requirement.action, source as never, { resource: 'type' });
  known.passed.add(requirement);
}

/** A requirement, and the authorizer that decides about it. */
export interface Demand {
  readonly requirement: RouteRequirement;
  readonly authorizer: Authorizer;
}

/**
 * Checks the requirements of an application when it starts.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNGRANTABLE` with all that cannot be allowed
 */
export function checkRequirements(demands: readonly Demand[]): void {
  const wrong = demands.flatMap(({ requirement, authorizer }) => {
    try {
      checkRequirement(authorizer, requirement);
      return [];
    } catch (error) {
      if (!isPolarError(error)) throw error;
      return [`authorize ${describeRequirement(requirement)}: ${error.message}`];
    }
  });
  const requirements = [...new Set(wrong)];
  if (requirements.length > 0)
    throw new AuthorizationConfigError('NANOOK_HTTP_UNGRANTABLE', { requirements });
}

const brand = Symbol.for('@nanook/http/authorizer');

/** Marks the middleware that gives requests the authorization of this authorizer. */
export const asAuthorization = <Handler extends object>(handler: Handler, authorizer: Authorizer): Handler =>
  Object.defineProperty(handler, brand, { value: authorizer });

/** The authorizer of a middleware, if it is one that gives requests their authorization. */
export const authorizerOf = (handler: unknown): Authorizer | undefined =>
  typeof handler === 'function' ? (handler as { [brand]?: Authorizer })[brand] : undefined;
