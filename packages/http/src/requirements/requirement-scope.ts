import { AsyncLocalStorage } from 'node:async_hooks';
import type { Decided, RequestDecisions } from '../decisions/request-decisions.js';

/**
 * One call of a handler, with the decisions that count for its response: its own decisions, and those that its routers and its route
 * made before the call.
 *
 * @internal for adapters
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

  /** Returns whether a decision that counts for this call was made before it. */
  get isInherited(): boolean {
    return !this.#isLeft && this.#inherited;
  }

  /** Returns whether a decision counts for this call: its own, or one that was made before it. */
  get isSettled(): boolean {
    return !this.#isLeft && (this.#inherited || this.#decided !== undefined);
  }

  /** The decision that this call made itself. An authorization takes precedence over a skip. */
  get decided(): Decided | undefined {
    return this.#isLeft ? undefined : this.#decided;
  }

  /** Records a decision of this call. */
  settle(decided: Decided): void {
    if (this.#decided !== 'authorized') this.#decided = decided;
  }

  /** Ends the scope: from now on, no decision counts in it. */
  leave(): void {
    this.#isLeft = true;
  }

  /** Returns whether the other call made this one, directly or through further calls. */
  isWithin(other: RequirementScope): boolean {
    return this === other || this.parent?.isWithin(other) === true;
  }
}

interface Running {
  readonly scopes: RequirementScopes;
  readonly scope: RequirementScope;
  readonly guarded: object | undefined;
}

const running = new AsyncLocalStorage<Running>();

const itself = (current: RequirementScope): RequirementScope => current;

/**
 * The scopes of one request. A decision counts in the scope in which it is made, and the response guard checks the scope of the handler
 * that writes the response. The asynchronous context identifies the scope. Where a library loses this context, the scope that was entered
 * last is used.
 *
 * An adapter runs each handler in a separate scope. Without an adapter, the whole request has one scope.
 *
 * @internal for adapters
 */
export class RequirementScopes implements RequestDecisions {
  readonly #scopeOfDecision: (current: RequirementScope) => RequirementScope | undefined;
  readonly #decisions: string[] = [];
  #entered = new RequirementScope(undefined, false);

  /**
   * @param scopeOfDecision returns the scope in which a decision counts that is made now, given the current scope; `undefined` when the
   * decision does not count, because the adapter cannot see the router or the handler that makes it
   */
  constructor(scopeOfDecision: (current: RequirementScope) => RequirementScope | undefined = itself) {
    this.#scopeOfDecision = scopeOfDecision;
  }

  /** The scope of the code that is running. */
  get current(): RequirementScope {
    return this.running ?? this.#entered;
  }

  get isSettled(): boolean {
    return this.current.isSettled;
  }

  /** The scope of the asynchronous context; `undefined` where the context does not belong to this request. */
  get running(): RequirementScope | undefined {
    const store = running.getStore();
    return store?.scopes === this ? store.scope : undefined;
  }

  /**
   * The handlers under a guard to which the running code belongs, as the adapter passed them to {@link run}; `undefined` outside a guard.
   * They share the asynchronous context of the scopes, because each context takes time in each request.
   */
  get guarded(): object | undefined {
    return running.getStore()?.guarded;
  }

  /** Runs a handler in its scope. @param guarded identifies the handlers under a guard; default: those of the running code */
  run<Result>(
    scope: RequirementScope,
    handler: () => Result,
    guarded: object | undefined = this.guarded,
  ): Result {
    this.#entered = scope;
    return running.run({ scopes: this, scope, guarded }, handler);
  }

  /** Returns to a scope that was entered before, for code that has lost the asynchronous context. */
  return(scope: RequirementScope): void {
    this.#entered = scope;
  }

  /**
   * Starts a decision in the current scope, even if its result comes later.
   *
   * @param description names the decision in messages: `read Document`
   * @returns a function that records that the decision was made
   */
  deciding(description: string): (decided: Decided) => void {
    const scope = this.#scopeOfDecision(this.current);
    return (decided) => {
      this.#decisions.push(description);
      scope?.settle(decided);
    };
  }

  /** Runs a handler that needs no authorization. The skip ends with the call of `leave`, and counts for no other handler. */
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

  /** All decisions of this request, for the message about a response for which none of them counts. */
  get made(): readonly string[] {
    return this.#decisions;
  }
}
