import { messageOf } from '@nanook/cli/tools';
import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';

/** Shows the error of a view in its place, so that the rest of the page stays usable. */
export function ViewBoundary({ children }: { readonly children: ComponentChildren }) {
  const [error, retry] = useErrorBoundary();
  if (error === undefined) return <>{children}</>;
  return (
    <p class="message" role="alert">
      This view has failed: {messageOf(error)} <button onClick={retry}>Try again</button>
    </p>
  );
}
