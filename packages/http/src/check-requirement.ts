import { isPolarError, type Authorizer } from '@nanook/core';
import { AuthorizationFault } from './authorization-fault.js';
import { isClass } from './resource-source.js';
import { describeRule, sourceOf, type Rule } from './rule.js';

interface Checked {
  /** The hash of the policy that was asked. */
  readonly policy: string;
  readonly passed: WeakSet<Rule>;
}

const checked = new WeakMap<Authorizer, Checked>();

/**
 * Checks, once for each policy, that a rule of the policy can allow what a requirement demands: a misspelled action or type would
 * refuse every request.
 *
 * @throws {PolarError} `POLAR_TYPE_NOT_GRANTABLE`, `POLAR_TYPE_UNKNOWN_TYPE`
 */
export function checkRequirement(authorizer: Authorizer, rule: Rule): void {
  // A policy compiled ahead of time has no rules to look at.
  if (rule.kind !== 'authorize' || typeof authorizer.requireGrantable !== 'function') return;
  const { policyHash } = authorizer;
  let known = checked.get(authorizer);
  if (known?.policy !== policyHash) {
    known = { policy: policyHash, passed: new WeakSet() };
    checked.set(authorizer, known);
  }
  if (known.passed.has(rule)) return;
  const source = sourceOf(rule);
  const isLoader = source === undefined || (typeof source === 'function' && !isClass(source));
  if (isLoader) authorizer.requireGrantable(rule.action);
  else authorizer.requireGrantable(rule.action, source as never, { resource: 'type' });
  known.passed.add(rule);
}

/** A rule, and the authorizer that decides about it. */
export interface Demand {
  readonly rule: Rule;
  readonly authorizer: Authorizer;
}

/**
 * Checks the requirements of an application when it starts.
 *
 * @throws {AuthorizationFault} `NANOOK_HTTP_UNGRANTABLE` with all that cannot be allowed
 */
export function checkRequirements(demands: readonly Demand[]): void {
  const wrong = demands.flatMap(({ rule, authorizer }) => {
    try {
      checkRequirement(authorizer, rule);
      return [];
    } catch (error) {
      if (!isPolarError(error)) throw error;
      return [`authorize ${describeRule(rule)}: ${error.message}`];
    }
  });
  const requirements = [...new Set(wrong)];
  if (requirements.length > 0) throw new AuthorizationFault('NANOOK_HTTP_UNGRANTABLE', { requirements });
}

const brand = Symbol.for('@nanook/http/authorizer');

/** Marks the middleware that gives requests the authorization of this authorizer. */
export const asAuthorization = <Handler extends object>(handler: Handler, authorizer: Authorizer): Handler =>
  Object.defineProperty(handler, brand, { value: authorizer });

/** The authorizer of a middleware, if it is one that gives requests their authorization. */
export const authorizerOf = (handler: unknown): Authorizer | undefined =>
  typeof handler === 'function' ? (handler as { [brand]?: Authorizer })[brand] : undefined;
