import { PolarError } from '../diagnostics/polar-error.js';

/**
 * Returns the error of a check that was called without a resource. A resource that is `undefined` was not found, and is denied.
 *
 * @param call the call as the documentation writes it, such as `isAllowed(actor, action, resource)`
 */
export const missingResource = (call: string): PolarError =>
  new PolarError('POLAR_TYPE_INVALID_ARGUMENT', {
    call,
    expected: 'a resource',
    found: 'no argument',
    advice: "pass the object, or its type for an action such as 'create'",
  });
