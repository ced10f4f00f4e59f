import { AsyncLocalStorage } from 'node:async_hooks';

/** The kind of decision that was made: an authorization that passed, or a skip with a reason. */
export type Decided = 'authorized' | 'skipped';

/**
 * One call of a handler, and the decisions that count for its response: those of the routers and the route around it, made before
 * it was called, and its own.
 */
export class RequirementScope {
  readonly #inherited: boolean;
  #decided: Decided | undefined;
  #isLeft = false;

  /**
   * @param parent the call in which this one was made
   * @param isInherited whether a requirement that counts for this call was met before it
   */
  constructor(
    readonly parent: RequirementScope | undefined,
    isInherited: boolean,
  ) {
    this.#inherited = isInherited;
  }

  /** Whether a requirement was met before this call. */
  get isInherited(): boolean {
    return !this.#isLeft && this.#inherited;
  }

  get isSettled(): boolean {
    return !this.#isLeft && (this.#inherited || this.#decided !== undefined);
  }

  /** The decision that this call made itself. An authorization is worth more than a skip. */
  get decided(): Decided | undefined {
    return this.#isLeft ? undefined : this.#decided;
  }

  settle(decided: Decided): void {
    if (this.#decided !== 'authorized') this.#decided = decided;
  }

  /** Ends the scope: from now on nothing that was decided counts here. */
  leave(): void {
    this.#isLeft = true;
  }

  /** Whether this call was made by the other one, directly or through further calls. */
  isWithin(other: RequirementScope): boolean {
    return this === other || this.parent?.isWithin(other) === true;
  }
}

interface Running {
  readonly scopes: RequirementScopes;
  readonly scope: RequirementScope;
}

const running = new AsyncLocalStorage<Running>();

/**
 * The scopes of one request. A decision counts for the scope in which it is made, and a response is judged by the scope of the
 * handler that writes it. Both are found through the asynchronous context. Where a library has lost the context, the scope that was
 * entered last takes its place.
 *
 * Without a framework adapter that runs each handler in a scope of its own, there is one scope for the whole request.
 */
export class RequirementScopes {
  readonly #scopeOfDecision: (current: RequirementScope) => RequirementScope | undefined;
  readonly #decisions: string[] = [];
  #entered = new RequirementScope(undefined, false);

  /**
   * @param scopeOfDecision finds the scope for which a decision counts that is made now, from the current one; `undefined` where the
   * adapter cannot see the router or the handler that makes it, so that it does not count
   */
  constructor(
    scopeOfDecision: (current: RequirementScope) => RequirementScope | undefined = (current) => current,
  ) {
    this.#scopeOfDecision = scopeOfDecision;
  }

  /** The scope of the code that runs now. */
  get current(): RequirementScope {
    return this.running ?? this.#entered;
  }

  /** The same, or `undefined` where the asynchronous context is not one of this request. */
  get running(): RequirementScope | undefined {
    const store = running.getStore();
    return store?.scopes === this ? store.scope : undefined;
  }

  /** Runs a handler in its scope. */
  run<Result>(scope: RequirementScope, handler: () => Result): Result {
    this.#entered = scope;
    return running.run({ scopes: this, scope }, handler);
  }

  /** Goes back to a scope that was entered before, for code without an asynchronous context. */
  return(scope: RequirementScope): void {
    this.#entered = scope;
  }

  /**
   * Starts a decision. Its scope is the one that runs now, even when the answer comes later.
   *
   * @param description names the decision in messages: `read Document`
   * @returns records that the decision was made
   */
  deciding(description: string): (decided: Decided) => void {
    const scope = this.#scopeOfDecision(this.current);
    return (decided) => {
      this.#decisions.push(description);
      scope?.settle(decided);
    };
  }

  /** Runs a handler for which nothing needs authorizing. The skip ends with the call of `leave`, and counts for no other handler. */
  runSkipped<Result>(reason: string, handler: (leave: () => void) => Result): Result {
    const outer = this.current;
    const scope = new RequirementScope(outer, true);
    this.#decisions.push(`skipped: ${reason}`);
    return this.run(scope, () =>
      handler(() => {
        scope.leave();
        this.return(outer);
      }),
    );
  }

  /** The decisions of this request, wherever they count: for messages about a response for which none of them does. */
  get decisions(): readonly string[] {
    return this.#decisions;
  }
}
