import { isThenable } from '../internal/promise.js';
import type { DecidedCheck } from '../authorization/decision-engine.js';
import type { DecisionOutcome } from '../authorization/decision.js';
import { isLazy } from '../host/handle-rejections.js';
import type { CandidateOptions } from './candidate-options.js';
import { differenceOf, isSampled, OutcomeCounts, report, type ComparedOutcome } from './compare.js';
import type { QuietOutcome, QuietPolicy } from './quiet-policy.js';

/** The number of checks that a candidate has decided next to the policy in use. */
export interface CandidateCounts {
  /** Checks with the same outcome. */
  readonly same: number;
  /** Checks with another outcome. */
  readonly different: number;
  /** Different checks that only the candidate allows. */
  readonly newlyAllowed: number;
  /** Different checks that only the policy in use allows. */
  readonly newlyRefused: number;
  /** Checks whose data changed before the comparison ended, so that the policy that decided now decides them differently, too. */
  readonly changed: number;
  /** Checks that cannot be decided again: aborted, with a lazy promise as argument, or with a method that must not be called. */
  readonly skipped: number;
  /** Checks that were not compared, because too many were waiting. */
  readonly dropped: number;
}

/** A check that waits for the decision of the other policy. */
interface PendingCheck extends DecidedCheck {
  /** The policy in use. */
  readonly policy: QuietPolicy;
  readonly decidedBy: 'policy' | 'candidate';
}

/** Checks that wait for promises at the same time. */
const maxRunning = 16;
/** Milliseconds of work after which the comparison rests. */
const sliceMs = 4;
/** Milliseconds of rest for each millisecond of work, so that the comparison uses at most a fifth of the time. */
const restPerWork = 4;

/**
 * Compares the decisions of the policy in use with those of a candidate. It runs after the answer, in short slices, and only as often as
 * the process has time. A failure of the candidate is an outcome.
 */
export class Comparison {
  readonly #candidate: QuietPolicy;
  readonly #options: CandidateOptions;
  readonly #pending: PendingCheck[] = [];
  #running = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #workMs = 0;
  /** The time until which the comparison rests. */
  #restsUntil = 0;
  #isEnded = false;
  #explained = 0;
  #whenIdle: (() => void)[] = [];
  readonly #outcomes = new OutcomeCounts();
  readonly #notCompared = { changed: 0, skipped: 0, dropped: 0 };

  constructor(candidate: QuietPolicy, options: CandidateOptions) {
    this.#candidate = candidate;
    this.#options = options;
  }

  get counts(): CandidateCounts {
    const { same, different, onlyFirst, onlySecond } = this.#outcomes;
    return { same, different, newlyAllowed: onlySecond, newlyRefused: onlyFirst, ...this.#notCompared };
  }

  /**
   * Adds a decided check. It neither throws nor runs code of the application.
   *
   * @param policy the policy in use
   * @param decidedBy the policy that has decided: the candidate for the actors of the roll-out
   */
  add(check: DecidedCheck, policy: QuietPolicy, decidedBy: PendingCheck['decidedBy']): void {
    const { sample = 1, maxPending = 1_000 } = this.#options;
    if (this.#isEnded || !isSampled(sample)) return;
    if (this.#pending.length >= maxPending) {
      this.#notCompared.dropped++;
      return;
    }
    this.#pending.push({ ...check, policy, decidedBy });
    this.#schedule();
  }

  /** Waits until no check is compared. */
  async flush(): Promise<void> {
    if (this.#pending.length === 0 && this.#running === 0) return;
    await new Promise<void>((resolve) => void this.#whenIdle.push(resolve));
  }

  /** Ends the comparison. Waiting checks are not compared. */
  end(): void {
    this.#isEnded = true;
    this.#pending.length = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#settle();
  }

  #schedule(): void {
    const restMs = Math.max(0, this.#restsUntil - performance.now());
    this.#timer ??= setTimeout(() => this.#work(), restMs);
  }

  #work(): void {
    this.#timer = undefined;
    this.#workMs = 0;
    while (this.#running < maxRunning && this.#workMs < sliceMs) {
      const check = this.#pending.shift();
      if (check === undefined) return;
      this.#running++;
      void this.#compare(check).finally(() => {
        this.#running--;
        if (this.#pending.length > 0) this.#schedule();
        else this.#settle();
      });
    }
    if (this.#pending.length > 0 && this.#running < maxRunning) this.#schedule();
  }

  #settle(): void {
    if (this.#running > 0 || this.#pending.length > 0) return;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }

  async #compare(check: PendingCheck): Promise<void> {
    if (isAborted(check.error) || check.args.some(startsWhenAwaited)) {
      this.#notCompared.skipped++;
      return;
    }
    const other = check.decidedBy === 'policy' ? this.#candidate : check.policy;
    const found = await this.#decide(other, check);
    if (this.#isEnded) return;
    const [before, after] = check.decidedBy === 'policy' ? [check, found] : [found, check];
    if (found.outcome === 'skipped') this.#notCompared.skipped++;
    else if (before.outcome === after.outcome) this.#outcomes.same++;
    else await this.#differs(check, before as ComparedOutcome, after as ComparedOutcome);
  }

  #decide(policy: QuietPolicy, { kind, args, isSync }: DecidedCheck): Promise<QuietOutcome> {
    return this.#measured(() => policy.decide(kind, args, isSync));
  }

  async #differs(check: PendingCheck, before: ComparedOutcome, after: ComparedOutcome): Promise<void> {
    const { maxDifferences = 1_000, onDifference } = this.#options;
    const { kind, args, isSync, policy } = check;
    if (onDifference === undefined || this.#explained >= maxDifferences) {
      // The policy that decided decides again, because the data may have changed since.
      const again = await this.#decide(check.decidedBy === 'policy' ? policy : this.#candidate, check);
      if (this.#isEnded) return;
      if (again.outcome === check.outcome || again.outcome === 'skipped') this.#outcomes.add(before, after);
      else this.#notCompared.changed++;
      return;
    }
    this.#explained++;
    const old = await this.#measured(() => policy.explain(kind, args));
    const found = await this.#measured(() => this.#candidate.explain(kind, args));
    if (this.#isEnded) return;
    if (!isConfirmed(old, before.outcome, isSync) || !isConfirmed(found, after.outcome, isSync)) {
      this.#explained--;
      this.#notCompared.changed++;
      return;
    }
    this.#outcomes.add(before, after);
    const sides = [policy.decision(before, old), this.#candidate.decision(after, found)] as const;
    // The comparison does not wait for the promise of `onDifference`, which may never settle.
    void report(this.#options, differenceOf(check, ...sides), 'loadCandidate');
  }

  /** Measures the work until the promise is returned. */
  #measured<Result>(work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    const result = work();
    const spentMs = performance.now() - startedAt;
    this.#workMs += spentMs;
    this.#restsUntil = Math.max(this.#restsUntil, startedAt) + spentMs * (1 + restPerWork);
    return result;
  }
}

/**
 * Returns whether a policy has decided again as before. A policy that would call a method cannot. An explanation waits for promises, which are an
 * error in a check that must not wait.
 */
const isConfirmed = (again: QuietOutcome, outcome: DecisionOutcome, isSync: boolean): boolean =>
  again.outcome === outcome || again.outcome === 'skipped' || (isSync && outcome === 'error');

const isAborted = (error: unknown): boolean =>
  error instanceof Error && (error as { code?: unknown }).code === 'POLAR_RUN_ABORTED';

/** Returns whether an argument starts its work when it is awaited, such as a query of an ORM. */
function startsWhenAwaited(arg: unknown): boolean {
  try {
    return isThenable(arg) && isLazy(arg);
  } catch {
    // A proxy that throws.
    return true;
  }
}
