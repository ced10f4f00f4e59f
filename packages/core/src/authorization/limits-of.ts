import { defaultLimits, type Limits } from '../engine/limits.js';
import { describe } from '../internal/descriptions.js';
import { invalidOption, unknownOption } from './invalid-option.js';

/** @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` for an unknown limit, and for one that is not a positive number */
export function limitsOf(given: Partial<Limits> | undefined): Limits {
  const result = { ...defaultLimits, ...given };
  for (const [name, value] of Object.entries(result)) {
    const option = `limits.${name}`;
    if (!(name in defaultLimits)) throw unknownOption(option, name, defaultLimits);
    if (typeof value !== 'number' || !(value > 0))
      throw invalidOption(option, describe().invalidOption(option, value));
  }
  return result;
}
