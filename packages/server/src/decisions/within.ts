/** Waits for a promise, but not longer than until a signal is aborted. @throws the reason of the signal */
export async function within<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let interrupt: () => void = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = () => reject(signal.reason as Error);
  });
  signal.addEventListener('abort', interrupt);
  if (signal.aborted) interrupt();
  try {
    return await Promise.race([promise, interrupted]);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
