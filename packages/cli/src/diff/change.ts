import {
  nearestCondition,
  type DecisionOutcome,
  type ExplainedUse,
  type Explanation,
  type RuleReference,
} from '@nanook/core';
import type { DecisionDifference } from '@nanook/core/candidate';
import { messageOf } from '../errors/message-of.js';
import type { RuleKeys } from './rule-keys.js';

/** A decision that changes, as `--json` writes it. */
export interface Change {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly field?: string;
  readonly before: DecisionOutcome;
  readonly after: DecisionOutcome;
  /** The reasons, the most important first. */
  readonly causes: readonly Cause[];
}

/** A rule that was added or removed, a rule that allows the action, a condition that fails, or the message of an error. */
export interface Cause {
  readonly kind: 'added' | 'removed' | 'allowed-by' | 'fails' | 'error';
  /** The text of the rule or the condition, or the message. */
  readonly text: string;
  /** The reason of a condition that fails. */
  readonly reason?: string;
  readonly file?: string;
  readonly line?: number;
}

/** The reasons of one side of a difference. */
export interface Side {
  readonly outcome: DecisionOutcome;
  readonly error: unknown;
  readonly explanation: Explanation | undefined;
}

/** Returns the reasons of a difference: the rules that only one of the policies has, otherwise the rule and the condition that decide. */
export function causesOf(
  {
    before,
    after,
  }: Pick<DecisionDifference, 'before' | 'after'> | { readonly before: Side; readonly after: Side },
  rules: { readonly before: RuleKeys; readonly after: RuleKeys },
): readonly Cause[] {
  if (after.outcome === 'allowed') {
    const uses = usesIn(after.explanation);
    const added = uses.filter((use) => !isIn(rules.before, rules.after.keyOf(use)));
    if (added.length > 0) return added.map((use) => ruleCause('added', use));
    return [...uses.slice(-1).map((use) => ruleCause('allowed-by', use)), ...failureOf(before)];
  }
  if (before.outcome === 'allowed') {
    const removed = usesIn(before.explanation).filter((use) => !isIn(rules.after, rules.before.keyOf(use)));
    return [...removed.map((use) => ruleCause('removed', use)), ...failureOf(after)];
  }
  const failed = after.outcome === 'denied' ? before : after;
  return failureOf(failed);
}

const isIn = ({ all }: RuleKeys, key: string | undefined): boolean => key !== undefined && all.has(key);

/** Returns the rules of a proof, each before the rules that it calls. */
export const usesIn = (explanation: Explanation | undefined): readonly ExplainedUse[] => {
  const flat = (use: ExplainedUse): readonly ExplainedUse[] => [use, ...use.calls.flatMap(flat)];
  return (explanation?.proof ?? []).flatMap(flat);
};

export const ruleCause = (kind: Cause['kind'], { text, file, line }: RuleReference): Cause => ({
  kind,
  text: oneLine(text),
  ...(file !== undefined && { file }),
  line,
});

/** Returns the error of a side, or the condition that fails in its nearest rule. */
export function failureOf({ error, explanation }: Side): readonly Cause[] {
  if (error !== undefined) return [{ kind: 'error', text: messageOf(error).split('\n', 1)[0]! }];
  const failure = explanation && (nearestCondition(explanation) ?? explanation.misses[0]?.failure);
  if (failure === undefined) return [];
  const { text, reason, file, line } = failure;
  return [{ kind: 'fails', text: oneLine(text), reason, ...(file !== undefined && { file }), line }];
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
