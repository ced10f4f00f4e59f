import { isThenable } from '../internal/promise.js';
import { mergeFieldDecisions, type Decision } from './decision.js';
import { batchOf } from './field-batch.js';
import type { AuthorizerOptions } from './options.js';

/** Passes decisions to `onDecision`, and reports each of its failures. */
export class DecisionLog {
  readonly #onDecision: (decision: Decision) => unknown;
  readonly #onDecisionError: (error: unknown, decision: Decision) => void;
  readonly #isRequired: boolean;
  readonly #pending = new Set<Promise<void>>();

  constructor(
    onDecision: (decision: Decision) => unknown,
    {
      onDecisionError = reportFailure,
      decisionLog,
    }: Pick<AuthorizerOptions, 'onDecisionError' | 'decisionLog'>,
  ) {
    this.#onDecision = onDecision;
    this.#onDecisionError = onDecisionError;
    this.#isRequired = decisionLog === 'required';
  }

  /**
   * Calls `onDecision`.
   *
   * @returns the promise that the check must wait for, with `decisionLog: 'required'`
   * @throws the error of `onDecision`, with `decisionLog: 'required'`; otherwise the error of `onDecisionError`
   */
  write(decision: Decision): PromiseLike<unknown> | undefined {
    const batch = batchOf(decision);
    if (batch !== undefined) {
      batch.add(decision, this);
      return undefined;
    }
    let result: unknown;
    try {
      result = this.#onDecision(decision);
    } catch (error) {
      if (this.#isRequired) throw error;
      this.#onDecisionError(error, decision);
      return undefined;
    }
    if (!isThenable(result)) return undefined;
    if (!this.#isRequired) {
      this.#follow(result, decision);
      return undefined;
    }
    // The check awaits it. If the check fails before, its error is reported instead.
    result.then(undefined, () => {});
    return result;
  }

  /** Writes the decisions about several fields as one. */
  writeFields(...decisions: Parameters<typeof mergeFieldDecisions>): PromiseLike<unknown> | undefined {
    return this.write(mergeFieldDecisions(...decisions));
  }

  /** Waits until the promises that `onDecision` has returned so far are settled. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  #follow(result: PromiseLike<unknown>, decision: Decision): void {
    const followed = Promise.resolve(result)
      .then(
        () => {},
        // An error of `onDecisionError` becomes an unhandled rejection, as in any promise of the application.
        (error: unknown) => this.#onDecisionError(error, decision),
      )
      .finally(() => this.#pending.delete(followed));
    this.#pending.add(followed);
  }
}

/** Writes a failure of `onDecision` to the console, with the action and the outcome but without the objects. */
function reportFailure(error: unknown, { kind, action, outcome }: Decision): void {
  const what = typeof action === 'string' ? `${kind} ${JSON.stringify(action)}` : kind;
  // oxlint-disable-next-line no-console -- without `onDecisionError` the console is the only place that is read
  console.error(
    `[error] onDecision failed, so the decision \`${what}\` (${outcome}) may not be recorded:`,
    error,
  );
}
