import type { Authorizer } from '@nanook/core';
import { sourceOf, type Rule } from './rule.js';
import { isClass } from './resource-source.js';

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
  if (rule.kind !== 'authorize') return;
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
