import type { CompiledBudget } from './limits.js';

/** The result of a promise: its value, or the reason of its rejection. */
export type Settled = { readonly value: unknown } | { readonly reason: unknown };

/**
 * Awaits a promise until the time is up or the signal is aborted.
 *
 * @throws {PolarError} `POLAR_RUN_TIMEOUT`, `POLAR_RUN_ABORTED`
 */
export async function awaitWithin(promise: PromiseLike<unknown>, budget: CompiledBudget): Promise<Settled> {
  const { signal } = budget;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    const interrupt = () => {
      try {
        budget.checkTime();
        // The timer may fire a moment too early.
        timer = setTimeout(interrupt, 1);
      } catch (error) {
        reject(error as Error);
      }
    };
    if (Number.isFinite(budget.remainingMs))
      timer = setTimeout(interrupt, Math.min(Math.max(budget.remainingMs, 0), 2 ** 31 - 1));
    if (signal !== undefined) {
      onAbort = interrupt;
      signal.addEventListener('abort', interrupt, { once: true });
      if (signal.aborted) interrupt();
    }
  });
  try {
    return await Promise.race([
      Promise.resolve(promise).then(
        (value) => ({ value }),
        (reason: unknown) => ({ reason }),
      ),
      interrupted,
    ]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
}
