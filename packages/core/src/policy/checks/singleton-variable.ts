import type { VariableNode } from '../../syntax/ast.js';
import { isUnionName, type TypeTable } from '../../types/type-table.js';
import type { Scope } from '../policy-draft.js';
import { policyCheck } from './check.js';
import { isForeignName } from './foreign-name.js';
import { meaningOf } from './lone-variable.js';

/**
 * Finds a variable that is used once in a rule, which is nearly always a misspelling. oso: polar-core/src/validations.rs,
 * check_singletons.
 */
export const singletonVariable = policyCheck({
  code: 'POLAR_CHECK_SINGLETON_VARIABLE',
  rule(rule, report, draft) {
    const { types } = draft;
    const lone = loneIn(rule, types).filter(({ name }) => !draft.assigned.has(name));
    if (lone.length === 0) return;
    const uses = usesIn(rule);
    const found = lone.map((variable) => {
      const others = [...uses.keys()].filter(
        (name) => name !== variable.name && types.find(name) === undefined,
      );
      return { variable, meaning: meaningOf(variable, rule, others, draft) };
    });
    // `user` is used only once when its other use is misspelled `usr`: this is one mistake, reported at `usr`. oso reports the first use.
    const explained = new Set(
      (types.dialect.loadsUncheckedPolicies ? [] : found).flatMap(({ variable, meaning }) => {
        if (meaning.as === 'optional chaining') return [variable.name.slice(0, -1)];
        return meaning.as === 'misspelling' ? meaning.near.map((name) => name.replace(/\..*/, '')) : [];
      }),
    );
    for (const { variable, meaning } of found) {
      const { name, span } = variable;
      const isParameter = rule.parameters.some(({ term }) => term === variable);
      if (!isParameter || !explained.has(name)) report({ span, data: { name, ...meaning } });
    }
  },
});

/** Computed once for each scope. */
const loneVariables = new WeakMap<Scope, readonly VariableNode[]>();

function loneIn(scope: Scope, types: TypeTable): readonly VariableNode[] {
  let found = loneVariables.get(scope);
  if (found === undefined) loneVariables.set(scope, (found = findLone(scope, types)));
  return found;
}

/** Returns the variables that are used once and that do not say that this is meant. */
const findLone = (scope: Scope, types: TypeTable): readonly VariableNode[] =>
  [...usesIn(scope).values()].filter((use): use is VariableNode => {
    if (use === undefined) return false;
    const { name } = use;
    const isMeant =
      name.startsWith('_') || name.includes('::') || types.hasConstant(name) || isUnionName(name);
    const isReported = isForeignName(name) && !types.dialect.loadsUncheckedPolicies;
    return !isMeant && !isReported;
  });

/**
 * Maps each variable that is used once to its use, and others to undefined. A class that a pattern names counts as used more than
 * once: as in oso, `x matches T and y = T` is not a misspelled variable `T`.
 */
function usesIn({ names }: Scope): Map<string, VariableNode | undefined> {
  const found = new Map<string, VariableNode | undefined>();
  for (const node of names) {
    if (node.kind === 'instance-pattern') found.set(node.className, undefined);
    else found.set(node.name, found.has(node.name) ? undefined : node);
  }
  return found;
}
