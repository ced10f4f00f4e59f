import { scopeCheck } from './check.js';
import { typeMistakesIn } from './static-types.js';

/** Warns about `user.isAdmin()` where `isAdmin` is a declared field of a type without a class, which has no methods. */
export const fieldCalled = scopeCheck({
  code: 'POLAR_CHECK_FIELD_CALLED',
  severity: 'warning',
  scope(scope, report, { types }) {
    if (!types.hasFields) return;
    for (const { span, ...data } of typeMistakesIn(scope, types).calledFields) report({ span, data });
  },
});
