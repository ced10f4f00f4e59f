import { isPolarError } from '../diagnostics/polar-error.js';
import { printable } from '../explanation/shown-values.js';

/** Returns the first lines of a message: without the rules that led to the place, which the stack shows. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return printable(isPolarError(error) ? (message.split('\n', 1)[0] ?? '') : message);
}
