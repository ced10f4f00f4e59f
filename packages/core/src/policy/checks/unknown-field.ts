import { scopeCheck } from './check.js';
import { isRefused } from './refused-member.js';
import { typeMistakesIn } from './static-types.js';

/** Finds fields that a type does not declare. It reports nothing when the type declares no fields or is not certain. */
export const unknownField = scopeCheck({
  code: 'POLAR_CHECK_UNKNOWN_FIELD',
  isStricterThanOso: true,
  scope(scope, report, { types }) {
    if (!types.hasFields) return;
    for (const { span, ...data } of typeMistakesIn(scope, types).unknownFields)
      if (!isRefused(data.field)) report({ span, data });
  },
});
