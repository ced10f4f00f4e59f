import type { AssignNode } from '../../syntax/ast.js';
import { scopeCheck } from './check.js';

/** Warns about `x := 1 and x := 2`, and about `:=` on a parameter: `:=` needs an unbound variable, and ends the query otherwise. */
export const assignedTwice = scopeCheck(() => {
  let assignments: AssignNode[] = [];
  return {
    code: 'POLAR_CHECK_ASSIGNED_TWICE',
    severity: 'warning',
    kinds: ['and', 'assign'],
    node(node, report) {
      if (node.kind === 'assign') {
        assignments.push(node);
        return;
      }
      const names = new Set<string>();
      for (const operand of node.operands) {
        if (operand.kind !== 'assign') continue;
        const { name, span } = operand.variable;
        if (names.has(name)) report({ span, data: { name } });
        names.add(name);
      }
    },
    scope({ parameters }, report) {
      for (const { variable } of assignments) {
        const { name, span } = variable;
        if (parameters.some(({ term }) => term.kind === 'variable' && term.name === name))
          report({ span, data: { name } });
      }
      assignments = [];
    },
  };
});
