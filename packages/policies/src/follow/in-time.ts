/**
 * Waits for a promise, but not longer than a time.
 *
 * @param signal ends the waiting with its reason
 * @throws {Error} that there was no answer in time; the reason of the signal
 */
export async function inTime<Result>(
  promise: PromiseLike<Result>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result> {
  let end: (error: unknown) => void = () => {};
  const ended = new Promise<never>((_, reject) => (end = reject));
  const interrupt = (): void => end(signal.reason);
  const timer = setTimeout(() => end(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    return await Promise.race([promise, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupt);
  }
}
