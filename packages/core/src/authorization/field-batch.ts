import { monotonicClock } from '../internal/monotonic-clock.js';
import type { Decision } from './decision.js';
import type { CheckContext } from './query-options.js';

/** The log that receives the decision. */
interface Log {
  writeFields(
    decisions: readonly Decision[],
    context: CheckContext | undefined,
    durationMs: number,
  ): PromiseLike<unknown> | undefined;
}

const batchKey = Symbol('batch');

/** Returns the batch whose check has made a decision. */
export const batchOf = ({ context }: Decision): FieldBatch | undefined =>
  (context as { readonly [batchKey]?: FieldBatch } | undefined)?.[batchKey];

/**
 * Collects the decisions about the fields of one object, and writes them to the log as one. Its checks have a context that names the
 * batch, so that every engine can make them.
 */
export class FieldBatch {
  /** The context of the checks, which inherits the fields of the given one. */
  readonly context: CheckContext;
  readonly #given: CheckContext | undefined;
  readonly #decisions: Decision[] = [];
  readonly #startedMs = monotonicClock.now();
  #log: Log | undefined = undefined;

  constructor(
    readonly fields: readonly unknown[],
    given: CheckContext | undefined,
  ) {
    this.#given = given;
    this.context = Object.create(given ?? null, { [batchKey]: { value: this } }) as CheckContext;
  }

  add(decision: Decision, log: Log): void {
    this.#decisions.push(decision);
    this.#log = log;
  }

  /** Writes the decision, if there is a log. @returns the promise that the check must wait for */
  end(): PromiseLike<unknown> | undefined {
    if (this.#log === undefined) return undefined;
    const durationMs = monotonicClock.now() - this.#startedMs;
    // A check that waits for a promise ends later than one behind it.
    const places = new Map(this.fields.map((field, i) => [field, i]));
    this.#decisions.sort((a, b) => places.get(a.field)! - places.get(b.field)!);
    return this.#log.writeFields(this.#decisions, this.#given, durationMs);
  }
}
