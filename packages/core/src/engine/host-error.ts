import { isPolarError, PolarError, type Trace } from '../diagnostics/polar-error.js';
import { MissingValue } from '../host/missing-value.js';
import { messageOfThrown } from '../internal/message-of-thrown.js';
import type { Span } from '../diagnostics/span.js';

/**
 * Returns an error of the application as a fault with its place in the policy. Errors of this package, and contradictions of declarations, are
 * returned unchanged.
 *
 * @param origin the member or value that the policy read or called
 */
export function hostError(
  error: unknown,
  origin: string,
  span: Span | undefined,
  trace?: Partial<Trace> & { readonly receiver?: unknown },
): unknown {
  if (isPolarError(error) || error instanceof MissingValue || isOurBug(error)) return error;
  return new PolarError('POLAR_RUN_HOST_ERROR', { origin, message: messageOfThrown(error) }, span, {
    cause: error,
    ...trace,
  });
}

function isOurBug(error: unknown): boolean {
  try {
    return error instanceof Error && error.message.startsWith('bug in Nanook');
  } catch {
    // The application may throw a proxy that throws when it is read.
    return false;
  }
}

/** Returns whether the JavaScript stack overflowed. */
export const isStackOverflow = (error: unknown): boolean =>
  error instanceof RangeError && /call stack/i.test(error.message);
