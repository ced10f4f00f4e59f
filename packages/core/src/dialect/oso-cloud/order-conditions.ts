import type { componentsBy } from '../../internal/components.js';
import type { Policy, PolicyRule } from '../../policy/policy.js';
import type { CallNode, Node, TermNode } from '../../syntax/ast.js';
import type { visit } from '../../syntax/visit.js';
import type { TypeTable } from '../../types/type-table.js';

/**
 * Orders the conditions of rules for a dialect in which they have no order. A call that may lead back to its own rule, and has an argument that is not
 * known yet, comes after the calls that find values from known ones: `has_relation(folder, "parent", parent) and has_role(user, role, parent)`. All
 * other conditions keep their order. No call moves over a negation, and a policy with a cut keeps its order, because both depend on it. A call of a method
 * does not move, because it needs values.
 *
 * @param walk the function `visit`
 * @param byComponent the function `componentsBy`
 */
export function orderConditions(
  policy: Policy,
  types: TypeTable,
  walk: typeof visit,
  byComponent: typeof componentsBy,
): Policy {
  const calls = new CallGraph(policy.rules, walk, byComponent);
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
    calls.walk(body, {
      matches: ({ value, pattern }) => add(value, pattern),
      // A value has the types of these conditions only in one alternative, or does not have them.
      or: () => false,
      not: () => false,
      forall: () => false,
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
    if (calls.negates(first!) || !calls.in(first!).some(waits)) return 0;
    let finding: number | undefined;
    for (const [i, node] of others.entries()) {
      if (calls.mayNegate(node)) break;
      if (node.kind !== 'call' || this.#leadsBack(node) || calls.mayCompute(node)) continue;
      const names = [...calls.namesIn(node)];
      if (names.every(isKnown)) continue;
      if (names.some(isKnown)) return i + 1;
      // A text finds values, too: `implies(role, "reader")`. But those that a known variable leads to are fewer.
      if (node.args.some(({ kind }) => kind === 'literal')) finding ??= i + 1;
    }
    return finding ?? 0;
  }

  /** Returns whether a call may need the rule itself. A call of its own name does not if an argument has another type. */
  #leadsBack({ predicate, args }: CallNode): boolean {
    const { name, parameters } = this.rule;
    if (predicate !== name) return this.calls.areRecursive(predicate, name);
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

/** The calls and negations of a policy, by the names of its rules. */
class CallGraph {
  readonly hasCut: boolean;
  readonly #calledBy = new Map<string, Set<string>>();
  readonly #negating = new Set<string>();
  readonly #computing = new Set<string>();
  readonly #componentOf: (name: string) => number;

  constructor(
    rules: readonly PolicyRule[],
    readonly walk: typeof visit,
    byComponent: typeof componentsBy,
  ) {
    let hasCut = false;
    for (const { name, body } of rules) {
      if (body === undefined) continue;
      let called = this.#calledBy.get(name);
      if (called === undefined) this.#calledBy.set(name, (called = new Set()));
      for (const { predicate } of this.in(body)) called.add(predicate);
      if (this.negates(body)) this.#negating.add(name);
      if (this.#computes(body)) this.#computing.add(name);
      walk(body, { cut: () => void (hasCut = true) });
    }
    this.hasCut = hasCut;
    this.#componentOf = byComponent((name: string) => this.#calledBy.get(name) ?? []);
    this.#addCallers(this.#negating);
    this.#addCallers(this.#computing);
  }

  in(node: TermNode): readonly CallNode[] {
    const calls: CallNode[] = [];
    this.walk(node, { call: (call) => void calls.push(call) });
    return calls;
  }

  /** Returns the names of the variables in some nodes. */
  namesIn(...nodes: readonly Node[]): ReadonlySet<string> {
    const names = new Set<string>();
    const add = (name: string): void => void (name === '_' || names.add(name));
    for (const node of nodes) this.walk(node, { variable: ({ name }) => add(name) });
    return names;
  }

  /** Returns whether the rules of two names call each other, directly or through others. */
  areRecursive(name: string, other: string): boolean {
    return this.#componentOf(name) === this.#componentOf(other);
  }

  /** Returns whether the meaning of a condition depends on the variables that have values before it. */
  negates(node: TermNode): boolean {
    return this.#has(node, 'not', 'forall', 'assign');
  }

  /** Returns the same for the condition and the rules that it calls. */
  mayNegate(node: TermNode): boolean {
    return this.negates(node) || this.#leadsTo(node, this.#negating);
  }

  /** Returns whether a condition, or a rule that it calls, may be an error for a variable without a value. */
  mayCompute(node: TermNode): boolean {
    return this.#computes(node) || this.#leadsTo(node, this.#computing);
  }

  #computes(node: TermNode): boolean {
    return this.#has(node, 'method-call', 'new');
  }

  #has(node: TermNode, ...kinds: readonly TermNode['kind'][]): boolean {
    let found = false;
    this.walk(node, (each) => void (found ||= (kinds as readonly string[]).includes(each.kind)));
    return found;
  }

  #leadsTo(node: TermNode, names: ReadonlySet<string>): boolean {
    return this.in(node).some(({ predicate }) => names.has(predicate));
  }

  /** Adds the names of the rules that call some names, directly or through others. */
  #addCallers(names: Set<string>): void {
    const callers = new Map<string, string[]>();
    for (const [caller, called] of this.#calledBy)
      for (const name of called) {
        const known = callers.get(name);
        if (known === undefined) callers.set(name, [caller]);
        else known.push(caller);
      }
    // A set that grows during the loop.
    for (const name of names) for (const caller of callers.get(name) ?? []) names.add(caller);
  }
}

/** Returns whether the variables of a condition have values after it. */
const bindsVariables = ({ kind }: TermNode): boolean =>
  kind !== 'matches' && kind !== 'compare' && kind !== 'not' && kind !== 'forall';
