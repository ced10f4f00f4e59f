import type { NamedPolicy, RuleReference } from '@nanook/core';
import { parse, positionOf, printRule, printShorthandRule, type Span } from '@nanook/core/syntax';

/** The rules of a policy, to compare them with those of another one. */
export interface RuleKeys {
  /** Returns the text of a rule, without its layout, and with the type of its block. Two equal rules have the same key. */
  readonly keyOf: (rule: Pick<RuleReference, 'file' | 'line' | 'column'>) => string | undefined;
  readonly all: ReadonlySet<string>;
}

export function ruleKeysOf(policies: readonly NamedPolicy[]): RuleKeys {
  const keys = new Map<string, string>();
  const add = (span: Span, key: string): void => {
    const { line, column } = positionOf(span);
    keys.set(`${span.source.name}:${line}:${column}`, key);
  };
  for (const policy of policies)
    for (const statement of parse(policy).policy.statements) {
      if (statement.kind === 'rule') add(statement.span, printRule(statement));
      if (statement.kind !== 'block') continue;
      for (const item of statement.items)
        if (item.kind === 'shorthand-rule')
          add(item.span, `${statement.className.name} ${printShorthandRule(item)}`);
    }
  return {
    keyOf: ({ file, line, column }) => keys.get(`${file}:${line}:${column}`),
    all: new Set(keys.values()),
  };
}
