import { isUndecided, type Authorizer } from '@nanook/core';
import { parse, printString, type RuleNode, type TermNode, type TestNode } from '@nanook/core/syntax';
import { participantsOf, scopeOf } from '../diff/policy-scope.js';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import { rulesOf } from '../policy-coverage/covered-policy.js';
import { calledInTests } from './called-in-tests.js';
import { around } from './candidate-values.js';
import type { ComparedValues } from './compared-values.js';
import { kindOfPredicate, textAt, typeAt } from './names.js';

/** A call of a rule with values, which an assertion could contain. */
export interface Check {
  readonly predicate: string;
  readonly args: readonly unknown[];
  /** The call as an assertion writes it: `allow(ann, "read", draft)`. */
  readonly text: string;
  /** Whether an argument is `nil`, or an object that the fixtures do not have. */
  readonly isInvented: boolean;
}

export type CheckOutcome = 'allowed' | 'denied' | 'undecided' | 'error';

/** A type as an argument, as in `allow(ann, "create", Note)`. Each authorizer has its own value for it. */
export class TypeArgument {
  constructor(readonly type: string) {}
}

/** Decides a check. An error is an outcome, too. */
export async function decide(authorizer: Authorizer, check: Check): Promise<CheckOutcome> {
  const { predicate } = check;
  try {
    const args = check.args.map((arg) => (arg instanceof TypeArgument ? authorizer.type(arg.type) : arg));
    if (predicate === 'allow' && args.length === 3)
      return (await authorizer.can(args[0], args[1] as string, args[2])) ? 'allowed' : 'denied';
    const answers = authorizer.policy.queryRule(predicate, args, { acceptExpression: true });
    const { done } = await answers.next();
    await answers.return();
    return done === true ? 'denied' : 'allowed';
  } catch (error) {
    return isUndecided(error) ? 'undecided' : 'error';
  }
}

/**
 * Returns whether a test can notice that a mutant changes an outcome. A test cannot assert that a check is undecided.
 *
 * @param isInvented whether the test data was made for the search: a denial that becomes an error says nothing then
 */
export const differ = (before: CheckOutcome, after: CheckOutcome, isInvented: boolean): boolean =>
  before === 'allowed'
    ? after !== 'allowed'
    : before === 'denied' && (isInvented ? after === 'allowed' : after !== 'denied');

/** The most checks of one predicate. */
const maxChecks = 5000;

interface Candidate {
  readonly value: unknown;
  readonly text: string;
  readonly isInvented?: boolean;
}

/** The anonymous actor. */
const anonymous: Candidate = { value: null, text: 'nil', isInvented: true };

/** Names and values for checks, as a test would write them. */
export interface CheckScope {
  readonly fixtures: Fixtures;
  /** The names of objects that the fixtures of the project do not have. */
  readonly added?: ReadonlySet<string>;
  /** The texts of objects without a fixture of their own, by name. */
  readonly texts?: ReadonlyMap<string, string>;
}

/**
 * Returns the checks over the fixtures: `allow`, `allow_field` and `allow_request`, and each rule that an assertion of a test calls.
 * The places of actors and resources take the fixtures of their types, and the other places the texts of the policy. An actor can be `nil`,
 * too. Checks of fixtures come first.
 */
export function checksOf(
  project: Project,
  { fixtures, added = new Set(), texts = new Map() }: CheckScope,
  authorizer: Authorizer,
  tests: readonly TestNode[],
  compared: ComparedValues,
): readonly Check[] {
  const { names } = compared;
  const trees = project.policies.map((policy) => parse(policy).policy);
  const rules = trees.flatMap(rulesOf).filter((rule) => rule.kind === 'rule');
  const calls = calledInTests(tests);
  for (const { name, parameters } of rules)
    if (name === 'allow' || name === 'allow_field' || name === 'allow_request')
      calls.set(`${name}/${parameters.length}`, calls.get(`${name}/${parameters.length}`) ?? []);
  const named: readonly Candidate[] = Object.entries(fixtures).map(([name, value]) => ({
    text: texts.get(name) ?? name,
    value,
    isInvented: added.has(name),
  }));
  const scope = scopeOf(trees);
  // `allow(user: User, "create", Note)` names a type as a value.
  const namedTypes = rules.flatMap(({ parameters: [, , resource] }) =>
    resource?.term.kind === 'variable' ? [resource.term.name] : [],
  );
  const typeTokens: readonly Candidate[] = [...new Set([...scope.resourceTypes, ...namedTypes])]
    .filter((type) => Object.hasOwn(project.types, type))
    .map((type) => ({ text: type, value: new TypeArgument(type) }));
  const { actors, resources } = participantsOf(fixtures, scope, authorizer);
  const isOf = (types: ReadonlySet<string>, value: unknown): boolean =>
    authorizer.policy.typesOf(value).some((type) => types.has(type));
  const ofActorTypes = actors.filter((value) => isOf(scope.actorTypes, value));
  const knownActors = ofActorTypes.length > 0 ? ofActorTypes : actors;

  const checks = [...calls].flatMap(([key, terms]) => {
    const [predicate = '', arity] = key.split('/');
    const own = rules.filter(
      ({ name, parameters }) => name === predicate && parameters.length === Number(arity),
    );
    const positions = Array.from({ length: Number(arity) }, (_, i) => candidatesAt(predicate, i, own, terms));
    return combinations(predicate, positions).filter(isDeclared);
  });
  return [
    ...checks.filter(({ isInvented }) => !isInvented),
    ...checks.filter(({ isInvented }) => isInvented),
  ];

  function candidatesAt(
    predicate: string,
    index: number,
    own: readonly RuleNode[],
    terms: readonly (readonly TermNode[])[],
  ): readonly Candidate[] {
    const texts = textsAt(predicate, index, own, terms);
    if (texts.length > 0) return texts.map((value) => ({ value, text: printString(value) }));
    if (!/^(allow|has_)/.test(predicate)) return named;
    if (index === 0 && predicate !== 'has_relation')
      return [
        ...named.filter(({ value }) => knownActors.includes(value)),
        ...(predicate.startsWith('allow') ? [anonymous] : []),
      ];
    if (index === 2) return [...named.filter(({ value }) => resources.includes(value)), ...typeTokens];
    const types = new Set(own.flatMap((rule) => typeAt(rule, index) ?? []));
    return types.size === 0 ? named : named.filter(({ value }) => isOf(types, value));
  }

  /** Whether the type of the resource declares the role, permission or relation of the check, if blocks define the predicate. */
  function isDeclared({ predicate, args }: Check): boolean {
    const kind = kindOfPredicate[predicate];
    if (kind === undefined || args.length !== 3 || args[2] instanceof TypeArgument) return kind === undefined;
    return authorizer.policy
      .typesOf(args[2])
      .some((type) => names.declared(kind, type).includes(args[1] as string));
  }

  /** Returns the texts that a parameter can be; empty if it can be another value, such as a row. */
  function textsAt(
    predicate: string,
    index: number,
    own: readonly RuleNode[],
    terms: readonly (readonly TermNode[])[],
  ): readonly string[] {
    const found = new Set<string>();
    const add = (text: string | undefined): void => void (text !== undefined && found.add(text));
    for (const rule of own) add(textAt(rule, index));
    for (const { kind, other } of compared.ofParameter(predicate, index)) {
      if (other.kind !== 'constant' || typeof other.value !== 'string') continue;
      for (const text of around(kind, other.value)) add(text as string);
    }
    for (const args of terms) add(args[index] && textOfTerm(args[index]));
    if (index === 1 && predicate === 'allow') names.declared('permission').forEach(add);
    const kind = kindOfPredicate[predicate];
    if (index === 1 && kind !== undefined) names.declared(kind).forEach(add);
    // A text that the policy does not know, for rules that hold for every text.
    if (found.size > 0) found.add(unknownText);
    return [...found];
  }
}

const unknownText = 'unknown';

const textOfTerm = (term: TermNode): string | undefined =>
  term.kind === 'literal' && typeof term.value === 'string' ? term.value : undefined;

function combinations(predicate: string, positions: readonly (readonly Candidate[])[]): readonly Check[] {
  let rows: (readonly Candidate[])[] = [[]];
  for (const candidates of positions)
    rows = rows.slice(0, maxChecks).flatMap((row) => candidates.map((candidate) => [...row, candidate]));
  return rows.slice(0, maxChecks).map((row) => ({
    predicate,
    args: row.map(({ value }) => value),
    text: `${predicate}(${row.map(({ text }) => text).join(', ')})`,
    isInvented: row.some(({ isInvented }) => isInvented === true),
  }));
}
