import type { Span } from '../../diagnostics/span.js';
import { groupBy } from '../../internal/group-by.js';
import { isUnionName } from '../../types/type-table.js';
import type { Scope } from '../policy-draft.js';
import { check } from './check.js';

/** A variable that is used once in a rule is nearly always a misspelling. oso: polar-core/src/validations.rs, check_singletons. */
export const singletonVariable = check({
  code: 'POLAR_CHECK_SINGLETON_VARIABLE',
  rule(rule, report, { types }) {
    for (const [name, [only, ...others]] of groupBy(namesIn(rule), (use) => use.name)) {
      const isMeant =
        name.startsWith('_') || name.includes('::') || types.hasConstant(name) || isUnionName(name);
      if (only!.isVariable && others.length === 0 && !isMeant) report({ span: only!.span, data: { name } });
    }
  },
});

interface Use {
  readonly name: string;
  readonly span: Span;
  readonly isVariable: boolean;
}

/** Variables, and classes that patterns name: as in oso, `x matches T and y = T` is no misspelt variable `T`. */
function namesIn({ nodes }: Scope): Use[] {
  const found: Use[] = [];
  for (const node of nodes) {
    if (node.kind === 'variable') found.push({ name: node.name, span: node.span, isVariable: true });
    if (node.kind === 'instance-pattern') {
      found.push({ name: node.className, span: node.classSpan, isVariable: false });
    }
  }
  return found;
}
