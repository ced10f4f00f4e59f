import type { TypesInput } from '@nanook/core';
import {
  parse,
  printRule,
  type NamedText,
  type RuleNode,
  type Span,
  type TermNode,
} from '@nanook/core/syntax';
import { blockMutations } from './block-mutations.js';
import { bodyMutations, type Mutation } from './body-mutations.js';
import { changedRule } from './changed-rule.js';
import { headMutations } from './head-mutations.js';
import type { Edit, Mutant, Reach } from './mutant.js';
import { PolicyNames } from './names.js';

/** Returns the mutants of the policies, each once, in the order of the text. The same policies give the same mutants. */
export function generateMutants(policies: readonly NamedText[], types: TypesInput): readonly Mutant[] {
  const names = new PolicyNames(policies, types);
  const mutants: Mutant[] = [];
  const seen = new Set<string>();
  const add = (key: string, mutant: Omit<Mutant, 'id'>): void => {
    if (seen.has(key)) return;
    seen.add(key);
    mutants.push({ id: String(mutants.length + 1), ...mutant });
  };
  for (const policy of policies)
    for (const statement of parse(policy).policy.statements) {
      if (statement.kind === 'block')
        for (const { key, ...mutation } of blockMutations(statement, names))
          add(key, { ...mutation, file: policy.name });
      if (statement.kind !== 'rule') continue;
      const key = (text: string): string => `${policy.name} ${statement.span.start} ${text}`;
      seen.add(key(printRule(statement)));
      const { operator, summary, span, rule, edits } = droppedRule(statement, names);
      const entered: Reach = { kind: 'rule' };
      const common = { file: policy.name, rule: statement.span };
      add(key(printRule(rule)), { ...common, operator, summary, span, edits, reach: entered });
      const called: Reach = { kind: 'call', predicate: `${statement.name}/${statement.parameters.length}` };
      for (const [mutations, reach] of [
        [headMutations(statement, names), called],
        [bodyMutations(statement, names), entered],
      ] as const)
        for (const mutation of mutations)
          add(key(printRule(mutation.rule)), {
            ...common,
            operator: mutation.operator,
            summary: mutation.summary,
            span: mutation.span,
            edits: mutation.edits,
            reach,
          });
    }
  return mutants;
}

/** Removes a rule. A rule that a load needs stays as one that never holds. */
function droppedRule(rule: RuleNode, names: PolicyNames): Mutation {
  const { span } = rule;
  const common = { operator: 'drop-rule', summary: 'the rule is dropped', span } as const;
  const never: TermNode = { kind: 'literal', span: endOf(span), value: false };
  const changed = changedRule(rule, { ...rule, body: never }, [replaceBody(rule)]);
  const { start, end } = span;
  return names.isNeeded(rule)
    ? { ...common, ...changed }
    : { ...common, rule: changed.rule, edits: [{ start, end, text: '' }] };
}

const endOf = ({ source, end }: Span): Span => ({ source, start: end, end });

function replaceBody({ body, parameters, nameSpan, span }: RuleNode): readonly Edit[] {
  if (body !== undefined) return [{ start: body.span.start, end: body.span.end, text: 'false' }];
  const from = parameters.at(-1)?.span.end ?? nameSpan.end;
  const at = span.source.text.indexOf(')', from) + 1;
  return [{ start: at, end: at, text: ' if false' }];
}
