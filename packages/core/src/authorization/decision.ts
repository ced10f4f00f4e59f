import { positionOf, textOf } from '../diagnostics/span.js';
import type { Frame } from '../engine/machine/frame.js';
import type { Rule } from '../ir/goal.js';

/** A rule as decisions and audit events name it. */
export interface RuleReference {
  readonly name: string;
  /** Its text; for a shorthand rule of a resource block the shorthand. */
  readonly text: string;
  readonly file: string | undefined;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in code points. */
  readonly column: number;
}

export type DecisionOutcome = 'allowed' | 'denied' | 'undecided' | 'error';

/** What `onDecision` receives: the audit trail. */
export interface Decision {
  /** The rule that was asked: `allow`, `allow_field` or `allow_request`. */
  readonly kind: 'allow' | 'allow_field' | 'allow_request';
  readonly actor: unknown;
  /** undefined for a request */
  readonly action: unknown;
  /** The resource, or the request. */
  readonly resource: unknown;
  /** For `allow_field`. */
  readonly field: unknown;
  readonly outcome: DecisionOutcome;
  /** The rule that granted. */
  readonly rule: RuleReference | undefined;
  /** All rules of the proof, in the order in which they were used. */
  readonly proof: readonly RuleReference[];
  /** What went wrong, or what was undecided. */
  readonly error: unknown;
  /** The content hash of the policy that decided. */
  readonly policy: string;
  /** When the question was asked, by the authorizer's clock. */
  readonly at: Date;
  readonly durationMs: number;
}

export function referenceTo(rule: Rule): RuleReference {
  const { span } = rule.origin;
  const { line, column } = positionOf(span);
  return { name: rule.name, text: textOf(span), file: span.source.name, line, column };
}

/**
 * The rule of a proof that says why: the `allow` rule, or, when that only hands its arguments on (`allow(actor, action,
 * resource) if has_permission(actor, action, resource);`), the rule it hands them to.
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
