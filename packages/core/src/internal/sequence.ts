/** Runs changes one after the other, in the order of the calls, so that the last call wins and not the fastest. */
export class Sequence {
  #latest: Promise<unknown> = Promise.resolve();

  /** Runs a change after those that were requested before. A change that fails does not affect the next. */
  run<Result>(change: () => Result | Promise<Result>): Promise<Result> {
    const changed = this.#latest.then(change);
    this.#latest = changed.catch(() => {});
    return changed;
  }
}
