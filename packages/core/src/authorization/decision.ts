import type { Frame } from '../engine/machine/state/frame.js';
import type { Rule } from '../ir/goal.js';
import type { RuleReference } from './rule-reference.js';

export type DecisionOutcome = 'allowed' | 'denied' | 'undecided' | 'error';

/** A decision for the audit trail: the argument of `onDecision`. */
export interface Decision {
  /** The queried rule. */
  readonly kind: 'allow' | 'allow_field' | 'allow_request';
  readonly actor: unknown;
  /** The action; undefined for a request. */
  readonly action: unknown;
  /** The resource, or the request. */
  readonly resource: unknown;
  /** The field of `allow_field`. */
  readonly field: unknown;
  readonly outcome: DecisionOutcome;
  /** The rule that granted the action. */
  readonly rule: RuleReference | undefined;
  /** All rules of the proof, in the order in which they were used. */
  readonly proof: readonly RuleReference[];
  /** The error of a check that failed or was undecided. */
  readonly error: unknown;
  /** The content hash of the policy that decided. */
  readonly policy: string;
  /** The time when the check started, by the authorizer's clock. */
  readonly at: Date;
  readonly durationMs: number;
}

/**
 * Returns the rule of a proof that explains the decision: the `allow` rule, or the rule to which it only passes its arguments on,
 * as in `allow(actor, action, resource) if has_permission(actor, action, resource);`.
 */
export function decisiveRule(proof: readonly Frame[]): Rule | undefined {
  let index = 0;
  while (index + 1 < proof.length && handsOn(proof[index]!.rule!)) index++;
  return proof[index]?.rule;
}

function handsOn(rule: Rule): boolean {
  const [goal] = rule.body;
  if (rule.body.length !== 1 || goal?.kind !== 'call' || goal.args.length !== rule.parameters.length)
    return false;
  return goal.args.every((arg, i) => {
    const { term } = rule.parameters[i]!;
    return arg.kind === 'slot' && term.kind === 'slot' && arg.slot === term.slot;
  });
}
