import {
  visit,
  type CallNode,
  type ParameterNode,
  type RuleNode,
  type TermNode,
  type VariableNode,
} from '@nanook/core/syntax';
import type { Lint, LintInput } from './lint.js';
import { rulesOf } from './rules-of.js';
import { TypeFamilies } from './type-families.js';
import { VariableTypes } from './variable-types.js';

/**
 * Finds rules such as `has_role(user, role, folder) if has_role(user, role, parent) and …`. The call needs the same rule, with another unknown folder,
 * so that a check that is not allowed ends at a limit.
 */
export const endlessRecursion: Lint = {
  code: 'NANOOK_LINT_ENDLESS_RECURSION',
  *find(input) {
    const rules = rulesOf(input.trees);
    const types = new TypeFamilies(input);
    const withCut = new Set(rules.filter(hasCut).map(({ name }) => name));
    for (const rule of rules) {
      // A cut of another rule can end the recursion.
      const call = withCut.has(rule.name) ? undefined : endlessCallIn(rule, types, input);
      if (call === undefined) continue;
      const names = call.names.map((name) => `\`${name}\``).join(' and ');
      yield {
        span: call.node.span,
        message:
          `the rule calls itself without an end, because no condition before this call finds ${names}; ` +
          'write a condition that does before it, such as a call of another name',
      };
    }
  },
};

interface EndlessCall {
  readonly node: CallNode;
  /** The variables without a value. */
  readonly names: readonly string[];
}

function endlessCallIn(
  { name, parameters, body }: RuleNode,
  types: TypeFamilies,
  { dialect, constants }: LintInput,
): EndlessCall | undefined {
  const conditions = body === undefined ? [] : body.kind === 'and' ? body.operands : [body];
  const at = conditions.findIndex((condition) => condition.kind === 'call' && condition.predicate === name);
  const node = conditions[at];
  if (body === undefined || node?.kind !== 'call' || node.args.length !== parameters.length) return undefined;
  const before = conditions.slice(0, at).filter(({ kind }) => kind !== 'matches');
  const known = new Set([...parameters.flatMap(namesIn), ...before.flatMap(namesIn)]);
  const ofVariables = new VariableTypes();
  for (const { term, specializer } of parameters) ofVariables.add(term, specializer);
  ofVariables.addMatches(body);
  const isUnknown = (arg: TermNode): arg is VariableNode =>
    arg.kind === 'variable' &&
    arg.entity === undefined &&
    arg.name !== 'nil' &&
    !Object.hasOwn(constants, arg.name) &&
    !known.has(arg.name);
  const mayFit = (arg: TermNode, { specializer }: ParameterNode): boolean =>
    specializer === undefined ||
    (specializer.kind === 'instance-pattern' &&
      specializer.fields.length === 0 &&
      types.fits(ofVariables.of(arg), specializer.className));
  const unknown = node.args.filter(isUnknown);
  const leadsBack = node.args.every((arg, i) => {
    const parameter = parameters[i]!;
    return isSame(arg, parameter.term) || (isUnknown(arg) && mayFit(arg, parameter));
  });
  if (!leadsBack || unknown.length === 0) return undefined;
  // A condition about a value that the next call does not know can end the recursion.
  const passed = new Set(node.args.flatMap(namesIn));
  if (before.flatMap(namesIn).some((each) => !passed.has(each))) return undefined;
  /** Returns whether a dialect in which conditions have no order may try the condition before the call. */
  const mayComeFirst = (condition: TermNode): boolean =>
    condition.kind === 'call' &&
    condition.args.some(isUnknown) &&
    condition.args.some((arg) => !isUnknown(arg)) &&
    (condition.predicate !== name || !condition.args.every((arg, i) => mayFit(arg, parameters[i]!)));
  if (dialect === 'oso-cloud' && conditions.slice(at + 1).some(mayComeFirst)) return undefined;
  return { node, names: unknown.map((variable) => variable.name) };
}

const isSame = (arg: TermNode, own: TermNode): boolean =>
  (arg.kind === 'variable' && own.kind === 'variable' && arg.name === own.name && arg.name !== '_') ||
  (arg.kind === 'literal' && own.kind === 'literal' && arg.value === own.value);

function namesIn(node: TermNode | ParameterNode): readonly string[] {
  const names: string[] = [];
  visit(node, { variable: ({ name }) => void names.push(name) });
  return names;
}

function hasCut({ body }: RuleNode): boolean {
  let found = false;
  if (body !== undefined) visit(body, { cut: () => void (found = true) });
  return found;
}
