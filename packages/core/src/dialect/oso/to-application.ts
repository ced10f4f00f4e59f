import { PolarError } from '../../diagnostics/polar-error.js';
import { Dict, isPolicyDictionary } from '../../host/dict.js';
import { isPartial } from '../../terms/partial.js';
import { isWideInteger, WholeFloat } from '../whole-float.js';

/**
 * Converts a value for code of the application, as oso does: floats become numbers, and lists and dictionaries are copied, so that the
 * application cannot change those of the policy.
 *
 * @throws {PolarError} `POLAR_RUN_LARGE_INTEGER` for an integer that JavaScript's numbers do not hold
 */
export function toApplication(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      if (!isWideInteger(value)) return value;
      throw new PolarError('POLAR_RUN_LARGE_INTEGER', { value: String(value) });
    case 'object':
      if (value === null || isPartial(value)) return value;
      if (value instanceof WholeFloat) return value.valueOf();
      if (Array.isArray(value)) return value.map(toApplication);
      return isPolicyDictionary(value) ? copyOf(value) : value;
    default:
      return value;
  }
}

/** Returns a copy, which is still a dictionary when the application passes it back. */
function copyOf(dictionary: object): Dict {
  const copy = new Dict();
  for (const [key, value] of Object.entries(dictionary))
    Object.defineProperty(copy, key, {
      value: toApplication(value),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  return copy;
}
