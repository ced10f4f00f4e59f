import type { ParameterNode, TermNode } from '../../syntax/ast.js';
import { componentsBy } from '../../internal/components.js';
import type { DeclaredType } from '../../types/declared-type.js';
import type { TypeTable } from '../../types/type-table.js';
import type { PolicyRule } from '../policy.js';
import type { PolicyDraft, Scope, ScopeCall } from '../policy-draft.js';
import { policyCheck } from './check.js';
import { declaredPlacesIn } from './static-types.js';

/**
 * Finds rules that depend on their own negation: `p(x) if not q(x); q(x) if p(x);`. No order decides them, because `p` holds only if it does
 * not hold. The action of a `forall` is not a negation: more answers never take one away.
 */
export const negatedRecursion = policyCheck({
  code: 'POLAR_CHECK_NEGATED_RECURSION',
  isStricterThanOso: true,
  needs: 'all blocks',
  policy(draft, report) {
    const graph = new CallGraph(draft);
    const reported = new Set<number>();
    for (const rule of graph.rules) {
      const component = graph.componentOf(rule.name);
      for (const call of graph.callsOf(rule)) {
        // One error for predicates that call each other, because the repair of one negation can repair the others.
        const way = call.negations > 0 && !reported.has(component) ? graph.findWay(call, rule) : undefined;
        if (way === undefined) continue;
        reported.add(component);
        report({ span: call.node.predicateSpan, data: { name: call.node.predicate, way } });
      }
    }
  },
});

interface Call extends ScopeCall {
  /** The rule that contains the call. */
  readonly caller: PolicyRule;
}

/** The calls of a policy. */
class CallGraph {
  /** The rules with a negation that may lead back to them, by the names of the predicates. */
  readonly rules: readonly PolicyRule[];
  /** Returns the number of a predicate, which is the same for predicates that call each other directly or indirectly. */
  readonly componentOf = componentsBy<string>((name) =>
    (this.draft.rulesByName.get(name) ?? []).flatMap((rule) =>
      this.draft.scopes.get(rule)!.calls.map(({ node }) => node.predicate),
    ),
  );

  constructor(readonly draft: PolicyDraft) {
    this.rules = draft.rules.filter((rule) =>
      draft.scopes
        .get(rule)!
        .calls.some(({ node, negations }) => negations > 0 && this.#isRecursive(node.predicate, rule)),
    );
  }

  callsOf(rule: PolicyRule): readonly Call[] {
    return this.draft.scopes.get(rule)!.calls.map((call) => ({ ...call, caller: rule }));
  }

  /** Returns the names of predicates over which a call leads back to a rule; undefined if it does not. */
  findWay(call: Call, to: PolicyRule): readonly string[] | undefined {
    const seen = new Set<PolicyRule>();
    // A queue that grows during the loop: the shortest way first.
    const pending = [{ call, names: [] as readonly string[] }];
    for (const { call: next, names } of pending) {
      for (const rule of this.#targetsOf(next)) {
        if (rule === to) return names;
        if (seen.has(rule)) continue;
        seen.add(rule);
        for (const each of this.callsOf(rule))
          if (this.#isRecursive(each.node.predicate, rule))
            pending.push({ call: each, names: [...names, each.node.predicate] });
      }
    }
    return undefined;
  }

  #targetsOf({ node, caller }: Call): readonly PolicyRule[] {
    const { types, rulesByName, scopes } = this.draft;
    const argTypes = node.args.map(certainTypes(scopes.get(caller)!, types));
    return (rulesByName.get(node.predicate) ?? []).filter(
      ({ parameters }) =>
        parameters.length === node.args.length &&
        parameters.every((parameter, i) => mayFit(node.args[i]!, argTypes[i], parameter, types)),
    );
  }

  #isRecursive(called: string, { name }: PolicyRule): boolean {
    return this.componentOf(called) === this.componentOf(name);
  }
}

/** Returns the type that a parameter, or a declared field of one, certainly has. */
function certainTypes(scope: Scope, types: TypeTable): (term: TermNode) => DeclaredType | undefined {
  const ofParameters = new Map(
    scope.parameters.flatMap(({ term, specializer }) =>
      term.kind === 'variable' && specializer?.kind === 'instance-pattern'
        ? [[term.name, types.find(specializer.className)] as const]
        : [],
    ),
  );
  return (term) => {
    if (term.kind === 'variable') return ofParameters.get(term.name);
    if (term.kind !== 'lookup' || !types.hasFields) return undefined;
    const type = declaredPlacesIn(scope, types).fields.get(term.key.span)?.field.type;
    return type?.kind === 'named' ? types.find(type.name) : undefined;
  };
}

/** Returns whether an argument may match a parameter. Only other literals, and types that no value has both, certainly do not. */
function mayFit(
  arg: TermNode,
  type: DeclaredType | undefined,
  { term, specializer }: ParameterNode,
  types: TypeTable,
): boolean {
  if (arg.kind === 'literal' && term.kind === 'literal') return arg.value === term.value;
  if (type === undefined || specializer?.kind !== 'instance-pattern') return true;
  const wanted = types.find(specializer.className);
  return wanted === undefined || wanted === type || areRelated(type, wanted);
}

const areRelated = (type: DeclaredType, other: DeclaredType): boolean =>
  type.builtIn ||
  other.builtIn ||
  type.is !== undefined ||
  other.is !== undefined ||
  extendsClass(type, other) ||
  extendsClass(other, type);

const extendsClass = ({ class: own }: DeclaredType, { class: parent }: DeclaredType): boolean =>
  own !== undefined && parent !== undefined && (own.prototype as object) instanceof parent;
