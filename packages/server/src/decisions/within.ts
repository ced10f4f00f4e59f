/** Waits for a promise, but not longer than until a signal is aborted. @throws the reason of the signal */
export const within = <Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> =>
  new Promise((resolve, reject) => {
    const interrupt = (): void => reject(signal.reason as Error);
    const end = (): void => signal.removeEventListener('abort', interrupt);
    signal.addEventListener('abort', interrupt);
    if (signal.aborted) interrupt();
    promise.finally(end).then(resolve, reject);
  });
