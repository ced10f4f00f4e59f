import { Source } from '../diagnostics/source.js';
import { Report } from '../diagnostics/report.js';
import { spanOf } from '../diagnostics/span.js';
import { parametersOfFact } from '../policy/declared-fact.js';
import { nameEntities } from '../policy/named-entities.js';
import type { Policy, PolicyRule } from '../policy/policy.js';
import type { FactDeclarationNode, TermNode } from '../syntax/ast.js';
import { childrenOf, visit } from '../syntax/visit.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { TypeTable } from '../types/type-table.js';
import type { Goal } from './goal.js';
import { unifyGoal } from './goal.js';
import { Lowering } from './lower.js';
import type { Parameter, Rule } from './goal.js';
import { slotTerm } from './term.js';
import type { LinkedQuery, Program } from './program.js';
import { Predicate } from './goal.js';

/** Links a checked policy to the types and constants of the application. */
export function link(policy: Policy, types: TypeTable): Program {
  const predicates = new Map<string, Predicate>();
  const predicateOf = (name: string): Predicate => {
    let found = predicates.get(name);
    if (found === undefined) predicates.set(name, (found = new Predicate(name)));
    return found;
  };
  const newLowering = (): Lowering => new Lowering(types, predicateOf);
  for (const origin of policy.rules) {
    const { byArity } = predicateOf(origin.name);
    const arity = origin.parameters.length;
    const rule = new LinkedRule(origin, newLowering, predicateOf);
    const rules = byArity.get(arity);
    if (rules === undefined) byArity.set(arity, [rule]);
    else (rules as Rule[]).push(rule);
  }
  for (const { name, arity } of policy.facts) {
    const { byArity } = predicateOf(name);
    if (!byArity.has(arity)) byArity.set(arity, []);
  }
  const declaredFacts = policy.facts.flatMap(({ declaration }) =>
    declaration === undefined ? [] : new LinkedRule(ruleOfFact(declaration), newLowering, predicateOf),
  );
  const members = (names: readonly string[]): DeclaredType[] =>
    names.flatMap((name) => types.find(name) ?? []);
  return {
    policy,
    types,
    predicates,
    declaredFacts,
    inlineQueries: policy.inlineQueries.map((q) => lowerQuery(q.term, types, predicateOf)),
    unions: { Actor: members(policy.actorTypes), Resource: members(policy.resourceTypes) },
  };
}

/** Returns `has_role(_: User, _: String, _: Organization);` */
const ruleOfFact = (fact: FactDeclarationNode): PolicyRule => ({
  kind: 'policy-rule',
  id: -1,
  name: fact.name,
  parameters: parametersOfFact(fact),
  body: undefined,
  span: fact.span,
  shorthandOf: undefined,
});

/** Links a query to a program. */
export function linkQuery(term: TermNode, program: Program): LinkedQuery {
  return lowerQuery(term, program.types, (name) => program.predicates.get(name) ?? new Predicate(name));
}

/** The slot name of a given argument. No variable can have this name. */
export const givenName = (position: number): string => `_argument ${position}`;

/**
 * Links the query `name(…)`.
 *
 * @param variables for each argument its variable, or undefined when its value is given; two mentions of one
 *   variable are one variable
 */
export function linkCall(
  name: string,
  variables: readonly (string | undefined)[],
  program: Program,
): LinkedQuery {
  const slotNames: string[] = [];
  const args = variables.map((variable, i) => {
    const slotName = variable ?? givenName(i);
    const known = slotNames.indexOf(slotName);
    return slotTerm(known === -1 ? slotNames.push(slotName) - 1 : known);
  });
  const shown = variables.map((variable, i) => variable ?? `argument ${i + 1}`);
  const source = new Source(`${name}(${shown.join(', ')})`, 'query');
  const span = spanOf(source, 0, source.text.length);
  const predicate = program.predicates.get(name) ?? new Predicate(name);
  return { goals: [{ kind: 'call', span, predicate, args, hasKeywords: false }], slotNames, span };
}

function lowerQuery(term: TermNode, types: TypeTable, predicateOf: (name: string) => Predicate): LinkedQuery {
  nameEntities([term], types, new Report());
  const lowering = new Lowering(types, predicateOf);
  const goals = lowering.goals(term);
  return { goals, slotNames: lowering.slotNames, span: term.span };
}

/**
 * A rule that is lowered on demand: its head when the rules of its name are first used, its body when it is
 * first among the matching rules. A loaded policy runs few of its thousands of rules.
 */
class LinkedRule implements Rule {
  readonly kind = 'rule';
  #parameters: readonly Parameter[] | undefined = undefined;
  /** Between the head and the body. */
  #unfinished: Unfinished | undefined = undefined;
  #body: readonly Goal[] | undefined = undefined;
  #slotNames: readonly string[] | undefined = undefined;
  #found: Constructs | undefined = undefined;

  constructor(
    readonly origin: PolicyRule,
    readonly newLowering: () => Lowering,
    readonly predicateOf: (name: string) => Predicate,
  ) {}

  get id(): number {
    return this.origin.id;
  }

  get name(): string {
    return this.origin.name;
  }

  get parameters(): readonly Parameter[] {
    return this.#parameters ?? this.#lowerHead();
  }

  get body(): readonly Goal[] {
    return this.#body ?? this.#lowerBody();
  }

  get calls(): readonly Predicate[] {
    return this.#constructs().calls;
  }

  get negatedPredicates(): Iterable<Predicate> {
    const { calls, negations, hasCut } = this.#constructs();
    // The rules after a cut are tried when the goals before the cut do not hold.
    if (hasCut) return [this.predicateOf(this.name), ...calls];
    return negations.flatMap((node) => this.#callsIn(node));
  }

  get hasCut(): boolean {
    return this.#constructs().hasCut;
  }

  get callsMethods(): boolean {
    return this.#constructs().callsMethods;
  }

  #constructs(): Constructs {
    return (this.#found ??= this.#findConstructs());
  }

  #findConstructs(): Constructs {
    const { body, parameters } = this.origin;
    const found = {
      calls: [] as Predicate[],
      negations: [] as TermNode[],
      hasCut: false,
      callsMethods: false,
    };
    const negation = (node: TermNode): void => void found.negations.push(node);
    const callsMethods = (): void => void (found.callsMethods = true);
    for (const { term, specializer } of parameters)
      for (const node of [term, specializer])
        if (node !== undefined && childrenOf(node).length > 0) visit(node, { 'method-call': callsMethods });
    if (body !== undefined)
      visit(body, {
        call: ({ predicate }) => void found.calls.push(this.predicateOf(predicate)),
        not: negation,
        forall: negation,
        cut: () => void (found.hasCut = true),
        'method-call': callsMethods,
      });
    return found;
  }

  #callsIn(node: TermNode): Predicate[] {
    const called: Predicate[] = [];
    visit(node, { call: ({ predicate }) => void called.push(this.predicateOf(predicate)) });
    return called;
  }

  get slotNames(): readonly string[] {
    if (this.#slotNames === undefined) this.#lowerBody();
    return this.#slotNames!;
  }

  #lowerHead(): readonly Parameter[] {
    const unfinished = { lowering: this.newLowering(), tail: [] };
    this.#unfinished = unfinished;
    return (this.#parameters = lowerHead(this.origin, unfinished));
  }

  #lowerBody(): readonly Goal[] {
    if (this.#unfinished === undefined) this.#lowerHead();
    const { lowering, tail } = this.#unfinished!;
    this.#unfinished = undefined;
    const { body } = this.origin;
    this.#body = body === undefined ? tail : [...lowering.body(body), ...tail];
    this.#slotNames = lowering.slotNames;
    return this.#body;
  }
}

/** The parts of a rule that tell whether its goals must be looked at. */
interface Constructs {
  readonly calls: readonly Predicate[];
  /** The negations, which may be within each other. */
  readonly negations: readonly TermNode[];
  readonly hasCut: boolean;
  readonly callsMethods: boolean;
}

interface Unfinished {
  readonly lowering: Lowering;
  /** The expressions of the head, which are computed after the body. */
  readonly tail: Goal[];
}

function lowerHead({ parameters }: PolicyRule, { lowering, tail }: Unfinished): readonly Parameter[] {
  return parameters.map((node): Parameter => {
    if (!hasComputation(node.term)) return lowering.parameter(node);
    // `f(x.a)`: a new variable holds the argument, and is compared after the body.
    const held = lowering.fresh();
    const value = lowering.term(node.term, tail);
    tail.push(unifyGoal(node.span, held, value));
    return {
      term: held,
      takesArgument: true,
      literal: undefined,
      specializer: { kind: 'none' },
      goals: [],
      span: node.span,
    };
  });
}

function hasComputation(node: TermNode): boolean {
  switch (node.kind) {
    case 'lookup':
    case 'method-call':
    case 'new':
    case 'arithmetic':
      return true;
    case 'list':
      return node.items.some(hasComputation);
    case 'dictionary':
      return node.fields.some((f) => hasComputation(f.value));
    default:
      return false;
  }
}
