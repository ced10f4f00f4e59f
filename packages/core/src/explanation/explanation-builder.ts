import { positionOf, textOf, type Span } from '../diagnostics/span.js';
import { referenceTo } from '../engine/proof.js';
import type { Undecided } from '../engine/machine/state/undecided.js';
import type { CallGoal, Goal, NotGoal, Rule } from '../ir/goal.js';
import type {
  ExplainedCall,
  ExplainedError,
  ExplainedFailure,
  ExplainedMiss,
  ExplainedPlace,
  ExplainedUse,
  ExplainedValue,
} from './explanation.js';
import { messageOf, reasonOf, reasonOfCall, undecidedReasonOf } from './failure-reasons.js';
import { DistanceOfAttempts, nearestFailure } from './distance.js';
import { isComputation } from './goal-order.js';
import { HeadMismatches } from './head-mismatches.js';
import { ProgressOfAttempts } from './progress.js';
import type { ShownValues } from './shown-values.js';
import type { Attempt, GoalEvent, SeenValue, UsedRule } from './trace.js';

/** The size of an explanation. */
export interface ExplanationSize {
  /** The number of rules that are explained for each call. */
  readonly maxRules: number;
  /** The number of calls inside calls that are explained. */
  readonly maxDepth: number;
}

/** The number of rules in one explanation. */
const maxMisses = 200;

/** Makes the tree of an explanation from a trace. It calls no code of the application but the mask. */
export class ExplanationBuilder {
  readonly #progress = new ProgressOfAttempts();
  readonly #distance = new DistanceOfAttempts(this.#progress);
  #left = maxMisses;
  /** The calls that were explained. A call that has used the answer of another one refers to it. */
  readonly #explained = new Set<string>();

  constructor(
    readonly shown: ShownValues,
    readonly heads: HeadMismatches,
    readonly size: ExplanationSize,
  ) {}

  /** Explains the call of the query. */
  explainQuery(root: Attempt): ExplainedFailure | undefined {
    return this.#failureIn(root.order.goals, root, []);
  }

  proof(used: readonly UsedRule[]): ExplainedUse[] {
    const known = new Set(used.map(({ frame }) => frame));
    const uses = (caller: UsedRule | undefined): ExplainedUse[] =>
      used
        .filter((use) =>
          caller === undefined
            ? use.caller === undefined || !known.has(use.caller)
            : use.caller === caller.frame,
        )
        .map((use) => ({
          ...referenceTo(use.rule),
          bindings: this.#named(use.bindings),
          calls: uses(use),
        }));
    return uses(undefined);
  }

  error(undecided: Undecided): ExplainedError {
    return { code: undecided.code, message: messageOf(undecided, this.shown), ...placeOf(undecided.span) };
  }

  #named(values: readonly SeenValue[]): ExplainedValue[] {
    return values.map((value) => this.shown.named(value));
  }

  /** Explains the failure of a conjunction: that of the last goal that was reached. */
  #failureIn(
    goals: readonly Goal[],
    attempt: Attempt,
    chain: readonly string[],
    isLatest = false,
  ): ExplainedFailure | undefined {
    const last = goals.findLastIndex((one) => attempt.eventsOf(one).length > 0);
    return last === -1
      ? undefined
      : this.#failureOf(goals[last]!, goals.slice(last + 1), attempt, chain, isLatest);
  }

  /**
   * @param untried the conditions after the goal
   * @param isLatest whether to explain only the last time that the goal was proved, as the operand of a negation that failed
   */
  #failureOf(
    goal: Goal,
    untried: readonly Goal[],
    attempt: Attempt,
    chain: readonly string[],
    isLatest: boolean,
  ): ExplainedFailure | undefined {
    const all = attempt.eventsOf(goal);
    const events = isLatest ? all.slice(-1) : all;
    const event = nearestFailure(events, untried);
    if (event?.failure !== undefined && event.failure.goal !== goal)
      return this.#condition(event.failure.goal, event, attempt);
    switch (goal.kind) {
      case 'or': {
        const alternatives = goal.alternatives.flatMap(
          (alternative) => this.#failureIn(alternative, attempt, chain, isLatest) ?? [],
        );
        return { kind: 'or', ...textAt(goal.span), reason: 'no alternative holds', alternatives };
      }
      case 'not':
        return this.#negation(goal, events, attempt, chain);
      case 'call':
        return this.#call(goal, events, chain);
      default:
        return event && this.#condition(goal, event, attempt);
    }
  }

  #condition(goal: Goal, { failure }: GoalEvent, { order }: Attempt): ExplainedFailure {
    const { values, bindings, undecided } = failure!;
    return {
      kind: 'condition',
      ...textAt(order.spanOf(goal)),
      reason:
        undecided === undefined
          ? reasonOf(goal, values, this.shown)
          : undecidedReasonOf(goal, undecided, values, this.shown),
      values: this.#named(values),
      bindings: this.#named(bindings),
      undecided: undecided && this.error(undecided),
    };
  }

  #negation(
    goal: NotGoal,
    events: readonly GoalEvent[],
    attempt: Attempt,
    chain: readonly string[],
  ): ExplainedFailure | undefined {
    const refutation = events.findLast((event) => event.refutation !== undefined)?.refutation;
    const doubtful = events.find(({ negation }) => negation?.inner.undecided !== undefined);
    const undecided = doubtful?.negation?.inner.undecided;
    const inner = goal.operand.at(-1);
    const isForAll = inner?.kind === 'not' && textOf(goal.span).startsWith('forall');
    const common = { kind: 'not', ...textAt(goal.span) } as const;
    if (refutation !== undefined)
      return {
        ...common,
        reason: isForAll
          ? `\`${textOf(inner.span)}\` does not hold for every value`
          : 'the negated condition holds',
        values: this.#named(refutation.values),
        bindings: this.#named(refutation.bindings),
        proof: this.proof(refutation.rules),
        failure: isForAll ? this.#failureIn(inner.operand, attempt, chain, true) : undefined,
        undecided: undefined,
      };
    if (doubtful === undefined || undecided === undefined) return undefined;
    return {
      ...common,
      reason: messageOf(undecided, this.shown),
      values: [],
      bindings: this.#named(doubtful.bindings),
      proof: [],
      failure: undefined,
      undecided: this.error(undecided),
    };
  }

  #call(goal: CallGoal, events: readonly GoalEvent[], chain: readonly string[]): ExplainedCall | undefined {
    const event = this.#distance.nearest(events);
    if (event === undefined) return undefined;
    const { name } = goal.predicate;
    const args = event.args.map((arg) => this.shown.show(arg));
    const key = `${name}(${args.join(', ')})`;
    const call = {
      kind: 'call',
      ...textAt(goal.span),
      reason: reasonOfCall(name, event.args, this.shown),
      predicate: name,
      args,
    } as const;
    const isExplained = this.#explained.has(key);
    this.#explained.add(key);
    if (chain.includes(key) || (event.isReused && isExplained))
      return { ...call, misses: [], omitted: 0, isRepeated: true };
    const { attempts, others, omitted } = this.#candidates(goal, event);
    const misses: ExplainedMiss[] = [];
    const isTooDeep = chain.length >= this.size.maxDepth;
    for (const attempt of attempts) {
      if (isTooDeep || misses.length === this.size.maxRules || this.#left === 0) break;
      const miss = this.#miss(attempt, [...chain, key]);
      if (miss !== undefined) misses.push(miss);
    }
    for (const other of others) {
      if (isTooDeep || misses.length === this.size.maxRules || this.#left === 0) break;
      this.#left--;
      misses.push(other);
    }
    return {
      ...call,
      misses,
      omitted: omitted + attempts.length + others.length - misses.length,
      isRepeated: false,
    };
  }

  /** Returns the rules of a call: those that were entered, nearest first, and those whose head does not fit. */
  #candidates(
    goal: CallGoal,
    event: GoalEvent,
  ): {
    readonly attempts: readonly Attempt[];
    readonly others: readonly ExplainedMiss[];
    readonly omitted: number;
  } {
    const best = new Map<Rule, Attempt>();
    for (const attempt of event.entered) {
      const known = best.get(attempt.rule!);
      if (known === undefined || this.#distance.of(attempt) < this.#distance.of(known))
        best.set(attempt.rule!, attempt);
    }
    const attempts = [...best.values()].sort((a, b) => this.#distance.of(a) - this.#distance.of(b));
    const rest = (goal.predicate.byArity.get(goal.args.length) ?? []).filter((rule) => !best.has(rule));
    const isCut = attempts.some(({ rule }) => rule!.hasCut);
    const others = rest
      .flatMap((rule) => this.heads.mismatchOf(rule, event.args, isCut) ?? [])
      // Rules for other types help only when no rule is for these.
      .filter(({ failure }) => failure.kind === 'cut' || attempts.length === 0);
    return { attempts, others, omitted: rest.length - others.length };
  }

  #miss(attempt: Attempt, chain: readonly string[]): ExplainedMiss | undefined {
    const { rule, order } = attempt;
    this.#left--;
    const failure = this.#failureIn(order.goals, attempt, chain);
    if (rule === undefined || failure === undefined) return undefined;
    return {
      ...referenceTo(rule),
      bindings: this.#named(attempt.bindings),
      held: heldIn(attempt),
      progress: Math.round(this.#progress.of(attempt) * 100) / 100,
      failure,
    };
  }
}

/** Returns the texts of the conditions before the one that fails. */
function heldIn(attempt: Attempt): string[] {
  const { order } = attempt;
  const goals = order.goals.slice(order.headLength);
  const last = goals.findLastIndex((goal) => attempt.eventsOf(goal).length > 0);
  const held = goals
    .slice(0, Math.max(0, last))
    .filter((goal) => !isComputation(goal) && goal.kind !== 'cut' && goal.kind !== 'print')
    .map((goal) => textOf(goal.span));
  return [...new Set(held)];
}

function placeOf(span: Span): ExplainedPlace {
  const { line, column } = positionOf(span);
  return { file: span.source.name, line, column };
}

const textAt = (span: Span): ExplainedPlace & { readonly text: string } => ({
  text: textOf(span),
  ...placeOf(span),
});
