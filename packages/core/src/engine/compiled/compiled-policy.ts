import { isThenable } from '../../internal/promise.js';
import type { PolarError } from '../../diagnostics/polar-error.js';
import { hasTagged, tagVersion } from '../../types/typed.js';
import type { BackEnd } from '../backends/back-end.js';
import { sourceBackEnd } from '../backends/source/source-back-end.js';
import type { CompiledFunction } from '../compiler/compiled-function.js';
import { awaitWithin, type Settled } from '../await-within.js';
import { entryArities } from '../entry-arities.js';
import { takeReplay, type HostReplay } from '../host-replay.js';
import type { CompiledBudget, Limits } from '../limits.js';
import type { Proof } from '../proof.js';
import type { ProgramContext } from '../program-context.js';
import { BailoutRuntime } from '../runtime/bailout-runtime.js';
import { Reasons } from '../runtime/reasons.js';
import { maxCallDepth, type Runtime } from '../runtime/runtime.js';
import { TimeoutTimer, WaitingQuery } from '../runtime/timeout-timer.js';
import { CompiledEngine, type Decider, type EngineOptions } from './compiled-engine.js';
import { type Dump, dumpFromEnvironment } from './dump.js';
import { type EngineChoice, evaluateFor } from './engine-choice.js';
import { type EnumeratedValues, enumeratedValues } from './enumerated-values.js';

/** The limits of one query, instead of those of the policy. */
export interface QueryLimits {
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
}

/** A check that may await promises. */
export interface AsyncCheck {
  readonly rule: string;
  /** The number of arguments that the rule has. */
  readonly arity: number;
  readonly args: readonly [unknown, unknown, unknown?, unknown?];
  readonly own: QueryLimits | undefined;
  /**
   * Receives the result of the compiled code, and if proofs are recorded the proof of an allowed check, or the error of an undecided one. It
   * does not throw.
   */
  readonly decided: (
    holds: boolean,
    proof: Proof | undefined,
    undecided: PolarError | undefined,
  ) => boolean | Promise<boolean>;
  /** Runs the check after a bailout, with the results of the methods that were called. */
  readonly machine: (replay: HostReplay | undefined) => Promise<boolean>;
}

/** The most runtimes that are kept for later queries. Each keeps the objects of its last query alive. */
const maxFreeRuntimes = 16;

/** A value that no rule names. A rule holds for it only if it holds for every value. */
const anotherValue = '\0';

/** The values that enumerations try, by the predicate and the types of the other arguments, one after the other. */
class ValuesByTypes {
  readonly #next = new Map<unknown, ValuesByTypes>();
  values: EnumeratedValues | 'computed' | undefined = undefined;

  of(key: unknown): ValuesByTypes {
    let next = this.#next.get(key);
    if (next === undefined) this.#next.set(key, (next = new ValuesByTypes()));
    return next;
  }
}

/** The values of an argument for which a rule holds. */
export interface Enumeration {
  readonly found: ReadonlySet<unknown>;
  /** Whether the rule holds for any value. */
  readonly isAny: boolean;
  /** Whether a condition was undecided. */
  readonly isUndecided: boolean;
}

/** The functions for one rule of checks. */
interface Entry extends Decider {
  /** The function of the rule itself. */
  readonly fn: CompiledFunction;
}

/** A policy that is compiled function by function when checks need them. */
export class CompiledPolicy {
  #engine: CompiledEngine;
  #runtime: BailoutRuntime;
  #entries = new Map<string, Entry | undefined>();
  /** The function that decides `allow`, which most checks use, and the proof before it. */
  #allow: CompiledFunction | undefined = undefined;
  #beforeAllow: Proof | undefined = undefined;
  readonly #enumerated = new ValuesByTypes();
  #tags = tagVersion();
  /** The number of registered classes with an instance that has another type from `typed`. */
  #taggedClasses: number;
  /** Runtimes that later queries can use. */
  readonly #freeRuntimes: BailoutRuntime[] = [];
  #waits = false;
  readonly #timer: TimeoutTimer;

  /** @param previous the policy that this one replaces, whose code is used for rules that did not change */
  constructor(
    readonly context: ProgramContext,
    /** The limits of queries that do not set others. */
    readonly limits: Limits,
    readonly backEnd: BackEnd,
    readonly options: EngineOptions,
    readonly dump?: Dump,
    previous?: CompiledPolicy,
  ) {
    this.#timer = new TimeoutTimer(limits.timeoutMs);
    this.#engine = new CompiledEngine(
      context,
      backEnd,
      options,
      dump,
      previous === undefined ? undefined : previous.#engine,
    );
    this.#runtime = this.#engine.runtime;
    this.#taggedClasses = countTagged(this.#runtime.registered);
  }

  get kind(): BackEnd['kind'] {
    return this.backEnd.kind;
  }

  /** Runs `allow(actor, action, resource)`. @returns undefined when the machine must run it */
  allow(actor: unknown, action: unknown, resource: unknown): boolean | undefined {
    const entry = this.#allow;
    const runtime = this.#runtime;
    if (entry === undefined || runtime.isBusy || this.#tags !== tagVersion())
      return this.check('allow', 3, actor, action, resource);
    runtime.begin(this.limits);
    let holds: boolean;
    try {
      holds = entry.run(actor, action, resource);
    } catch {
      return this.#bailOut(runtime);
    }
    runtime.isBusy = false;
    const isDecided = this.#isDecided(holds, runtime);
    runtime.release(isDecided);
    return isDecided ? holds : undefined;
  }

  /** Returns the proof of the check that was allowed last, if proofs are recorded. @param rule the rule of this check */
  proofOf(rule: string): Proof | undefined {
    const { proof } = this.#runtime;
    const before = rule === 'allow' ? this.#beforeAllow : this.#entries.get(rule)?.before;
    return proof === undefined || before === undefined ? proof : before.followedBy(proof);
  }

  /** Returns the error of the check that was denied last, if it is undecided and proofs are recorded. */
  takeUndecidedError(): PolarError | undefined {
    return this.#runtime.takeUndecidedError();
  }

  /**
   * Runs any rule.
   *
   * @param arity the number of arguments that the rule has
   * @returns undefined when the machine must run it
   */
  check(
    rule: string,
    arity: number,
    a: unknown,
    b: unknown,
    c?: unknown,
    d?: unknown,
    own?: QueryLimits,
  ): boolean | undefined {
    const runtime = this.#current();
    // A method of the application runs a check within a check. The runtime serves one at a time.
    if (runtime.isBusy) return undefined;
    if (countsDepth(own)) return undefined;
    if (own === undefined) runtime.begin(this.limits);
    else runtime.begin(own.limits, own.signal);
    let holds: boolean;
    try {
      const entry = this.#entry(rule, arity, runtime.limited);
      if (entry === undefined) return this.#bailOut(runtime);
      holds = entry.decider.run(a, b, c, d);
    } catch {
      return this.#bailOut(runtime);
    }
    runtime.isBusy = false;
    // An aborted query returns no answer, even if it has found one.
    const isDecided = this.#isDecided(holds, runtime) && own?.signal?.aborted !== true;
    runtime.release(isDecided);
    return isDecided ? holds : undefined;
  }

  /** Checks that the machine need not run the query again. */
  #isDecided(holds: boolean, runtime: Runtime): boolean {
    return (holds || runtime.undecided === 0 || this.options.deniesUndecided) && !runtime.isLate;
  }

  /**
   * Finds the values of one argument for which a rule holds, with one run for each literal of the policy. Like the machine, it tries all
   * rules, also after a success.
   *
   * @param position the position of the argument, whose value in the list is ignored
   * @returns undefined when the machine must run it
   */
  enumerate(
    rule: string,
    args: readonly [unknown, unknown, unknown?, unknown?],
    position: number,
  ): Enumeration | undefined {
    const runtime = this.#current();
    if (runtime.isBusy || this.#waits) return undefined;
    runtime.begin(this.limits);
    const found = new Set<unknown>();
    let isAny = false;
    try {
      const entry = this.#entry(rule, args.length, runtime.limited);
      if (entry === undefined) return this.#bailOut(runtime);
      // The types of a promise say nothing about its value.
      for (let i = 0; i < args.length; i++) if (i !== position) runtime.await(args[i]);
      const values = this.#valuesOf(entry.fn, args, position);
      if (values === 'computed') {
        runtime.isBusy = false;
        runtime.release(true);
        return undefined;
      }
      const given = [...args];
      let holds = false;
      const onSuccess = (): boolean => {
        holds = true;
        return false;
      };
      const runWith = (value: unknown): boolean => {
        given[position] = value;
        holds = false;
        const [a, b, c, d] = given;
        // Without a spread, which costs as much as a check.
        if (given.length === 3) entry.fn.runAll(a, b, c, onSuccess);
        else entry.fn.runAll(a, b, c, d, onSuccess);
        return holds;
      };
      isAny = values.hasWildcard && runWith(anotherValue);
      for (const literal of values.literals) if (runWith(literal)) found.add(literal);
    } catch {
      return this.#bailOut(runtime);
    }
    runtime.isBusy = false;
    const isDecided = !runtime.isLate;
    runtime.release(isDecided);
    return isDecided ? { found, isAny, isUndecided: runtime.undecided > 0 } : undefined;
  }

  #valuesOf(
    { predicate }: CompiledFunction,
    args: readonly unknown[],
    position: number,
  ): EnumeratedValues | 'computed' {
    const types = args.map((arg, i) => (i === position ? undefined : this.#runtime.typeOf(arg)));
    let at = this.#enumerated.of(predicate);
    for (const of of types) at = at.of(of);
    return (at.values ??= enumeratedValues(this.context, predicate, types, position) ?? 'computed');
  }

  /** Builds the code for all checks. Each step builds one function. */
  *buildAll(): Generator<void, void, undefined> {
    this.#current();
    for (const [rule, arity] of Object.entries(entryArities)) this.#entry(rule, arity, undefined);
    yield* this.#engine.buildAll();
  }

  /** True once a query has met a promise that the back end can await: then `checkAsync` is faster. */
  get prefersAsync(): boolean {
    return this.#waits;
  }

  /** Runs any rule, and awaits promises. */
  checkAsync({ rule, arity, args, own, decided, machine }: AsyncCheck): Promise<boolean> {
    const { context, registered, reasons } = this.#current();
    // In oso, the value of a promised argument has other types than the same value that was not promised.
    const hasOpaquePromise = context.types.dialect.hasOpaquePromises && args.some(isThenable);
    if (countsDepth(own) || hasOpaquePromise) return machine(undefined);
    const runtime =
      this.#freeRuntimes.pop() ?? new BailoutRuntime(context, registered, reasons && new Reasons(), true);
    if (own === undefined) runtime.begin(this.limits);
    else runtime.begin(own.limits, own.signal);
    const finish = (holds: boolean): boolean | Promise<boolean> => {
      const isDecided = this.#isDecided(holds, runtime) && own?.signal?.aborted !== true;
      const { proof } = runtime;
      const undecided = holds ? undefined : runtime.takeUndecidedError();
      const replay = isDecided ? undefined : takeReplay(runtime.log);
      this.#release(runtime);
      return isDecided ? decided(holds, proof, undecided) : machine(replay);
    };
    const bailOut = (): Promise<boolean> => {
      const replay = takeReplay(runtime.log);
      this.#release(runtime);
      return machine(replay);
    };
    let result: boolean | Promise<boolean>;
    try {
      const entry = this.#entry(rule, arity, runtime.limited);
      if (entry === undefined) return bailOut();
      result = entry.fn.wait(runtime, args[0], args[1], args[2], args[3]);
    } catch {
      return bailOut();
    }
    if (typeof result === 'boolean') return Promise.resolve(finish(result));
    // A promise may take long, so the time counts from here, also for the machine after a bailout.
    if (runtime.startedAt === undefined) runtime.limited.start();
    return own === undefined
      ? this.#awaited(result, runtime, finish, bailOut)
      : this.#awaitedWithin(result, runtime, finish, bailOut);
  }

  /** Awaits a result, but no longer than the time limit. */
  #awaited(
    result: Promise<boolean>,
    runtime: BailoutRuntime,
    finish: (holds: boolean) => boolean | Promise<boolean>,
    bailOut: () => Promise<boolean>,
  ): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const query = new WaitingQuery(this.limits.timeoutMs, reject, runtime);
      this.#timer.watch(query);
      result.then(
        (holds) => {
          this.#timer.forget(query);
          if (query.isEnded) this.#release(runtime);
          else resolve(finish(holds));
        },
        () => {
          this.#timer.forget(query);
          if (query.isEnded) this.#release(runtime);
          else resolve(bailOut());
        },
      );
    });
  }

  /** Awaits a result, but no longer than the limits of the query allow, nor after its signal was aborted. */
  async #awaitedWithin(
    result: Promise<boolean>,
    runtime: BailoutRuntime,
    finish: (holds: boolean) => boolean | Promise<boolean>,
    bailOut: () => Promise<boolean>,
  ): Promise<boolean> {
    let settled: Settled;
    try {
      settled = await awaitWithin(result, runtime.limited);
    } catch (error) {
      runtime.stop();
      const release = () => this.#release(runtime);
      void result.then(release, release);
      throw error;
    }
    return 'reason' in settled ? bailOut() : finish(settled.value as boolean);
  }

  /** Keeps a runtime for a later query that awaits promises, which is 8 % faster than a new one for each. */
  #release(runtime: BailoutRuntime): void {
    runtime.release(true);
    if (runtime.context !== this.#runtime.context || this.#freeRuntimes.length >= maxFreeRuntimes) return;
    runtime.depth = 0;
    this.#freeRuntimes.push(runtime);
  }

  /** Returns the results of the methods that the query called before it bailed out. */
  takeReplay(): HostReplay | undefined {
    // The log of a busy runtime belongs to the outer query, not to the one within it.
    return this.#runtime.isBusy ? undefined : takeReplay(this.#runtime.log);
  }

  /** Ends a query that threw. The machine runs it again and reports the error with its position in the policy. */
  #bailOut(runtime: Runtime): undefined {
    runtime.isBusy = false;
    runtime.depth = 0;
    runtime.release(false);
    if (runtime.metPromise && this.backEnd.waiting !== undefined) this.#waits = true;
    return undefined;
  }

  /** Returns the runtime. All functions are dropped when instances of a further class have got another type. */
  #current(): BailoutRuntime {
    if (this.#tags !== tagVersion()) {
      this.#tags = tagVersion();
      const tagged = countTagged(this.#runtime.registered);
      if (tagged === this.#taggedClasses) return this.#runtime;
      this.#taggedClasses = tagged;
      this.#engine = new CompiledEngine(this.context, this.backEnd, this.options, this.dump, this.#engine);
      this.#runtime = this.#engine.runtime;
      this.#entries = new Map();
      this.#freeRuntimes.length = 0;
      this.#allow = undefined;
    }
    return this.#runtime;
  }

  /** @param query the budget of the check; undefined for no limits. @throws `planningOver` */
  #entry(rule: string, arity: number, query: CompiledBudget | undefined): Entry | undefined {
    if (!this.#entries.has(rule)) {
      const fn = this.#engine.entry(rule, arity);
      const entry = fn && { fn, ...this.#engine.deciderOf(fn, query) };
      this.#entries.set(rule, entry);
      if (rule === 'allow') {
        this.#allow = entry?.decider;
        this.#beforeAllow = entry?.before;
      }
    }
    return this.#entries.get(rule);
  }
}

/** Checks for a limit of nested rules that only the machine observes: compiled code does not count the rules that it inlines. */
const countsDepth = (own: QueryLimits | undefined): boolean =>
  own !== undefined && own.limits.maxDepth < maxCallDepth;

const countTagged = (registered: ReadonlySet<object>): number =>
  [...registered].filter((prototype) => hasTagged(prototype)).length;

/**
 * Returns undefined if the machine runs all queries.
 *
 * @param closures the back end of closures, if `needsClosures`
 */
export function compile(
  context: ProgramContext,
  choice: EngineChoice,
  limits: Limits,
  closures: BackEnd | undefined,
  options: EngineOptions = { recordsProofs: false, deniesUndecided: false },
): CompiledPolicy | undefined {
  if (choice === 'machine') return undefined;
  const dump = dumpFromEnvironment();
  const backEnd = closures ?? sourceBackEnd(evaluateFor(choice)!, dump?.source);
  return new CompiledPolicy(context, limits, backEnd, options, dump);
}
