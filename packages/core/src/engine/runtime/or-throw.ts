import { PolarError } from '../../diagnostics/polar-error.js';
import type { Span } from '../../diagnostics/span.js';
import { MissingValue } from '../../host/missing-value.js';

/** Returns a value that was promised. A contradiction is thrown, because the code that awaits it expects a value. */
export function orThrow(value: unknown, at?: Span): unknown {
  if (value instanceof MissingValue) throw new PolarError(value.code, value.data, at);
  return value;
}
