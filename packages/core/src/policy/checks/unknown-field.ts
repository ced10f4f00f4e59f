import { check } from './check.js';
import { isRefused } from './refused-member.js';
import { typeMistakesIn } from './static-types.js';

/** Where a type declares its fields, no others may be read of it. Where the type is not certain, nothing is said. */
export const unknownField = check({
  code: 'POLAR_CHECK_UNKNOWN_FIELD',
  scope(scope, report, { types }) {
    if (!types.hasFields) return;
    for (const { span, ...data } of typeMistakesIn(scope, types).unknownFields)
      if (!isRefused(data.field)) report({ span, data });
  },
});
