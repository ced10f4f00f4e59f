import type { Report } from '../../diagnostics/diagnostic.js';
import type { Node, ParameterNode, TermNode } from '../../syntax/ast.js';
import { visit } from '../../syntax/visit.js';
import type { PolicyDraft, Scope } from '../policy-draft.js';
import { allChecks } from './all-checks.js';
import type { Pass } from './check.js';

/**
 * Checks a policy in one walk over it: nothing is gathered of thousands of rules for the next check to look at.
 *
 * @param report gets what the first check found, then what the second did, …
 */
export function runChecks(draft: PolicyDraft, report: Report): void {
  const passes = allChecks.flatMap((check) => check(draft) ?? []);
  const inRules = new ScopeWalk(passes);
  for (const { parameters, body } of draft.rules) {
    const scope = inRules.read(parameters, body);
    for (const { rule, scope: look } of passes) (rule ?? look)?.(scope);
  }
  const inQueries = new ScopeWalk(passes.filter(({ isForQueries }) => isForQueries));
  for (const { term } of draft.inlineQueries) {
    const scope = inQueries.read([], term);
    for (const pass of passes) pass.scope?.(scope);
  }
  for (const { policy } of passes) policy?.();
  for (const pass of passes) report.diagnostics.push(...pass.report.diagnostics);
}

/** Shows nodes to the checks that care about their kind. */
class ScopeWalk {
  readonly #looks = new Map<Node['kind'], ((node: Node) => void)[]>();

  constructor(passes: readonly Pass[]) {
    for (const { kinds, node: look } of passes) {
      if (look === undefined) continue;
      for (const kind of kinds) {
        const known = this.#looks.get(kind);
        if (known === undefined) this.#looks.set(kind, [look]);
        else known.push(look);
      }
    }
  }

  read(parameters: readonly ParameterNode[], body: TermNode | undefined): Scope {
    const names: Scope['names'][number][] = [];
    let hasNegation = false;
    const note = (node: Node): void => {
      switch (node.kind) {
        case 'variable':
          names.push(node);
          return;
        case 'instance-pattern':
          names.push(node);
          break;
        case 'not':
        case 'forall':
          hasNegation = true;
          break;
        default:
      }
      const looks = this.#looks.get(node.kind);
      if (looks !== undefined) for (const look of looks) look(node);
    };
    for (const parameter of parameters) visit(parameter, note);
    if (body !== undefined) visit(body, note);
    return { parameters, body, names, hasNegation };
  }
}
