import { visit } from '../../syntax/visit.js';
import { isUnionName } from '../../types/type-table.js';
import { check } from './check.js';

/** Finds a rule type with an unregistered class, which no rule can match. */
export const ruleTypeClass = check({
  code: 'POLAR_CHECK_UNKNOWN_CLASS',
  isStricterThanOso: true,
  policy({ ruleTypes, types }, report) {
    for (const type of ruleTypes) {
      visit(type, {
        'instance-pattern'({ className: name, classSpan: span }) {
          if (types.find(name) !== undefined || isUnionName(name)) return;
          report({ span, data: { name, known: types.typeNames } });
        },
      });
    }
  },
});
