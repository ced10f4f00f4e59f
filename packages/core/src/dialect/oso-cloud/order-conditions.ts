import { componentsBy } from '../../internal/components.js';
import type { Policy, PolicyRule } from '../../policy/policy.js';
import type { CallNode, Node, TermNode } from '../../syntax/ast.js';
import { visit } from '../../syntax/visit.js';
import type { TypeTable } from '../../types/type-table.js';

/**
 * Orders the conditions of rules for a dialect in which they have no order. A call that may lead back to its own rule, and has an argument that is not
 * known yet, comes after the calls that find values from known ones: `has_relation(folder, "parent", parent) and has_role(user, role, parent)`. All
 * other conditions keep their order. No call moves over a negation or a method, and a policy with a cut keeps its order, because they depend on it.
 */
export function orderConditions(policy: Policy, types: TypeTable): Policy {
  const calls = new CallGraph(policy.rules);
  if (calls.hasCut) return policy;
  const rules = policy.rules.map((rule): PolicyRule => {
    if (rule.body === undefined) return rule;
    const body = new RuleOrder(rule, rule.body, calls, types).order(
      rule.body,
      calls.namesIn(...rule.parameters),
    );
    return body === rule.body ? rule : Object.freeze({ ...rule, body });
  });
  // Descriptors, because the hash is computed on first use.
  return Object.freeze(
    Object.defineProperties({} as Policy, {
      ...Object.getOwnPropertyDescriptors(policy),
      rules: { value: Object.freeze(rules), enumerable: true },
    }),
  );
}

class RuleOrder {
  /** The types of the variables that the head or a condition `group matches Group` names. */
  readonly #types = new Map<string, string>();

  constructor(
    readonly rule: PolicyRule,
    body: TermNode,
    readonly calls: CallGraph,
    readonly types: TypeTable,
  ) {
    const add = (term: Node, pattern: Node | undefined): void => {
      if (term.kind === 'variable' && pattern?.kind === 'instance-pattern')
        this.#types.set(term.name, pattern.className);
    };
    for (const { term, specializer } of rule.parameters) add(term, specializer);
    // A value has the types of conditions in these only in one alternative, or does not have them.
    const skip = (): boolean => false;
    visit(body, {
      matches: ({ value, pattern }) => add(value, pattern),
      or: skip,
      not: skip,
      forall: skip,
    });
  }

  /** @param given the variables that are known before the condition */
  order(node: TermNode, given: ReadonlySet<string>): TermNode {
    if (node.kind !== 'and' && node.kind !== 'or') return node;
    const known = new Set(given);
    const rest = [...node.operands];
    const operands: TermNode[] = [];
    while (rest.length > 0) {
      const [next] = rest.splice(node.kind === 'and' ? this.#next(rest, known) : 0, 1);
      operands.push(this.order(next!, known));
      if (node.kind === 'and' && bindsVariables(next!))
        for (const name of this.calls.namesIn(next!)) known.add(name);
    }
    return operands.every((operand, i) => operand === node.operands[i]) ? node : { ...node, operands };
  }

  /** Returns the position of the condition that comes next. */
  #next(rest: readonly TermNode[], known: ReadonlySet<string>): number {
    const { calls } = this;
    const [first, ...others] = rest;
    const isKnown = (name: string): boolean => known.has(name);
    const waits = (call: CallNode): boolean =>
      this.#leadsBack(call) && ![...calls.namesIn(call)].every(isKnown);
    if (calls.needsValues(first!) || !calls.in(first!).some(waits)) return 0;
    let finding = 0;
    for (const [i, node] of others.entries()) {
      if (calls.mayNeedValues(node)) break;
      if (node.kind !== 'call' || this.#leadsBack(node)) continue;
      const names = [...calls.namesIn(node)];
      if (names.every(isKnown)) continue;
      if (names.some(isKnown)) return i + 1;
      // A text finds values, too: `implies(role, "reader")`. But those that a known variable leads to are fewer.
      if (node.args.some(({ kind }) => kind === 'literal')) finding ||= i + 1;
    }
    return finding;
  }

  /** Returns whether a call may need the rule itself. A call of its own name does not if an argument has another type. */
  #leadsBack({ predicate, args }: CallNode): boolean {
    const { name, parameters } = this.rule;
    if (predicate !== name) return this.calls.componentOf(predicate) === this.calls.componentOf(name);
    return (
      args.length === parameters.length &&
      parameters.every(({ specializer }, i) => {
        const arg = args[i]!;
        const type = arg.kind === 'variable' ? this.#types.get(arg.name) : undefined;
        if (type === undefined || specializer?.kind !== 'instance-pattern') return true;
        const [own, wanted] = [this.types.find(type), this.types.find(specializer.className)];
        // The unions `Actor` and `Resource` are not declared.
        if (own === undefined || wanted === undefined) return true;
        return this.types.isSubtype(own, wanted) || this.types.isSubtype(wanted, own);
      })
    );
  }
}

/** The calls of a policy, by the names of its rules. */
class CallGraph {
  hasCut = false;
  readonly #callers = new Map<string, Set<string>>();
  /** The names of the rules that need values. */
  readonly #needing = new Set<string>();
  /** Returns a number, which is the same for names whose rules call each other, directly or through others. */
  readonly componentOf: (name: string) => number;

  constructor(rules: readonly PolicyRule[]) {
    for (const { name, body } of rules) {
      if (body === undefined) continue;
      for (const { predicate } of this.in(body)) {
        const callers = this.#callers.get(predicate);
        if (callers === undefined) this.#callers.set(predicate, new Set([name]));
        else callers.add(name);
      }
      if (this.needsValues(body)) this.#needing.add(name);
      this.hasCut ||= this.#has(body, 'cut');
    }
    const callersOf = (name: string): Iterable<string> => this.#callers.get(name) ?? [];
    // A set that grows during the loop.
    for (const name of this.#needing) for (const caller of callersOf(name)) this.#needing.add(caller);
    this.componentOf = componentsBy(callersOf);
  }

  in(node: TermNode): readonly CallNode[] {
    const calls: CallNode[] = [];
    visit(node, { call: (call) => void calls.push(call) });
    return calls;
  }

  /** Returns the names of the variables in some nodes. */
  namesIn(...nodes: readonly Node[]): ReadonlySet<string> {
    const names = new Set<string>();
    const add = (name: string): void => void (name === '_' || names.add(name));
    for (const node of nodes) visit(node, { variable: ({ name }) => add(name) });
    return names;
  }

  /** Returns whether the meaning of a condition depends on the variables that have values before it. A method is an error without them. */
  needsValues(node: TermNode): boolean {
    return this.#has(node, 'not', 'forall', 'assign', 'method-call', 'new');
  }

  /** Returns the same for the condition and the rules that it calls. */
  mayNeedValues(node: TermNode): boolean {
    return this.needsValues(node) || this.in(node).some(({ predicate }) => this.#needing.has(predicate));
  }

  #has(node: TermNode, ...kinds: readonly Node['kind'][]): boolean {
    let found = false;
    visit(node, ({ kind }) => void (found ||= kinds.includes(kind)));
    return found;
  }
}

/** Returns whether the variables of a condition have values after it. */
const bindsVariables = ({ kind }: TermNode): boolean =>
  kind !== 'matches' && kind !== 'compare' && kind !== 'not' && kind !== 'forall';
