import { visit } from '../../syntax/visit.js';
import { isUnionName } from '../../types/type-table.js';
import { policyCheck } from './check.js';

/** Finds a rule type with an unregistered class, which no rule can match. */
export const ruleTypeClass = policyCheck({
  code: 'POLAR_CHECK_UNKNOWN_CLASS',
  policy({ ruleTypes, types, rulesByName }, report) {
    for (const type of ruleTypes) {
      // oso reports the class only when it compares a rule with the type.
      const isCompared = rulesByName
        .get(type.name)
        ?.some(({ parameters }) => parameters.length === type.parameters.length);
      if (types.dialect.comparesRuleTypesByForm && isCompared !== true) continue;
      visit(type, {
        'instance-pattern'({ className: name, classSpan: span }) {
          if (types.find(name) !== undefined || isUnionName(name)) return;
          report({ span, data: { name, known: types.typeNames } });
        },
      });
    }
  },
});
