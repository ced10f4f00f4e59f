/** Alternatives that are followed one after the other. */
interface Choice {
  isCut: boolean;
  /** Whether the alternatives are in the order in which a check tries them. */
  readonly isOrdered: boolean;
}

/** The choices between alternatives that are being followed, outermost first. A cut ends some of them. */
export class Choices {
  readonly #running: Choice[] = [];

  get depth(): number {
    return this.#running.length;
  }

  /** Follows alternatives one after the other, until a cut ends the choice. */
  followEach<Alternative, Result>(
    alternatives: Iterable<Alternative>,
    follow: (alternative: Alternative) => Result,
    isOrdered = true,
  ): Result[] {
    const choice: Choice = { isCut: false, isOrdered };
    this.#running.push(choice);
    const results: Result[] = [];
    for (const alternative of alternatives) {
      results.push(follow(alternative));
      if (choice.isCut) break;
    }
    this.#running.pop();
    return results;
  }

  /** Ends the choices from a depth on. Returns false when the alternatives of one of them have no certain order. */
  cut(from: number): boolean {
    const ended = this.#running.slice(from);
    for (const choice of ended) choice.isCut = true;
    return ended.every(({ isOrdered }) => isOrdered);
  }
}
