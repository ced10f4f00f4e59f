import {
  decisionOf,
  outcomeOfError,
  type Decision,
  type DecisionOutcome,
  type StartedCheck,
} from './decision.js';
import { isUndecided, type PolarError } from '../diagnostics/polar-error.js';
import type { DecisionLog } from './decision-log.js';
import { Proof } from '../engine/proof.js';
import type { Arguments, QueryRun } from '../engine/query/query-run.js';
import type { TypeSets } from '../host/type-set.js';
import type { PolicyVersion } from '../policy/policy-version.js';
import type { CheckContext } from './query-options.js';

/** Writes one decision to the log, once. */
export class DecisionRecorder implements StartedCheck {
  /** The promise that the check must await before it returns. */
  recorded: PromiseLike<unknown> | undefined;
  #isRecorded = false;

  constructor(
    readonly log: DecisionLog,
    readonly kind: Decision['kind'],
    readonly args: Arguments,
    readonly policy: PolicyVersion,
    readonly typeSets: TypeSets,
    readonly context: CheckContext | undefined,
    readonly at: Date,
    readonly startedMs: number | undefined,
  ) {}

  record(
    outcome: DecisionOutcome,
    proof: Proof | undefined,
    error?: unknown,
    engine: Decision['engine'] = 'machine',
  ): void {
    // An error that `onDecision` threw comes here again, and is not a second decision.
    if (this.#isRecorded) return;
    this.#isRecorded = true;
    this.recorded = this.log.write(decisionOf(this, outcome, proof, error, engine));
  }

  /** Records that compiled code denied the check. @param undecided the error of an undecided check */
  denied(undecided: PolarError | undefined, engine: Decision['engine']): void {
    this.record(undecided === undefined ? 'denied' : 'undecided', undefined, undecided, engine);
  }

  /** Records the result of compiled code. With `decisionLog: 'required'` the check ends only when its decision is recorded. */
  async decided(
    holds: boolean,
    proof: Proof | undefined,
    undecided: PolarError | undefined,
    engine: Decision['engine'],
  ): Promise<boolean> {
    if (holds) this.record('allowed', proof, undefined, engine);
    else this.denied(undecided, engine);
    if (this.recorded !== undefined) await this.recorded;
    return holds;
  }
}

/** A query that decides a check on the machine, with the recorder of the decision if the application has `onDecision`. */
export class RecordedCheck {
  constructor(
    readonly query: QueryRun,
    readonly recorder: DecisionRecorder | undefined,
    /** Whether an undecided check is denied instead of an error. */
    readonly undecidedIsDenied: boolean,
  ) {}

  get recorded(): PromiseLike<unknown> | undefined {
    return this.recorder?.recorded;
  }

  end(holds: boolean): boolean {
    if (this.recorder === undefined) return holds;
    const rules = holds ? this.query.proof.flatMap(({ rule }) => rule ?? []) : [];
    this.recorder.record(holds ? 'allowed' : 'denied', holds ? Proof.of(rules) : undefined);
    return holds;
  }

  /** @throws the error, unless it is undecided and `undecidedIsDenied` */
  fail(error: unknown): false {
    this.recorder?.record(outcomeOfError(error), undefined, error);
    if (this.undecidedIsDenied && isUndecided(error)) return false;
    throw error;
  }
}
