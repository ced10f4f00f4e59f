import type { Node, ParameterNode, TermNode } from '../../syntax/ast.js';
import { visit } from '../../syntax/visit.js';
import type { PolicyDraft } from '../policy-draft.js';

/** Computed once for all rules of a policy: for each position of an argument, whether every call passes a new variable. */
const found = new WeakMap<PolicyDraft, ReadonlyMap<string, boolean>>();

/**
 * Returns whether a parameter has no value when its rule starts, because every call of the rule passes a new variable. So a resource block
 * calls `has_relation(organization, "organization", note)`, and `note.organization = organization` gives the parameter its value.
 */
export function isOpen(rule: string | undefined, position: number, draft: PolicyDraft): boolean {
  if (rule === undefined || draft.queries.includes(rule)) return false;
  let open = found.get(draft);
  if (open === undefined) found.set(draft, (open = openIn(draft)));
  return open.get(keyOf(rule, position)) ?? false;
}

const keyOf = (rule: string, position: number): string => `${rule} ${position}`;

function openIn({ rules }: PolicyDraft): ReadonlyMap<string, boolean> {
  const open = new Map<string, boolean>();
  for (const { parameters, body } of rules)
    if (body !== undefined) followCalls(body, namesIn(parameters, new Set()), open);
  return open;
}

/** @param met the variables mentioned before, on this path; those of the term are added */
function followCalls(term: TermNode, met: Set<string>, open: Map<string, boolean>): void {
  switch (term.kind) {
    case 'and':
      for (const operand of term.operands) followCalls(operand, met, open);
      return;
    case 'or': {
      const branches = term.operands.map((operand) => {
        const branch = new Set(met);
        followCalls(operand, branch, open);
        return branch;
      });
      for (const branch of branches) for (const name of branch) met.add(name);
      return;
    }
    case 'not':
      followCalls(term.operand, new Set(met), open);
      return;
    case 'forall': {
      const inside = new Set(met);
      followCalls(term.condition, inside, open);
      followCalls(term.action, inside, open);
      return;
    }
    case 'call':
      for (const [i, arg] of term.args.entries()) {
        const key = keyOf(term.predicate, i);
        const isNew = arg.kind === 'variable' && !met.has(arg.name);
        open.set(key, isNew && open.get(key) !== false);
      }
      namesIn(term.args, met);
      return;
    default:
      namesIn([term], met);
  }
}

function namesIn(nodes: readonly (TermNode | ParameterNode)[], names: Set<string>): Set<string> {
  for (const node of nodes) visit(node as Node, { variable: ({ name }) => void names.add(name) });
  return names;
}
