import { positionOf, textOf } from '../diagnostics/span.js';
import type { Rule } from '../ir/goal.js';

/** A rule in a decision, an audit event, or an explanation. */
export interface RuleReference {
  readonly name: string;
  /** The text of the rule, or of the shorthand rule of a resource block. */
  readonly text: string;
  readonly file: string | undefined;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in code points. */
  readonly column: number;
}

export function referenceTo(rule: Rule): RuleReference {
  const { span } = rule.origin;
  const { line, column } = positionOf(span);
  return { name: rule.name, text: textOf(span), file: span.source.name, line, column };
}
