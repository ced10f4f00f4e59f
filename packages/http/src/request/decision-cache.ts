type Decisions<Decision> = Map<string, Promise<Decision>>;

/** The decisions of one request. Each is made once, also while an earlier check for the same decision is pending. */
export class DecisionCache<Decision> {
  /** The first decision. Most requests make one, so the maps are created for the second one. */
  #first:
    | { readonly check: string; readonly resource: unknown; readonly decision: Promise<Decision> }
    | undefined;
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
    const first = this.#first;
    if (first?.check === check && Object.is(first.resource, resource)) return first.decision;
    const known = this.#find(resource)?.get(check);
    if (known !== undefined) return known;
    const decision = decide(() => this.#forget(check, resource));
    if (this.#first === undefined) this.#first = { check, resource, decision };
    else this.#decisionsAbout(resource).set(check, decision);
    return decision;
  }

  #forget(check: string, resource: unknown): void {
    if (this.#first?.check === check && Object.is(this.#first.resource, resource)) this.#first = undefined;
    else this.#find(resource)?.delete(check);
  }

  #find(resource: unknown): Decisions<Decision> | undefined {
    return isObject(resource) ? this.#byObject?.get(resource) : this.#byValue?.get(resource);
  }

  #decisionsAbout(resource: unknown): Decisions<Decision> {
    let decisions = this.#find(resource);
    if (decisions === undefined) {
      decisions = new Map();
      if (isObject(resource)) (this.#byObject ??= new WeakMap()).set(resource, decisions);
      else (this.#byValue ??= new Map()).set(resource, decisions);
    }
    return decisions;
  }
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';
