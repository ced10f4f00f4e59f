import type { Span } from '../../diagnostics/span.js';
import { MissingValue } from '../../host/missing-value.js';
import { kindOf } from '../../internal/descriptions.js';
import { raw } from '../../host/reference.js';
import type { Compared } from '../equality.js';
import { hostError } from '../host-error.js';
import type { HostReplay } from '../host-replay.js';
import type { Limits } from '../limits.js';
import { noValue } from './runtime.js';
import { isPlainDictionary } from '../plain-dictionary.js';
import type { ReadSite } from './sites.js';
import { isIterable } from './read-elements.js';
import { StandaloneRuntime } from './standalone-runtime.js';

/** Runs ahead-of-time code that awaits promises. */
export class WaitingRuntime extends StandaloneRuntime {
  /** The calls that the query made before it was restarted in code that awaits promises. Generated code reads it. */
  replay: HostReplay | undefined = undefined;
  #settled: Map<unknown, unknown> | undefined = undefined;

  /**
   * Starts a query.
   *
   * @param replay the calls that the query made before it was restarted
   */
  override start(limits: Limits, signal: AbortSignal | undefined, replay?: HostReplay): void {
    this.replay = replay?.isEmpty === true ? undefined : replay;
    super.start(limits, signal, replay);
  }

  override read(base: unknown, site: ReadSite, seen?: unknown, at?: Span): unknown {
    if (this.replay === undefined) return super.read(base, site, seen, at);
    try {
      return this.replay.call(raw(base), `.${site.name}`, [], () => super.read(base, site, seen, at));
    } catch (error) {
      throw this.attributed(error, `\`${site.name}\` of ${kindOf(base)}`, at);
    }
  }

  /** Handles a promised attribute that is `undefined`, which is missing. Returns `noValue` if it is undecided. */
  #absent(reference: unknown, { name, inPattern }: ReadSite, at?: Span): unknown {
    const base = raw(reference);
    const found = this.operations.readMissing(base, name, this.typeOf(reference), true);
    if (found === null) return null;
    if (inPattern) this.mismatch(name, base, at);
    else this.noValue(found, at);
    return noValue;
  }

  override call(base: unknown, name: string, args: readonly unknown[], run: () => unknown): unknown {
    return this.replay === undefined
      ? super.call(base, name, args, run)
      : this.replay.call(base, name, args, () => super.call(base, name, args, run));
  }

  /** Compares like `equal` in code that awaits promises, including those in lists and dictionaries. */
  equalLater(left: unknown, right: unknown, isNegated: boolean, at?: Span): boolean | Promise<boolean> {
    let compared: Compared;
    try {
      compared = this.operations.compareValues(left, right, this);
    } catch (error) {
      if (error instanceof MissingValue) {
        this.noValue(error, at);
        return isNegated;
      }
      throw this.attributed(error, 'comparing two values', at);
    }
    if (compared.kind !== 'waits') return compared.kind === 'equal';
    const { on } = compared;
    return this.settle(on, at).then((value) => {
      (this.#settled ??= new Map<unknown, unknown>()).set(on, value);
      return this.equalLater(left, right, isNegated, at);
    });
  }

  override settled(value: unknown): unknown {
    return this.#settled?.has(value) === true ? this.#settled.get(value) : value;
  }

  /** Awaits a promise. @throws {PolarError} `POLAR_RUN_HOST_ERROR` when it is rejected */
  async settle(promise: unknown, at?: Span): Promise<unknown> {
    this.log.handleRejections();
    try {
      return await promise;
    } catch (error) {
      throw hostError(error, 'a value', at);
    }
  }

  /** Awaits a promised attribute. Returns `noValue` if it is missing and undecided. */
  async arrival(promise: unknown, base: unknown, site: ReadSite, at?: Span): Promise<unknown> {
    const value = await this.settle(promise, at);
    return value === undefined ? this.#absent(base, site, at) : value;
  }

  /** Returns the elements like `list` in code that awaits promises. */
  listLater(list: unknown, at?: Span): readonly unknown[] | Promise<readonly unknown[]> {
    const value = raw(list);
    if (typeof value !== 'object' || value === null || this.seen?.has(value) === true)
      return this.list(list, at);
    const own = value as Partial<AsyncIterable<unknown> & Iterator<unknown>>;
    if (typeof own[Symbol.asyncIterator] === 'function')
      return this.#readAll(value, () => own[Symbol.asyncIterator]!(), at);
    return !isIterable(value) && typeof own.next === 'function' && !isPlainDictionary(value, this.dialect)
      ? this.#readAll(value, () => own as Iterator<unknown>, at)
      : this.list(list, at);
  }

  async #readAll(
    value: object,
    start: () => Iterator<unknown> | AsyncIterator<unknown>,
    at: Span | undefined,
  ): Promise<readonly unknown[]> {
    const found: unknown[] = [];
    try {
      const iterator = start();
      for await (const item of { [Symbol.asyncIterator]: () => iterator as AsyncIterator<unknown> }) {
        this.step();
        this.called();
        this.grow(1);
        found.push(item);
      }
      if ((iterator as unknown) === value) this.keep(value, found);
    } catch (error) {
      throw this.attributed(error, 'the iterator', at);
    }
    return found;
  }
}
