import { decisiveRule, type Decision, type DecisionOutcome } from './decision.js';
import { referenceTo } from './rule-reference.js';
import { isUndecided } from './undecided.js';
import type { DecisionLog } from './decision-log.js';
import type { Frame } from '../engine/machine/state/frame.js';
import type { QueryRun } from '../engine/query/query-run.js';

/** Writes one decision to the log, once. */
export class DecisionRecorder {
  /** The promise that the check must await before it returns. */
  recorded: PromiseLike<unknown> | undefined;
  #isRecorded = false;
  readonly #started = performance.now();

  constructor(
    readonly log: DecisionLog,
    readonly kind: Decision['kind'],
    readonly args: readonly unknown[],
    readonly policyHash: string,
    readonly at: Date,
  ) {}

  record(outcome: DecisionOutcome, proof: readonly Frame[], error?: unknown): void {
    // An error that `onDecision` threw comes here again, and is not a second decision.
    if (this.#isRecorded) return;
    this.#isRecorded = true;
    const { kind, args } = this;
    const isRequest = kind === 'allow_request';
    const rule = decisiveRule(proof);
    this.recorded = this.log.write({
      kind,
      actor: args[0],
      action: isRequest ? undefined : args[1],
      resource: isRequest ? args[1] : args[2],
      field: args[3],
      outcome,
      rule: rule && referenceTo(rule),
      proof: proof.flatMap((frame) => (frame.rule === undefined ? [] : [referenceTo(frame.rule)])),
      error,
      policy: this.policyHash,
      at: this.at,
      durationMs: performance.now() - this.#started,
    });
  }
}

/** A query that decides a check, with the recorder of the decision if the application has `onDecision`. */
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
    this.recorder?.record(holds ? 'allowed' : 'denied', holds ? this.query.proof : []);
    return holds;
  }

  /** @throws the error, unless it is undecided and `undecidedIsDenied` */
  fail(error: unknown): false {
    this.recorder?.record(isUndecided(error) ? 'undecided' : 'error', [], error);
    if (this.undecidedIsDenied && isUndecided(error)) return false;
    throw error;
  }
}
