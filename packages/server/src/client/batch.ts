/** The most characters of a request, so that it is smaller than the limit `bodyBytes` of a server, 262,144 by default. */
const maxCharacters = 65_536;

/** An evaluation that is ready to be sent. */
export interface SentEvaluation {
  /** The JSON text, so that later changes of its values do not change the request. */
  readonly text: string;
  readonly hasFacts: boolean;
}

interface Waiting {
  readonly evaluation: SentEvaluation;
  readonly resolve: (decision: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Collects the evaluations of one turn of the event loop, and sends them together. */
export class EvaluationBatch {
  #waiting: Waiting[] = [];

  /**
   * @param size the most evaluations of a request
   * @param send decides a list of evaluations, in their order; each decision is a boolean or an error
   */
  constructor(
    readonly size: number,
    readonly send: (evaluations: readonly SentEvaluation[]) => Promise<readonly (boolean | Error)[]>,
  ) {}

  decide(evaluation: SentEvaluation): Promise<boolean> {
    if (this.#waiting.length === 0) queueMicrotask(() => this.#flush());
    return new Promise((resolve, reject) => void this.#waiting.push({ evaluation, resolve, reject }));
  }

  #flush(): void {
    let request: Waiting[] = [];
    let characters = 0;
    for (const each of this.#waiting.splice(0)) {
      characters += each.evaluation.text.length;
      if (request.length === this.size || (request.length > 0 && characters > maxCharacters)) {
        void this.#decide(request);
        request = [];
        characters = each.evaluation.text.length;
      }
      request.push(each);
    }
    void this.#decide(request);
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
