/** Passes an error to the callback of the application, or to the console. */
export function reportTo(onError: ((error: unknown) => void) | undefined, error: unknown): void {
  try {
    if (onError !== undefined) {
      onError(error);
      return;
    }
  } catch (failure) {
    // oxlint-disable-next-line no-console -- the callback for errors has failed
    console.error('[error] onError of the decision server failed:', failure);
  }
  // oxlint-disable-next-line no-console -- without `onError` the console is the only place that is read
  console.error('[error]', error);
}
