import type { Code, DataOf } from '../../diagnostics/codes.js';
import { isPolarError, PolarError } from '../../diagnostics/polar-error.js';
import type { Span } from '../../diagnostics/span.js';
import { invariant } from '../../internal/bug.js';
import { kindOf } from '../../internal/descriptions.js';
import type { TypeSet } from '../../host/type-set.js';
import { hostError, isStackOverflow } from '../host-error.js';
import type { EqualityRules } from '../equality.js';
import type { Limits } from '../limits.js';
import type { StandaloneOperations } from './operations.js';
import { Reasons } from './reasons.js';
import { maxCallDepth, Runtime, type RuntimeContext } from './runtime.js';
import type { ReadSite } from './sites.js';

/** Thrown by code that does not wait, where it meets a promise. */
export const promiseMet: unique symbol = Symbol('promise met');

/** Runs ahead-of-time code. It cannot bail out to the machine, so a query ends with a result or throws the error itself. */
export class StandaloneRuntime extends Runtime {
  /** The elements of iterators, which can be read only once. */
  seen: Map<object, readonly unknown[]> | undefined = undefined;
  override readonly reasons = new Reasons();

  constructor(
    context: RuntimeContext,
    registered: ReadonlySet<object>,
    /** The types that the code was compiled for. */
    readonly knownTypes: ReadonlySet<TypeSet>,
    protected override readonly operations: StandaloneOperations,
    mayWait = false,
  ) {
    super(context, registered, mayWait);
  }

  get rules(): EqualityRules {
    return this.operations;
  }

  // ── a query ──

  /**
   * Starts a query.
   *
   * @param from the query that this one continues
   * @throws {PolarError} `POLAR_RUN_ABORTED`, `POLAR_RUN_TIMEOUT` when the query must not start
   */
  start(
    limits: Limits,
    signal: AbortSignal | undefined,
    from?: { readonly startedAt: number | undefined },
  ): void {
    this.begin(limits, signal);
    this.depth = 0;
    this.seen = undefined;
    if (from?.startedAt !== undefined) this.limited.continue(from.startedAt);
    if (signal !== undefined || limits.timeoutMs <= 0) this.limited.checkTime();
  }

  /**
   * Returns the result of a query.
   *
   * @throws {PolarError} `POLAR_UNDECIDED_…` when no rule granted and a condition was undecided; `POLAR_RUN_…` when the query took too long
   */
  end(holds: boolean): boolean {
    if (this.isLate || this.limited.signal !== undefined) this.limited.checkTime();
    if (holds || this.undecided === 0) return holds;
    const { code, data, at } = this.reasons.undecided(0)!;
    throw new PolarError(code, data, at);
  }

  /** Returns the error that the caller of a query receives. */
  failure(error: unknown): unknown {
    if (isStackOverflow(error)) return this.#tooDeep();
    return error === promiseMet
      ? new PolarError('POLAR_RUN_PROMISE_IN_SYNC', { origin: 'a value' })
      : hostError(error, 'an attribute', undefined);
  }

  override release(isDecided: boolean): void {
    super.release(isDecided);
    this.seen = undefined;
    this.limited.signal = undefined;
    this.reasons.clear();
  }

  override deeper(): true {
    if (this.depth >= this.limited.limits.maxDepth) this.tooDeep();
    return super.deeper();
  }

  tooDeep(): never {
    throw this.#tooDeep();
  }

  #tooDeep(): PolarError {
    return new PolarError('POLAR_RUN_DEPTH_LIMIT', {
      limit: Math.min(this.limited.limits.maxDepth, maxCallDepth),
    });
  }

  foreign(): never {
    invariant(false, 'another dialect');
  }

  /** Ignores a full log: calls that are not in it are repeated if the query is restarted to await a promise. */
  full(): void {}

  inexact(value: unknown): never {
    return this.#unexpected(this.typeOf(value));
  }

  met(promise: PromiseLike<unknown>): never {
    // Prevents an unhandled rejection, because the promise may never be awaited. Other objects are left alone: calling `then` of a query
    // builder would run its query.
    if (promise instanceof Promise) promise.then(undefined, () => {});
    this.log.handleRejections();
    throw promiseMet;
  }

  protected fault(code: Code, data: DataOf<Code>, at: Span | undefined): never {
    throw new PolarError(code, data, at);
  }

  protected threw(error: unknown, receiver: unknown, name: string, at: Span | undefined): never {
    throw hostError(error, `\`${name}\` of ${kindOf(receiver)}`, at);
  }

  // ── types ──

  /**
   * Returns the function that continues for the types of an argument.
   *
   * @param none the sets of types for which no rule applies
   * @param otherwise the function for all other known types
   * @param mixed the function for types that are not known together; without it, they are an error
   */
  target<Target>(
    targets: ReadonlyMap<TypeSet, Target>,
    none: ReadonlySet<TypeSet>,
    otherwise: Target | undefined,
    value: unknown,
    mixed?: Target,
  ): Target | undefined {
    this.await(value);
    const types = this.typeOf(value);
    // A boxed value equals a literal but has no case.
    if (value instanceof String || value instanceof Number || value instanceof Boolean)
      this.#unexpected(types);
    const found = targets.get(types);
    if (found !== undefined) return found;
    if (this.knownTypes.has(types)) return none.has(types) ? undefined : otherwise;
    return mixed ?? this.#unexpected(types);
  }

  /** Returns false for a call that no rule fits. Its other arguments are awaited all the same: one of them may be rejected. */
  noRule(...others: readonly unknown[]): false {
    for (const other of others) this.await(other);
    return false;
  }

  #unexpected({ types }: TypeSet): never {
    throw new PolarError('POLAR_RUN_TYPES_NOT_COMPILED', { types: [...types].map(({ name }) => name) });
  }

  // ── values ──

  read(base: unknown, site: ReadSite, seen?: unknown, at?: Span): unknown {
    try {
      return this.operations.readValue(this, base, site, seen, at);
    } catch (error) {
      throw this.attributed(error, `\`${site.name}\` of ${kindOf(base)}`, at);
    }
  }

  override method(
    base: unknown,
    site: Parameters<Runtime['method']>[1],
    args: readonly unknown[],
    at?: Span,
  ): unknown {
    try {
      return super.method(base, site, args, at);
    } catch (error) {
      throw this.attributed(error, `\`${site.name}\` of ${kindOf(base)}`, at);
    }
  }

  override equal(left: unknown, right: unknown, isNegated = false, at?: Span): boolean {
    try {
      return super.equal(left, right, isNegated, at);
    } catch (error) {
      throw this.attributed(error, 'comparing two values', at);
    }
  }

  protected equalObjects(left: unknown, right: unknown, isNegated: boolean, at: Span | undefined): boolean {
    return this.decided(
      () => {
        const compared = this.operations.compareValues(left, right, this);
        if (compared.kind === 'waits') this.await(compared.on);
        return compared.kind === 'equal';
      },
      isNegated,
      at,
    );
  }

  protected elements(value: unknown, at: Span | undefined): readonly unknown[] {
    return this.operations.readElements(this, value, at);
  }

  /** Keeps the elements of an iterator. */
  keep(iterator: object, found: readonly unknown[]): void {
    (this.seen ??= new Map<object, readonly unknown[]>()).set(iterator, found);
  }

  /** Wraps an error of the application. Errors of the engine stay the same. */
  attributed(error: unknown, source: string, at: Span | undefined): unknown {
    return error === promiseMet || isPolarError(error) ? error : hostError(error, source, at);
  }
}
