import type { Node, TermNode, VariableNode } from '../../syntax/ast.js';
import { visit } from '../../syntax/visit.js';
import type { TypeTable } from '../../types/type-table.js';
import { scopeCheck } from './check.js';

/**
 * Warns about `not x = 1 and x = 2`, which never holds: when the negation runs, `x` can be any value, also 1. Conditions run in
 * order, so a variable that is bound only after a negation is probably in the wrong place.
 */
export const unboundNegation = scopeCheck({
  code: 'POLAR_CHECK_UNBOUND_NEGATION',
  severity: 'warning',
  scope(scope, report, { types }) {
    if (!scope.hasNegation) return;
    const met = new Set<string>();
    for (const parameter of scope.parameters) addVariables(parameter, met, types);
    if (scope.body === undefined) return;
    findUnbound(
      scope.body,
      met,
      () => false,
      types,
      (variable, form) => {
        report({ span: variable.span, data: { name: variable.name, form } });
      },
    );
  },
});

type FindUnbound = (variable: VariableNode, form: 'not' | 'forall') => void;

/**
 * @param met the variables mentioned before, on this path; those of the term are added
 * @param isLater whether a variable is mentioned after the term, on this path
 */
function findUnbound(
  term: TermNode,
  met: Set<string>,
  isLater: (name: string) => boolean,
  types: TypeTable,
  find: FindUnbound,
): void {
  switch (term.kind) {
    case 'and': {
      const last = new Map<string, number>();
      for (const [i, operand] of term.operands.entries()) {
        for (const name of addVariables(operand, new Set(), types)) last.set(name, i);
      }
      for (const [i, operand] of term.operands.entries()) {
        const isAfter = (name: string): boolean => (last.get(name) ?? i) > i || isLater(name);
        findUnbound(operand, met, isAfter, types, find);
      }
      return;
    }
    case 'or': {
      const branches = term.operands.map((operand) => {
        const branch = new Set(met);
        findUnbound(operand, branch, isLater, types, find);
        return branch;
      });
      for (const branch of branches) for (const name of branch) met.add(name);
      return;
    }
    case 'not':
    case 'forall': {
      const told = new Set<string>();
      visit(term, {
        variable(variable) {
          const { name } = variable;
          if (met.has(name) || !isLater(name) || told.has(name)) return;
          told.add(name);
          find(variable, term.kind);
        },
      });
      const parts = term.kind === 'not' ? [term.operand] : [term.condition, term.action];
      if (!parts.some(hasNegation)) return;
      // A negation binds no variable outside of it. A reported variable is not reported again inside it.
      const inside = new Set([...met, ...told]);
      for (const [i, part] of parts.entries()) {
        const following = new Set<string>();
        for (const next of parts.slice(i + 1)) addVariables(next, following, types);
        findUnbound(part, inside, (name) => following.has(name), types, find);
      }
      return;
    }
    default:
      addVariables(term, met, types);
  }
}

function hasNegation(term: TermNode): boolean {
  let found = false;
  visit(term, ({ kind }) => {
    if (kind === 'not' || kind === 'forall') found = true;
  });
  return found;
}

function addVariables(node: Node, names: Set<string>, types: TypeTable): Set<string> {
  visit(node, {
    variable({ name }) {
      if (name !== '_' && !types.hasConstant(name)) names.add(name);
    },
  });
  return names;
}
