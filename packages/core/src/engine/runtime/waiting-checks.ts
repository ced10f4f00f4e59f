import { isThenable } from '../../internal/promise.js';
import type { LoggedCalls } from '../host-log.js';
import { HostReplay } from '../host-replay.js';
import { aborted, type Limits } from '../limits.js';
import type { StandaloneRuntime } from './standalone-runtime.js';
import { TimeoutTimer, WaitingQuery } from './timeout-timer.js';
import { WaitingRuntime } from './waiting-runtime.js';

/** A rule in the form that awaits promises. */
interface WaitingRule {
  readonly wait: (runtime: WaitingRuntime, ...args: unknown[]) => boolean | Promise<boolean>;
}

/** A check that awaits promises. */
export interface WaitingCheck {
  readonly args: readonly unknown[];
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  /** The calls that the check made before it met its first promise. */
  readonly calls?: LoggedCalls | undefined;
  /** The elements of iterators that it has read. */
  readonly seen?: StandaloneRuntime['seen'];
}

/** Runs the checks of a precompiled policy that await promises. */
export class WaitingChecks {
  readonly #parts: ConstructorParameters<typeof WaitingRuntime>;
  /** Timers by their time limit. */
  readonly #timers = new Map<number, TimeoutTimer>();

  constructor(...parts: ConstructorParameters<typeof WaitingRuntime>) {
    this.#parts = parts;
  }

  run(rule: WaitingRule, { args, limits, signal, calls, seen }: WaitingCheck): Promise<boolean> {
    const runtime = new WaitingRuntime(...this.#parts);
    runtime.start(limits, signal, calls && new HostReplay(calls));
    runtime.seen = seen;
    return new Promise((resolve, reject) => {
      const query = new WaitingQuery(limits.timeoutMs, reject, runtime);
      const timer = this.#timerFor(limits.timeoutMs);
      const abort = () => query.end(aborted(signal!));
      const end = () => {
        timer.forget(query);
        signal?.removeEventListener('abort', abort);
      };
      timer.watch(query);
      signal?.addEventListener('abort', abort, { once: true });
      runAsync(rule, runtime, args).then(
        (holds) => {
          end();
          try {
            resolve(runtime.end(holds));
          } catch (error) {
            reject(error as Error);
          }
        },
        (error: unknown) => {
          end();
          reject(runtime.failure(error) as Error);
        },
      );
    });
  }

  #timerFor(timeoutMs: number): TimeoutTimer {
    let found = this.#timers.get(timeoutMs);
    if (found === undefined) this.#timers.set(timeoutMs, (found = new TimeoutTimer(timeoutMs)));
    return found;
  }
}

async function runAsync(
  rule: WaitingRule,
  runtime: WaitingRuntime,
  args: readonly unknown[],
): Promise<boolean> {
  const awaited = args.some(isThenable)
    ? await Promise.all(args.map((arg) => (isThenable(arg) ? runtime.settle(arg) : arg)))
    : args;
  return rule.wait(runtime, ...awaited);
}
