import { textOf } from '../../diagnostics/span.js';
import { scopeCheck } from './check.js';
import { typeMistakesIn } from './static-types.js';

/** Warns about `user.age > "18"` and `user.name + "x"` with declared fields: no value of these types has a result. */
export const neverDecided = scopeCheck({
  code: 'POLAR_CHECK_NEVER_DECIDED',
  severity: 'warning',
  scope(scope, report, { types }) {
    if (!types.hasFields) return;
    for (const { as, left, right, span } of typeMistakesIn(scope, types).neverDecided) {
      const sides = { left: left.text, leftType: left.type, right: right.text, rightType: right.type };
      report({ span, data: { expression: textOf(span), ...sides, as } });
    }
  },
});
