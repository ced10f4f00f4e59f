import { messageOf } from '@nanook/cli/tools';
import { useEffect, useState } from 'preact/hooks';

/** The result of work that a view shows: the last one, and whether newer work is running. */
export type Result<Value> =
  | { readonly value: Value; readonly isRunning: boolean; readonly error: undefined }
  | { readonly value: undefined; readonly isRunning: boolean; readonly error: string | undefined };

/** Runs work again when its inputs change, and shows the last result until then. Work that is no longer needed is stopped. */
export function useResult<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  inputs: readonly unknown[],
): Result<Value> {
  const [result, setResult] = useState<Result<Value>>({
    value: undefined,
    isRunning: true,
    error: undefined,
  });
  useEffect(() => {
    const controller = new AbortController();
    setResult((last) => ({ ...last, isRunning: true }));
    work(controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setResult({ value, isRunning: false, error: undefined });
      },
      (error: unknown) => {
        if (!controller.signal.aborted)
          setResult({ value: undefined, isRunning: false, error: messageOf(error) });
      },
    );
    return () => controller.abort();
  }, inputs);
  return result;
}
