import type { VariableNode } from '../../syntax/ast.js';
import { isUnionName } from '../../types/type-table.js';
import type { Scope } from '../policy-draft.js';
import { check } from './check.js';

/** A variable that is used once in a rule is nearly always a misspelling. oso: polar-core/src/validations.rs, check_singletons. */
export const singletonVariable = check({
  code: 'POLAR_CHECK_SINGLETON_VARIABLE',
  rule(rule, report, { types }) {
    for (const use of usesIn(rule).values()) {
      if (use === undefined) continue;
      const { name } = use;
      const isMeant =
        name.startsWith('_') || name.includes('::') || types.hasConstant(name) || isUnionName(name);
      if (!isMeant) report({ span: use.span, data: { name } });
    }
  },
});

/**
 * Each variable that is used once; undefined for what is used more often, or is a class that a pattern names: as in oso,
 * `x matches T and y = T` is no misspelt variable `T`.
 */
function usesIn({ names }: Scope): Map<string, VariableNode | undefined> {
  const found = new Map<string, VariableNode | undefined>();
  for (const node of names) {
    if (node.kind === 'instance-pattern') found.set(node.className, undefined);
    else found.set(node.name, found.has(node.name) ? undefined : node);
  }
  return found;
}
