type Decisions<Decision> = Map<string, Promise<Decision>>;

/** The decisions of one request. Each is made once, also while an earlier check for the same decision is pending. */
export class DecisionCache<Decision> {
  // Most requests check one resource, so the maps are created for the second one.
  #last: { readonly resource: unknown; readonly decisions: Decisions<Decision> } | undefined;
  #byValue: Map<unknown, Decisions<Decision>> | undefined;
  /** A weak map, so that a long request does not keep all checked resources alive. */
  #byObject: WeakMap<object, Decisions<Decision>> | undefined;

  /**
   * Returns the decision of an earlier check, or makes it.
   *
   * @param check the action and everything else that the decision depends on, apart from the resource
   * @param resource the resource, compared by identity
   * @param decide makes the decision. If it fails with an error, it calls `forget`, so that the next check tries again
   */
  get(
    check: string,
    resource: unknown,
    decide: (forget: () => void) => Promise<Decision>,
  ): Promise<Decision> {
    const decisions = this.#decisionsAbout(resource);
    const known = decisions.get(check);
    if (known !== undefined) return known;
    const decision = decide(() => decisions.delete(check));
    decisions.set(check, decision);
    return decision;
  }

  #decisionsAbout(resource: unknown): Decisions<Decision> {
    if (this.#last !== undefined) {
      if (Object.is(this.#last.resource, resource)) return this.#last.decisions;
      this.#keep(this.#last.resource, this.#last.decisions);
    }
    const decisions = this.#find(resource) ?? (new Map() as Decisions<Decision>);
    this.#last = { resource, decisions };
    return decisions;
  }

  #find(resource: unknown): Decisions<Decision> | undefined {
    return isObject(resource) ? this.#byObject?.get(resource) : this.#byValue?.get(resource);
  }

  #keep(resource: unknown, decisions: Decisions<Decision>): void {
    if (isObject(resource)) (this.#byObject ??= new WeakMap()).set(resource, decisions);
    else (this.#byValue ??= new Map()).set(resource, decisions);
  }
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';
