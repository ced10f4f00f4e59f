import { printCondition } from '../filter/print-condition.js';
import type { RowCondition } from '../filter/row-condition.js';
import type { Condition } from '../filter/condition.js';
import { HiddenValues } from '../explanation/hidden-values.js';
import type { TypeSet, TypeSets } from '../host/type-set.js';
import type { FollowedRule } from '../partial/derivation.js';
import { referenceTo, type RuleReference } from '../engine/proof.js';

/** The rules from which `where` makes its condition. Plain data, which `JSON.stringify` writes. */
export interface WhereExplanation {
  /** The name of the type of the rows. */
  readonly type: string;
  /** The condition of `where`, as a policy would say it. */
  readonly condition: string;
  readonly rows: ExplainedRows;
  /** Whether the condition has values of secret fields, which it shows as `***`. A query of the condition has these values. */
  readonly hidesValues: boolean;
  /** The rules of `allow` that allow the action for some row. */
  readonly rules: readonly ExplainedRule[];
  /** The whole explanation as lines of text. */
  readonly text: string;
}

/** The rows for which a condition is true: all, none, or those that a query has to find. */
export type ExplainedRows = 'all' | 'none' | 'some';

/** A rule, and its part of the condition. */
export interface ExplainedRule extends RuleReference {
  /** The condition under which the rule holds, as a policy would say it. */
  readonly condition: string;
  readonly rows: ExplainedRows;
  /** The rules that this rule calls, and that can hold for some row. */
  readonly calls: readonly ExplainedRule[];
}

/** Returns the secret values of an actor, which the derivation of a condition completes; undefined if no type declares a secret. */
export function hiddenValuesOf(actor: unknown, typeSets: TypeSets): HiddenValues | undefined {
  if (HiddenValues.areNone(typeSets.types, undefined)) return undefined;
  const hidden = new HiddenValues(typeSets.types, (value) => typesIn(typeSets, value), undefined);
  hidden.search('actor', actor);
  return hidden;
}

/** Explains a condition by the rules that were followed, without the hidden values. */
export function explainCondition(
  { type, condition }: RowCondition,
  followed: readonly FollowedRule[],
  hidden: HiddenValues | undefined,
): WhereExplanation {
  let hidesValues = false;
  const print: Print = (one) =>
    printCondition(one, (value) => {
      const text = hidden?.textFor('', value);
      hidesValues ||= text !== undefined;
      return text;
    });
  const rules = explainRules(followed, print);
  const whole = { condition: print(condition), rows: rowsOf(condition) };
  const heading = `rows of ${type}: ${shownRows(whole)}`;
  const text = [heading, ...rules.flatMap((rule) => linesOf(rule, '  '))].join('\n');
  return { type, ...whole, hidesValues, rules, text };
}

type Print = (condition: Condition) => string;

/** Returns the types of a value; undefined if a predicate of the application fails. */
function typesIn(typeSets: TypeSets, value: unknown): TypeSet | undefined {
  try {
    return typeSets.of(value);
  } catch {
    return undefined;
  }
}

function explainRules(followed: readonly FollowedRule[], print: Print): ExplainedRule[] {
  const found = new Map<string, ExplainedRule>();
  for (const { rule, condition, calls } of followed) {
    const explained: ExplainedRule = {
      ...referenceTo(rule),
      condition: print(condition),
      rows: rowsOf(condition),
      calls: explainRules(calls, print),
    };
    // A goal after alternatives is evaluated for each of them.
    found.set(JSON.stringify(explained), explained);
  }
  return [...found.values()];
}

const rowsOf = ({ kind }: Condition): ExplainedRows =>
  kind === 'always' ? 'all' : kind === 'never' || kind === 'undecided' ? 'none' : 'some';

const shownRows = ({ condition, rows }: Pick<WhereExplanation, 'condition' | 'rows'>): string =>
  rows === 'some' ? condition : rows;

function linesOf(rule: ExplainedRule, indent: string): string[] {
  const { name, file = 'policy', line } = rule;
  return [
    `${indent}${name} (${file}:${line}): ${shownRows(rule)}`,
    ...rule.calls.flatMap((called) => linesOf(called, `${indent}  `)),
  ];
}
