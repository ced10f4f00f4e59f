import {
  formatPolicy,
  mapPattern,
  mapTerm,
  parse,
  print,
  printRule,
  printTerm,
  textOf,
  visit,
  type ParameterNode,
  type PatternNode,
  type RuleNode,
  type TermNode,
  type VariableNode,
} from '@nanook/core/syntax';
import { applyEdits, sortEdits, type Edit } from './mutant.js';

/** A rule after a change, and the edits of its text. */
export interface ChangedRule {
  readonly rule: RuleNode;
  readonly edits: readonly Edit[];
}

/**
 * Completes a change of a rule. A variable that is used only once after the change gets an underscore, because a load refuses it.
 *
 * @param attempts edits of the text: the first that gives the changed rule is taken. If none does, for example because of brackets, the
 *   whole rule is printed
 */
export function changedRule(
  original: RuleNode,
  changed: RuleNode,
  attempts: readonly (readonly Edit[])[],
): ChangedRule {
  const renamed = loneVariables(original, changed);
  const names = new Map(renamed.map(({ name }) => [name, `_${name}`]));
  const rule = names.size === 0 ? changed : renameVariables(changed, names);
  const { start, end } = original.span;
  for (const attempt of attempts) {
    const edits = sortEdits([
      ...attempt,
      ...renamed
        .filter(({ span }) => attempt.every((edit) => span.end <= edit.start || span.start >= edit.end))
        .map(({ name, span }) => ({ start: span.start, end: span.end, text: `_${name}` })),
    ]);
    const local = edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }));
    if (isText(applyEdits(textOf(original.span), local), rule)) return { rule, edits };
  }
  return { rule, edits: [{ start, end, text: formatPolicy(printRule(rule)).text.trimEnd() }] };
}

function isText(text: string, rule: RuleNode): boolean {
  const { policy, diagnostics } = parse({ name: 'rule', source: text });
  const [parsed, ...others] = policy.statements;
  return (
    diagnostics.length === 0 &&
    others.length === 0 &&
    parsed !== undefined &&
    print(parsed) === printRule(rule)
  );
}

/** Replaces a term of the body. */
export function replaceTerm(rule: RuleNode, from: TermNode, to: TermNode | undefined): RuleNode {
  if (rule.body === from) return { ...rule, body: to };
  const body = rule.body && mapTerm(rule.body, (term) => (term === from ? to! : term));
  return { ...rule, body };
}

/** Replaces a term: without brackets, and with them. */
export function replaceText({ span: { start, end } }: TermNode, to: TermNode): readonly (readonly Edit[])[] {
  const text = printTerm(to);
  return [[{ start, end, text }], [{ start, end, text: `(${text})` }]];
}

const variablesOf = ({ parameters, body }: RuleNode): readonly VariableNode[] => {
  const found: VariableNode[] = [];
  const add = (variable: VariableNode): void => void found.push(variable);
  for (const parameter of parameters) visit(parameter, { variable: add });
  if (body !== undefined) visit(body, { variable: add });
  return found;
};

/** Returns the variables that are used once in the changed rule, and more often in the original. */
function loneVariables(original: RuleNode, changed: RuleNode): readonly VariableNode[] {
  const before = variablesOf(original);
  const after = variablesOf(changed);
  const isLone = (all: readonly VariableNode[], name: string): boolean =>
    all.filter((variable) => variable.name === name).length === 1;
  return after.filter(({ name }) => !isFixed(name) && isLone(after, name) && !isLone(before, name));
}

/** Names that are not variables, or that may occur once. */
const isFixed = (name: string): boolean => name === 'nil' || /^(_|\p{Lu})/u.test(name);

function renameVariables(rule: RuleNode, names: ReadonlyMap<string, string>): RuleNode {
  const rename = (term: TermNode): TermNode =>
    term.kind === 'variable' ? { ...term, name: names.get(term.name) ?? term.name } : term;
  const parameters = rule.parameters.map(({ term, specializer, ...parameter }): ParameterNode => ({
    ...parameter,
    term: mapTerm(term, rename),
    specializer: specializer && renamePattern(specializer, rename),
  }));
  return { ...rule, parameters, body: rule.body && mapTerm(rule.body, rename) };
}

const renamePattern = (pattern: PatternNode, rename: (term: TermNode) => TermNode): PatternNode =>
  mapPattern(pattern, rename);
