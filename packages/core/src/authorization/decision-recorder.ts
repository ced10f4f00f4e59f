import { decisiveRule, referenceTo, type Decision, type DecisionOutcome } from './decision.js';
import { isUndecided } from './undecided.js';
import type { DecisionLog } from './decision-log.js';
import type { Frame } from '../engine/machine/frame.js';
import type { QueryRun } from '../engine/query/query-run.js';

/** Tells the application of one decision, once. */
export class DecisionRecorder {
  /** The promise that the check must wait for before it answers. */
  recorded: PromiseLike<unknown> | undefined;
  #isMade = false;
  readonly #started = performance.now();

  constructor(
    readonly log: DecisionLog,
    readonly kind: Decision['kind'],
    readonly args: readonly unknown[],
    readonly policyHash: string,
    readonly at: Date,
  ) {}

  make(outcome: DecisionOutcome, proof: readonly Frame[], error?: unknown): void {
    // What the hook itself threw is not a decision to report again.
    if (this.#isMade) return;
    this.#isMade = true;
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

/** A question whose outcome is reported, where somebody wants to know. */
export class RecordedCheck {
  constructor(
    readonly question: QueryRun,
    readonly report: DecisionRecorder | undefined,
    /** Whether what the data could not decide is a refusal. */
    readonly undecidedIsDenied: boolean,
  ) {}

  get recorded(): PromiseLike<unknown> | undefined {
    return this.report?.recorded;
  }

  end(holds: boolean): boolean {
    this.report?.make(holds ? 'allowed' : 'denied', holds ? this.question.proof : []);
    return holds;
  }

  /** @throws what was thrown, unless it is undecided and that is a refusal */
  fail(error: unknown): false {
    this.report?.make(isUndecided(error) ? 'undecided' : 'error', [], error);
    if (this.undecidedIsDenied && isUndecided(error)) return false;
    throw error;
  }
}
