import type { Span } from '@nanook/core/syntax';

export const operatorNames = [
  'drop-condition',
  'drop-rule',
  'swap-name',
  'swap-and-or',
  'negate',
  'widen-type',
  'change-comparison',
  'change-constant',
  'forall-to-one',
  'grant-to-role',
  'grant-to-everyone',
] as const;
/** The kind of change that a mutant makes. */
export type OperatorName = (typeof operatorNames)[number];

/** A change of a text: the range is replaced. Offsets are 0-based. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A policy with one change, which the tests should notice. */
export interface Mutant {
  /** Its position in the list of all mutants of the policies. */
  readonly id: string;
  readonly operator: OperatorName;
  /** The change in words, such as `the condition is dropped`. */
  readonly summary: string;
  readonly file: string;
  /** The part of the policy that is changed. */
  readonly span: Span;
  /** The rule that is changed. */
  readonly rule: Span;
  /** In the order of the text. */
  readonly edits: readonly Edit[];
  /** The checks that can notice the change: those that enter the rule, or those that call its predicate. */
  readonly reach: Reach;
}

export type Reach =
  | { readonly kind: 'rule' }
  /** The head of a rule is changed, or a rule is added: `has_role/3`. */
  | { readonly kind: 'call'; readonly predicate: string };

/** Applies the edits to a text. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text: replacement } of edits) {
    result += text.slice(at, start) + replacement;
    at = end;
  }
  return result + text.slice(at);
}

export const sortEdits = (edits: readonly Edit[]): readonly Edit[] =>
  [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
