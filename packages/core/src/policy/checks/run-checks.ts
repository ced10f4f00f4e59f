import { Report } from '../../diagnostics/report.js';
import type { Node, ParameterNode, TermNode } from '../../syntax/ast.js';
import { childrenOf } from '../../syntax/visit.js';
import type { PolicyDraft, Scope } from '../policy-draft.js';
import { allChecks } from './all-checks.js';
import type { Pass } from './check.js';

/**
 * Runs all checks in one walk over the policy, without lists of the nodes of thousands of rules.
 *
 * @param report receives the findings in the order of the checks
 */
export function runChecks(draft: PolicyDraft, report: Report): void {
  const passes = allChecks.flatMap((check) => check(draft) ?? []);
  const inRules = new ScopeWalk(passes);
  for (const { name, parameters, body, shorthandOf, hasOwnConditions } of draft.rules) {
    if (shorthandOf !== undefined && !hasOwnConditions && draft.hasAllBlocks) {
      inRules.readMade(body);
      continue;
    }
    const scope = inRules.read(name, parameters, body);
    for (const { rule, scope: look } of passes) (rule ?? look)?.(scope);
  }
  for (const condition of draft.conditions) {
    const scope = inRules.read(undefined, [], condition);
    for (const pass of passes) pass.scope?.(scope);
  }
  const inQueries = new ScopeWalk(passes.filter(({ isForQueries }) => isForQueries));
  for (const { term } of draft.inlineQueries) {
    const scope = inQueries.read(undefined, [], term);
    for (const pass of passes) pass.scope?.(scope);
  }
  for (const { policy } of passes) policy?.();
  for (const pass of passes) report.diagnostics.push(...pass.report.diagnostics);
}

/** Walks rules or queries, and passes nodes to the checks for their kind. */
class ScopeWalk {
  readonly #looks = new Map<Node['kind'], ((node: Node) => void)[]>();
  #names: Scope['names'][number][] = [];
  #hasNegation = false;

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

  read(name: string | undefined, parameters: readonly ParameterNode[], body: TermNode | undefined): Scope {
    this.#names = [];
    this.#hasNegation = false;
    for (const parameter of parameters) this.#visit(parameter);
    if (body !== undefined) this.#visit(body);
    return { name, parameters, body, names: this.#names, hasNegation: this.#hasNegation };
  }

  /** A rule that was rewritten from a valid shorthand rule needs checks only for its calls. */
  readMade(body: TermNode | undefined): void {
    if (body?.kind === 'and') for (const call of body.operands) this.#show(call);
    else if (body !== undefined) this.#show(body);
  }

  #show(node: Node): void {
    const looks = this.#looks.get(node.kind);
    if (looks !== undefined) for (const look of looks) look(node);
  }

  #visit(node: Node): void {
    switch (node.kind) {
      case 'variable':
        this.#names.push(node);
        return;
      case 'instance-pattern':
        this.#names.push(node);
        break;
      case 'literal':
        return;
      case 'not':
      case 'forall':
        this.#hasNegation = true;
        break;
      default:
    }
    this.#show(node);
    for (const child of childrenOf(node)) this.#visit(child);
  }
}
