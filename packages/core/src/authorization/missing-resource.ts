import { PolarError } from '../diagnostics/polar-error.js';

/** Returns the error of a check that was called without a resource. A resource that is `undefined` was not found, and is denied. */
export const missingResource = (method: string, parameters = 'actor, action, resource'): PolarError =>
  new PolarError('POLAR_TYPE_INVALID_ARGUMENT', {
    call: `${method}(${parameters})`,
    expected: 'a resource',
    found: 'no argument',
    advice: "pass the object, or its type for 'create'",
  });
