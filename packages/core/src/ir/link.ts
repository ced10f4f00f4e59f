import { Source } from '../diagnostics/source.js';
import { spanOf } from '../diagnostics/span.js';
import type { Policy, PolicyRule } from '../policy/policy.js';
import type { TermNode } from '../syntax/ast.js';
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
  for (const rule of policy.rules) {
    const linked = linkRule(rule, new Lowering(types, predicateOf));
    const { byArity } = predicateOf(rule.name);
    const arity = linked.parameters.length;
    const rules = byArity.get(arity);
    if (rules === undefined) byArity.set(arity, [linked]);
    else (rules as Rule[]).push(linked);
  }
  const members = (names: readonly string[]): DeclaredType[] =>
    names.flatMap((name) => types.find(name) ?? []);
  return {
    policy,
    types,
    predicates,
    inlineQueries: policy.inlineQueries.map((q) => lowerQuery(q.term, types, predicateOf)),
    unions: { Actor: members(policy.actorTypes), Resource: members(policy.resourceTypes) },
  };
}

/** Links a question that is asked of a program. */
export function linkQuery(term: TermNode, program: Program): LinkedQuery {
  return lowerQuery(term, program.types, (name) => program.predicates.get(name) ?? new Predicate(name));
}

/** The slot of an argument that is given. No variable can be written so. */
export const givenName = (position: number): string => `_argument ${position}`;

/**
 * Links the question `name(…)`.
 *
 * @param asked for each argument the variable that it asks for, or undefined when its value is given; two mentions of one
 *   variable are one variable
 */
export function linkCall(
  name: string,
  asked: readonly (string | undefined)[],
  program: Program,
): LinkedQuery {
  const slotNames: string[] = [];
  const args = asked.map((variable, i) => {
    const slotName = variable ?? givenName(i);
    const known = slotNames.indexOf(slotName);
    return slotTerm(known === -1 ? slotNames.push(slotName) - 1 : known);
  });
  const shown = asked.map((variable, i) => variable ?? `argument ${i + 1}`);
  const source = new Source(`${name}(${shown.join(', ')})`, 'question');
  const span = spanOf(source, 0, source.text.length);
  const predicate = program.predicates.get(name) ?? new Predicate(name);
  return { goals: [{ kind: 'call', span, predicate, args, hasKeywords: false }], slotNames, span };
}

function lowerQuery(term: TermNode, types: TypeTable, predicateOf: (name: string) => Predicate): LinkedQuery {
  const lowering = new Lowering(types, predicateOf);
  const goals = lowering.goals(term);
  return { goals, slotNames: lowering.slotNames, span: term.span };
}

function linkRule(origin: PolicyRule, lowering: Lowering): Rule {
  const tail: Goal[] = [];
  const parameters = origin.parameters.map((node): Parameter => {
    if (!hasComputation(node.term)) return lowering.parameter(node);
    // `f(x.a)`: the argument is held in a variable of its own and compared once the body has run.
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
  const body = origin.body === undefined ? [] : lowering.goals(origin.body);
  body.push(...tail);
  return {
    kind: 'rule',
    id: origin.id,
    name: origin.name,
    parameters,
    body,
    slotNames: lowering.slotNames,
    origin,
  };
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
