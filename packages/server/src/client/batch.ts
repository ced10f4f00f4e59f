import type { Evaluation } from './remote-options.js';

interface Waiting {
  readonly evaluation: Evaluation;
  readonly resolve: (decision: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Collects the evaluations of one turn of the event loop, and sends them together. */
export class EvaluationBatch {
  #waiting: Waiting[] = [];

  /** @param send decides a list of evaluations, in their order; each decision is a boolean or an error */
  constructor(
    readonly size: number,
    readonly send: (evaluations: readonly Evaluation[]) => Promise<readonly (boolean | Error)[]>,
  ) {}

  decide(evaluation: Evaluation): Promise<boolean> {
    if (this.#waiting.length === 0) queueMicrotask(() => this.#flush());
    return new Promise((resolve, reject) => void this.#waiting.push({ evaluation, resolve, reject }));
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < waiting.length; at += this.size)
      void this.#decide(waiting.slice(at, at + this.size));
  }

  async #decide(waiting: readonly Waiting[]): Promise<void> {
    try {
      const decisions = await this.send(waiting.map(({ evaluation }) => evaluation));
      waiting.forEach(({ resolve, reject }, i) => {
        const decision = decisions[i];
        if (typeof decision === 'boolean') resolve(decision);
        else reject(decision);
      });
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
