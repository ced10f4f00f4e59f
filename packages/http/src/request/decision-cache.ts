type Decisions<Decision> = Map<string, Promise<Decision>>;

/** The decisions of one request. Each is made once, also while an earlier check for the same decision is pending. */
export class DecisionCache<Decision> {
  readonly #byValue = new Map<unknown, Decisions<Decision>>();
  /** A weak map, so that a long request does not keep all checked resources alive. */
  readonly #byObject = new WeakMap<object, Decisions<Decision>>();

  /**
   * Returns the decision of an earlier check, or makes it.
   *
   * @param check the action and everything else that the decision depends on, apart from the resource
   * @param resource the resource, compared by identity
   */
  get(check: string, resource: unknown, decide: () => Promise<Decision>): Promise<Decision> {
    const decisions = this.#decisionsAbout(resource);
    const known = decisions.get(check);
    if (known !== undefined) return known;
    const decision = decide();
    decisions.set(check, decision);
    // An error is not a decision: the next check tries again.
    decision.catch(() => decisions.delete(check));
    return decision;
  }

  #decisionsAbout(resource: unknown): Decisions<Decision> {
    const known = isObject(resource) ? this.#byObject.get(resource) : this.#byValue.get(resource);
    if (known !== undefined) return known;
    const decisions: Decisions<Decision> = new Map();
    if (isObject(resource)) this.#byObject.set(resource, decisions);
    else this.#byValue.set(resource, decisions);
    return decisions;
  }
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';
