import { mapTerm, printStatement, type PolicyNode, type RuleNode, type TermNode } from '@nanook/core/syntax';
import { hasEffect, repeatedIn } from '../lints/duplicate-condition.js';
import { keyedRules } from '../lints/keyed-rules.js';

/**
 * Prints policies without the parts that change no answer: rules and conditions that are written twice. Policies with the same normal
 * form give the same answers.
 */
export function normalForm(trees: readonly PolicyNode[], constants: object): string {
  const reduced = trees.map((tree) => ({
    ...tree,
    statements: tree.statements.map((each) => (each.kind === 'rule' ? withoutRepetitions(each) : each)),
  }));
  const seen = new Set<string>();
  const repeated = new Set<object>();
  for (const { node, key } of keyedRules(reduced, constants)) {
    const isRepeated = seen.has(key) && !(node.kind === 'rule' && node.body && hasEffect(node.body));
    if (isRepeated) repeated.add(node);
    else seen.add(key);
  }
  const isFirst = (node: object): boolean => !repeated.has(node);
  return reduced
    .flatMap(({ statements }) => statements.filter(isFirst))
    .map((each) =>
      printStatement(each.kind === 'block' ? { ...each, items: each.items.filter(isFirst) } : each),
    )
    .join('\n');
}

function withoutRepetitions(rule: RuleNode): RuleNode {
  return rule.body === undefined ? rule : { ...rule, body: mapTerm(rule.body, withoutRepeatedOperands) };
}

function withoutRepeatedOperands(term: TermNode): TermNode {
  if (term.kind !== 'and' && term.kind !== 'or') return term;
  const repeated = new Set(repeatedIn(term.operands));
  if (repeated.size === 0) return term;
  const operands = term.operands.filter((operand) => !repeated.has(operand));
  return operands.length === 1 ? operands[0]! : { ...term, operands };
}
