import type { ComponentChildren } from 'preact';
import type { Result } from './use-result.js';

/** Shows a result, the work that is running, or its error, which is an error of this page or a message of the engine. */
export function Waiting<Value>({
  result,
  label,
  children,
}: {
  readonly result: Result<Value>;
  readonly label: string;
  readonly children: (value: Value) => ComponentChildren;
}) {
  if (result.error !== undefined)
    return (
      <p class="message" role="alert">
        {result.error}
      </p>
    );
  if (result.value === undefined) return <p class="quiet">{label}</p>;
  return <div aria-busy={result.isRunning}>{children(result.value)}</div>;
}
