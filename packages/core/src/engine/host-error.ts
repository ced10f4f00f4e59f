import { isPolarError, PolarError } from '../diagnostics/polar-error.js';
import type { Span } from '../diagnostics/span.js';

/**
 * What code of the application threw, as a fault with its place in the policy. Our own errors stay what they are.
 *
 * @param what what was asked of the application
 */
export function hostError(
  error: unknown,
  what: string,
  span: Span | undefined,
  notes: readonly string[] = [],
): unknown {
  if (isPolarError(error) || isOurBug(error)) return error;
  return new PolarError('POLAR_RUN_HOST_ERROR', { what, message: messageOfThrown(error) }, span, {
    cause: error,
    notes,
  });
}

function isOurBug(error: unknown): boolean {
  try {
    return error instanceof Error && error.message.startsWith('bug in Nanook');
  } catch {
    // The application may throw a proxy that cannot be looked at.
    return false;
  }
}

export function messageOfThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return 'something that cannot be shown';
  }
}

/** Whether the JavaScript stack was too small. */
export const isStackOverflow = (error: unknown): boolean =>
  error instanceof RangeError && /call stack/i.test(error.message);
