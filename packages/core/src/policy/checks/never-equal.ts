import { check } from './check.js';
import { typeMistakesIn } from './static-types.js';

/** `user.id = "1"` where `id` is declared as an Integer: the rule never holds, and with `!=` it always does. */
export const neverEqual = check({
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
