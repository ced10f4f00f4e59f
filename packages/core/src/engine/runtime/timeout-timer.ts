import { PolarError } from '../../diagnostics/polar-error.js';

/** A question that waits for promises of the application. */
export class WaitingQuery {
  /** Where it stands among those that wait. */
  at = -1;
  /** Since which tick it waits. */
  since = 0;
  /** Its time was up: nobody waits for what it comes to. */
  isEnded = false;

  constructor(
    readonly limitMs: number,
    readonly reject: (error: PolarError) => void,
    readonly runtime: { stop(): void },
  ) {}

  /** Its time is up, or nobody wants to know any more. */
  end(error: PolarError = new PolarError('POLAR_RUN_TIMEOUT', { limitMs: this.limitMs })): void {
    this.isEnded = true;
    this.runtime.stop();
    this.reject(error);
  }
}

/** A timer of ours is not to keep a process alive. Timers of a browser are numbers. */
export function unref(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}

/** In how many parts the time of a question is counted: it may take so much longer. */
const parts = 10;

/**
 * Ends questions whose time is up. One timer for all of them, while there are any: a timer for each, or a look at the clock,
 * would cost more than most questions.
 */
export class TimeoutTimer {
  readonly #waiting: WaitingQuery[] = [];
  #tick = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(readonly timeoutMs: number) {}

  watch(question: WaitingQuery): void {
    if (this.timeoutMs === Infinity) return;
    question.since = this.#tick;
    question.at = this.#waiting.push(question) - 1;
    if (this.#timer !== undefined) return;
    const everyMs = Math.min(Math.max(Math.ceil(this.timeoutMs / parts), 1), 2 ** 31 - 1);
    this.#timer = setInterval(() => this.#look(), everyMs);
    unref(this.#timer);
  }

  /** It is answered. Nothing is kept of it: questions come and go by the million. */
  forget(question: WaitingQuery): void {
    const { at } = question;
    if (at === -1) return;
    question.at = -1;
    const last = this.#waiting.pop()!;
    if (last === question) return;
    this.#waiting[at] = last;
    last.at = at;
  }

  #look(): void {
    this.#tick++;
    for (const question of this.#waiting.filter(({ since }) => this.#tick - since > parts)) {
      this.forget(question);
      question.end();
    }
    if (this.#waiting.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
