import { hasTagged, tagVersion } from '../../types/typed.js';
import type { HostReplay } from '../host-log.js';
import type { Limits } from '../limits.js';
import type { ProgramContext } from '../program-context.js';
import type { BackEnd } from '../backends/back-end.js';
import type { CompiledFunction } from '../compiler/compiled-function.js';
import { CompiledEngine } from './compiled-engine.js';
import { closures } from '../backends/closures/closures.js';
import { sourceBackEnd } from '../backends/source/source-back-end.js';
import { findEvaluate } from '../backends/source/evaluate.js';
import { BailoutRuntime } from '../runtime/bailout-runtime.js';
import type { Runtime } from '../runtime/runtime.js';
import { WaitingQuery, TimeoutTimer } from '../runtime/timeout-timer.js';

/** Which engine answers questions whose arguments are known. */
export type EngineChoice = 'auto' | 'source' | 'closures' | 'machine';

/** What is kept for questions that wait side by side: it holds on to what they were about. */
const maxFree = 16;

/** A policy, compiled as it is asked about. */
export class CompiledPolicy {
  /** Questions to `ask` that were answered here, and that were not: for tests. */
  answered = 0;
  handedOver = 0;
  #engine: CompiledEngine;
  #runtime: Runtime;
  #entries = new Map<string, CompiledFunction | undefined>();
  /** The entry that servers ask all day, found already. */
  #allow: CompiledFunction | undefined = undefined;
  #tags = tagVersion();
  /** Of how many registered classes there are instances that `typed` gave another type. */
  #tagged: number;
  /** Of questions that waited: free for others. */
  readonly #free: BailoutRuntime[] = [];
  /** Whether a question met a promise, and the back end can wait for the next one. */
  #waits = false;
  readonly #watchdog: TimeoutTimer;

  constructor(
    readonly context: ProgramContext,
    /** Of a question that has none of its own. */
    readonly limits: Limits,
    readonly backEnd: BackEnd,
  ) {
    this.#watchdog = new TimeoutTimer(limits.timeoutMs);
    this.#engine = new CompiledEngine(context, backEnd);
    this.#runtime = this.#engine.runtime;
    this.#tagged = countTagged(this.#runtime.registered);
  }

  get kind(): BackEnd['kind'] {
    return this.backEnd.kind;
  }

  /** Asks `allow(actor, action, resource)`. @returns undefined when the machine is to answer */
  allow(actor: unknown, action: unknown, resource: unknown): boolean | undefined {
    const entry = this.#allow;
    const runtime = this.#runtime;
    if (entry === undefined || runtime.isBusy || this.#tags !== tagVersion())
      return this.ask('allow', 3, actor, action, resource);
    runtime.begin(this.limits);
    let holds: boolean;
    try {
      holds = entry.run(actor, action, resource);
    } catch {
      // Whatever it is, the machine finds it again, and says where in the policy it is.
      return this.#handOver(runtime);
    }
    runtime.isBusy = false;
    const isDecided = (holds || runtime.undecided === 0) && !runtime.isLate;
    runtime.release(isDecided);
    return isDecided ? holds : undefined;
  }

  /**
   * Asks any rule.
   *
   * @param arity how many of the arguments the rule has
   * @returns undefined when the machine is to answer
   */
  ask(rule: string, arity: number, a: unknown, b: unknown, c?: unknown, d?: unknown): boolean | undefined {
    const runtime = this.#current();
    // A method of the application that asks a question itself: one at a time here.
    if (runtime.isBusy) return undefined;
    const entry = this.#entry(rule, arity);
    if (entry === undefined) return undefined;
    runtime.begin(this.limits);
    let holds: boolean;
    try {
      holds = entry.run(a, b, c, d);
    } catch {
      this.handedOver++;
      return this.#handOver(runtime);
    }
    runtime.isBusy = false;
    const isDecided = (holds || runtime.undecided === 0) && !runtime.isLate;
    runtime.release(isDecided);
    if (isDecided) this.answered++;
    else this.handedOver++;
    return isDecided ? holds : undefined;
  }

  /** Whether questions are better asked with `askWaiting`: the policy has met a promise. */
  get waits(): boolean {
    return this.#waits;
  }

  /**
   * Asks any rule, and waits for promises.
   *
   * @param machine answers what cannot be answered here, with what methods have given already
   */
  askWaiting(
    rule: string,
    arity: number,
    args: readonly [unknown, unknown, unknown?, unknown?],
    machine: (replay: HostReplay | undefined) => Promise<boolean>,
  ): Promise<boolean> {
    const { context, registered } = this.#current();
    const entry = this.#entry(rule, arity);
    if (entry === undefined) return machine(undefined);
    const runtime = this.#free.pop() ?? new BailoutRuntime(context, registered, true);
    runtime.begin(this.limits);
    const answered = (holds: boolean): boolean | Promise<boolean> => {
      const isDecided = (holds || runtime.undecided === 0) && !runtime.isLate;
      const replay = isDecided ? undefined : runtime.log.take();
      this.#release(runtime);
      return isDecided ? holds : machine(replay);
    };
    const failed = (): Promise<boolean> => {
      const replay = runtime.log.take();
      this.#release(runtime);
      return machine(replay);
    };
    let asked: boolean | Promise<boolean>;
    try {
      asked = entry.wait(runtime, args[0], args[1], args[2], args[3]);
    } catch {
      return failed();
    }
    if (typeof asked === 'boolean') return Promise.resolve(answered(asked));
    const answer = asked;
    // A promise may take long: the time counts, even if the machine has to go on.
    if (runtime.startedAt === undefined) runtime.limited.start();
    return new Promise((resolve, reject) => {
      const question = new WaitingQuery(this.limits.timeoutMs, reject, runtime);
      this.#watchdog.watch(question);
      answer.then(
        (holds) => {
          this.#watchdog.forget(question);
          if (question.isEnded) this.#release(runtime);
          else resolve(answered(holds));
        },
        () => {
          this.#watchdog.forget(question);
          if (question.isEnded) this.#release(runtime);
          else resolve(failed());
        },
      );
    });
  }

  /** For the next question that waits: S8 takes 490 ns so, and 530 with a new one for each. */
  #release(runtime: BailoutRuntime): void {
    runtime.release(true);
    if (runtime.context !== this.#runtime.context || this.#free.length >= maxFree) return;
    runtime.depth = 0;
    this.#free.push(runtime);
  }

  /** What methods have given already for the question that was handed over. */
  takeReplay(): HostReplay | undefined {
    // A question within a question is the machine's from the start: what is in the log is not its own.
    return this.#runtime.isBusy ? undefined : this.#runtime.log.take();
  }

  #handOver(runtime: Runtime): undefined {
    runtime.isBusy = false;
    runtime.depth = 0;
    runtime.release(false);
    if (runtime.metPromise && this.backEnd.waiting !== undefined) this.#waits = true;
    return undefined;
  }

  /** What was built holds until instances of a class are given another type. */
  #current(): Runtime {
    if (this.#tags !== tagVersion()) {
      this.#tags = tagVersion();
      const tagged = countTagged(this.#runtime.registered);
      if (tagged === this.#tagged) return this.#runtime;
      this.#tagged = tagged;
      this.#engine = new CompiledEngine(this.context, this.backEnd);
      this.#runtime = this.#engine.runtime;
      this.#entries = new Map();
      this.#free.length = 0;
      this.#allow = undefined;
    }
    return this.#runtime;
  }

  #entry(rule: string, arity: number): CompiledFunction | undefined {
    if (!this.#entries.has(rule)) {
      const entry = this.#engine.entry(rule, arity);
      this.#entries.set(rule, entry);
      if (rule === 'allow') this.#allow = entry;
    }
    return this.#entries.get(rule);
  }
}

/** Other classes may have been given types as often as they like. */
const countTagged = (registered: ReadonlySet<object>): number =>
  [...registered].filter((prototype) => hasTagged(prototype)).length;

/** undefined where the machine is to answer everything. */
export function compile(
  context: ProgramContext,
  choice: EngineChoice,
  limits: Limits,
): CompiledPolicy | undefined {
  return choice === 'machine' ? undefined : new CompiledPolicy(context, limits, backEndFor(choice));
}

/** Source where the platform lets code make code, unless closures are asked for. */
function backEndFor(choice: EngineChoice): BackEnd {
  const evaluate = choice === 'closures' ? undefined : findEvaluate();
  return evaluate === undefined ? closures : sourceBackEnd(evaluate);
}
