import { scopeCheck } from './check.js';
import { typeMistakesIn } from './static-types.js';

/** Finds texts that are compared with a field declared by `oneOf(…)` that does not list them: with `!=`, the condition always holds. */
export const unknownEnumValue = scopeCheck({
  code: 'POLAR_CHECK_UNKNOWN_ENUM_VALUE',
  isStricterThanOso: true,
  scope(scope, report, { types }) {
    if (!types.hasFields) return;
    for (const { span, ...data } of typeMistakesIn(scope, types).unknownValues) report({ span, data });
  },
});
