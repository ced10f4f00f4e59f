import { isThenable } from '../internal/promise.js';
import type { Authorizer } from '../authorization/authorizer.js';
import type { DecidedCheck } from '../authorization/decision-engine.js';
import type { Decision } from '../authorization/decision.js';
import type { ExplainOptions } from '../authorization/query-options.js';
import { checkObject, isOptionsObject, type OptionCheck } from '../authorization/validate-options.js';
import { PolarError } from '../diagnostics/polar-error.js';
import type { Arguments } from '../engine/query/query-run.js';
import type { ExplanationOptions } from '../explanation/explain-query.js';
import type { Explanation } from '../explanation/explanation.js';
import { handleRejections } from '../host/handle-rejections.js';
import { TypeToken } from '../types/declared-type.js';
import { describeValue } from '../internal/descriptions.js';
import { isCount } from './candidate-options.js';
import { decisionBy, differenceOf, outcomeOf, OutcomeCounts, type ComparedOutcome } from './compare.js';
import type { ComparedDecision, DecisionDifference } from './difference.js';

/** A check that both policies decide. A `Decision` is one. */
export interface DiffedCheck {
  /** The rule. Default: `allow_field` for a check with a field, otherwise `allow`. */
  readonly kind?: Decision['kind'];
  readonly actor: unknown;
  readonly action?: unknown;
  readonly resource: unknown;
  readonly field?: unknown;
}

/** Actors, actions and resources, of which each combination is a check. */
export interface DiffFixtures {
  readonly actors: Iterable<unknown>;
  /** Default: all actions that a rule of one of the policies can allow. */
  readonly actions?: Iterable<string>;
  readonly resources: Iterable<unknown>;
}

export interface DiffOptions {
  /** The checks: recorded decisions, other checks, or fixtures. */
  readonly over: Iterable<DiffedCheck> | AsyncIterable<DiffedCheck> | DiffFixtures;
  /** The number of differences that are explained and returned. Further ones are counted. Default: 1,000. */
  readonly maxDifferences?: number;
  /** The contents of the explanations, such as `mask`. */
  readonly explanations?: ExplanationOptions;
}

/** The checks that two policies decide differently. */
export interface PolicyDiff {
  readonly checked: number;
  readonly different: number;
  /** The different checks that only the new policy allows. */
  readonly newlyAllowed: number;
  /** The different checks that only the old policy allows. */
  readonly newlyRefused: number;
  /** The checks without a difference because both policies end in an error, or both are undecided. They compare nothing. */
  readonly failed: number;
  readonly differences: readonly DecisionDifference[];
}

/**
 * Lists the checks that two policies decide differently, with the reasons of both. It calls the methods of the application as checks do,
 * and records no decisions.
 *
 * @param before the authorizer with the old policy
 * @param after the authorizer with the new policy
 * @throws {PolarError} `POLAR_TYPE_NOT_A_LIST` when `over` contains no checks
 * @example
 * const { differences } = await diffPolicies(current, next, { over: { actors: [ann, ben], resources: [note] } });
 * for (const difference of differences) console.log(renderDifference(difference));
 */
export async function diffPolicies(
  before: Authorizer,
  after: Authorizer,
  options: DiffOptions,
): Promise<PolicyDiff> {
  validateDiffOptions(options);
  const { over, maxDifferences = 1_000, explanations = {} } = options;
  const differences: DecisionDifference[] = [];
  const counts = new OutcomeCounts();
  let [checked, failed] = [0, 0];
  for await (const given of checksOf(over, before, after)) {
    checked++;
    const { kind = given.field === undefined ? 'allow' : 'allow_field' } = given;
    const args = await awaited(argumentsOf(kind, given));
    if (args === undefined) {
      failed++;
      continue;
    }
    const check = { kind, args };
    const old = await decide(before, check);
    const found = await decide(after, check);
    if (!counts.add(old, found)) {
      if (old.outcome === 'error' || old.outcome === 'undecided') failed++;
      continue;
    }
    if (differences.length < maxDifferences)
      differences.push(
        differenceOf(
          check,
          await describe(before, old, check, explanations),
          await describe(after, found, check, explanations),
        ),
      );
  }
  const { different, onlyFirst: newlyRefused, onlySecond: newlyAllowed } = counts;
  return { checked, different, newlyAllowed, newlyRefused, failed, differences };
}

async function* checksOf(
  over: DiffOptions['over'],
  before: Authorizer,
  after: Authorizer,
): AsyncGenerator<DiffedCheck, void, undefined> {
  const given: unknown = over;
  if (typeof given !== 'object' || given === null) throw notChecks(given);
  if (Symbol.iterator in given || Symbol.asyncIterator in given) {
    for await (const check of over as AsyncIterable<unknown>) {
      if (typeof check !== 'object' || check === null) throw notChecks(check);
      yield check as DiffedCheck;
    }
    return;
  }
  const { actors, resources, actions } = over as DiffFixtures;
  for (const list of [actors, resources])
    if (typeof (list as Partial<Iterable<unknown>> | undefined)?.[Symbol.iterator] !== 'function')
      throw notChecks(given);
  const allActions = [...new Set(actions ?? [...before.policy.actions(), ...after.policy.actions()])];
  const allResources = [...resources];
  for (const actor of actors)
    for (const resource of allResources)
      for (const action of allActions) yield { kind: 'allow', actor, action, resource };
}

const notChecks = (found: unknown): PolarError =>
  new PolarError('POLAR_TYPE_NOT_A_LIST', {
    call: 'diffPolicies(before, after, { over })',
    found: describeValue(found),
    advice: 'pass a list of checks, or { actors, resources }',
  });

const argumentsOf = (kind: Decision['kind'], { actor, action, resource, field }: DiffedCheck): Arguments => {
  if (kind === 'allow_request') return [actor, resource];
  return kind === 'allow' ? [actor, action, resource] : [actor, action, resource, field];
};

/** Awaits the promises among the arguments once for both policies. @returns undefined if one of them rejects */
async function awaited(args: Arguments): Promise<Arguments | undefined> {
  handleRejections(args);
  const values: unknown[] = [];
  try {
    // oxlint-disable-next-line no-await-in-loop -- a check has few arguments
    for (const arg of args as readonly unknown[]) values.push(isThenable(arg) ? await arg : arg);
  } catch {
    return undefined;
  }
  return values as unknown as Arguments;
}

/** A check with awaited arguments. */
type AwaitedCheck = Pick<DecidedCheck, 'kind' | 'args'>;

/** Returns arguments that the authorizer knows: each authorizer has a value of its own for a type without a class. */
const ownTypes = (args: Arguments, authorizer: Authorizer): Arguments =>
  args.map((arg) => (arg instanceof TypeToken ? authorizer.type(arg.name) : arg)) as unknown as Arguments;

const decide = (authorizer: Authorizer, { kind, args }: AwaitedCheck): Promise<ComparedOutcome> =>
  outcomeOf(async () => {
    const answers = authorizer.policy.queryRule(kind, ownTypes(args, authorizer), { acceptExpression: true });
    const { done } = await answers.next();
    await answers.return();
    return done !== true;
  });

/** Describes a decision. It has no explanation after an error, and where another policy explains, such as a candidate of `authorizer`. */
async function describe(
  authorizer: Authorizer,
  decided: ComparedOutcome,
  { kind, args }: AwaitedCheck,
  options: ExplainOptions,
): Promise<ComparedDecision> {
  const explain = async (): Promise<Explanation> => {
    const [actor, action, resource, field] = ownTypes(args, authorizer);
    if (kind === 'allow_request') return authorizer.explainRequest(actor, action, options);
    if (kind === 'allow') return authorizer.explain(actor, action as string, resource, options);
    return authorizer.explainField(actor, action as string, resource, field as string, options);
  };
  const explanation = await explain().catch(() => undefined);
  return decisionBy(authorizer.policy, decided, explanation && { outcome: explanation.outcome, explanation });
}

const validateDiffOptions = (options: DiffOptions): void =>
  checkObject('diffPolicies', options, '{ over: checks }', {
    over: () => true,
    maxDifferences: isCount,
    explanations: isOptionsObject,
  } satisfies { readonly [Option in keyof DiffOptions]-?: OptionCheck });
