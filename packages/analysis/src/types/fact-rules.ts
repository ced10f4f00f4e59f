import type { TypesInput } from '@nanook/core';
import { rowFactRules, type RuleNode } from '@nanook/core/syntax';

const known = new WeakMap<TypesInput, readonly RuleNode[]>();

/** Returns the rules for the facts that rows are; none for invalid types, which are a finding of their own. */
export function factRulesOf(types: TypesInput): readonly RuleNode[] {
  let rules = known.get(types);
  if (rules === undefined) {
    rules = hasFacts(types) ? readRules(types) : [];
    known.set(types, rules);
  }
  return rules;
}

const hasFacts = (types: TypesInput): boolean =>
  Object.values(types).some((input) => 'facts' in input && input.facts !== undefined);

function readRules(types: TypesInput): readonly RuleNode[] {
  try {
    return rowFactRules(types);
  } catch {
    return [];
  }
}
