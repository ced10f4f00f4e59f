import {
  printParameter,
  printTerm,
  type ParameterNode,
  type RuleNode,
  type TermNode,
} from '@nanook/core/syntax';
import { changedRule } from './changed-rule.js';
import { maxNames, type Mutation } from './body-mutations.js';
import { kindOfPredicate, textAt, typeAt, type PolicyNames } from './names.js';

/** Returns the changes of the parameters of a rule: other names, and wider types. */
export function headMutations(rule: RuleNode, names: PolicyNames): readonly Mutation[] {
  return rule.parameters.flatMap((parameter, i) => [
    ...widened(parameter, rule, names).map(({ to, summary }) => change('widen-type', summary, i, to)),
    ...swapped(parameter, i, rule, names).map(({ to, summary }) => change('swap-name', summary, i, to)),
  ]);

  function change(
    operator: Mutation['operator'],
    summary: string,
    index: number,
    to: ParameterNode,
  ): Mutation {
    const { span } = rule.parameters[index]!;
    const parameters = rule.parameters.map((parameter, i) => (i === index ? to : parameter));
    const edits = [{ start: span.start, end: span.end, text: parameterText(to) }];
    return { operator, summary, span, ...changedRule(rule, { ...rule, parameters }, [edits]) };
  }
}

interface ChangedParameter {
  readonly to: ParameterNode;
  readonly summary: string;
}

function widened(parameter: ParameterNode, rule: RuleNode, names: PolicyNames): readonly ChangedParameter[] {
  const { term, specializer, span } = parameter;
  if (specializer === undefined) {
    const isType = term.kind === 'variable' && Object.hasOwn(names.types, term.name);
    if (!isType) return [];
    const anything: TermNode = { kind: 'variable', span, name: '_' };
    return [{ to: { ...parameter, term: anything }, summary: `\`${term.name}\` becomes any resource` }];
  }
  if (specializer.kind === 'dictionary-pattern')
    return [{ to: { ...parameter, specializer: undefined }, summary: 'the pattern is dropped' }];
  if (specializer.kind !== 'instance-pattern') return [];
  const { className, fields } = specializer;
  if (fields.length > 0)
    return [
      {
        to: { ...parameter, specializer: { ...specializer, fields: [] } },
        summary: 'the fields of the pattern are dropped',
      },
    ];
  // A relation has exactly one type on each side, and the rules of blocks have types, which each rule must satisfy.
  if (rule.name === 'has_relation') return [];
  const isTyped = kindOfPredicate[rule.name] !== undefined;
  const wider = names.widerType(className);
  const isUnion = wider === 'Actor' || wider === 'Resource';
  if (isUnion && isTyped && names.isOnlyMember(className)) return [];
  if (wider !== undefined && !(isUnion && names.isOnlyMember(className)))
    return [
      {
        to: { ...parameter, specializer: { ...specializer, className: wider } },
        summary: `\`${className}\` becomes \`${wider}\``,
      },
    ];
  if (isTyped || className === 'Actor' || className === 'Resource') return [];
  return [{ to: { ...parameter, specializer: undefined }, summary: `the type \`${className}\` is dropped` }];
}

function swapped(
  parameter: ParameterNode,
  index: number,
  rule: RuleNode,
  names: PolicyNames,
): readonly ChangedParameter[] {
  const name = textAt(rule, index);
  if (index !== 1 || name === undefined) return [];
  const others = names.othersFor(rule.name, name, typeAt(rule, 2)).slice(0, maxNames);
  return others.map((other) => {
    const { term, specializer } = parameter;
    const to =
      specializer?.kind === 'literal'
        ? { ...parameter, specializer: { ...specializer, value: other } }
        : { ...parameter, term: { ...(term as Extract<TermNode, { kind: 'literal' }>), value: other } };
    return { to, summary: `"${name}" becomes "${other}"` };
  });
}

/** Prints a parameter, with `User` for `User{}`. */
function parameterText(parameter: ParameterNode): string {
  const { term, specializer } = parameter;
  return specializer?.kind === 'instance-pattern' && specializer.fields.length === 0
    ? `${printTerm(term)}: ${specializer.className}`
    : printParameter(parameter);
}
