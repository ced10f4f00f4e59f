import { scopeCheck } from './check.js';
import { typeMistakesIn } from './static-types.js';

/** Warns about `user.id = "1"` when `id` is declared as an Integer: the condition never holds, and with `!=` it always holds. */
export const neverEqual = scopeCheck({
  code: 'POLAR_CHECK_NEVER_EQUAL',
  severity: 'warning',
  scope(scope, report, { types }) {
    if (!types.hasFields) return;
    for (const { left, right, span } of typeMistakesIn(scope, types).neverEqual) {
      const data = { left: left.text, leftType: left.type, right: right.text, rightType: right.type };
      report({ span, data });
    }
  },
});
