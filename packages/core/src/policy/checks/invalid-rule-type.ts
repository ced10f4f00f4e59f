import { visit } from '../../syntax/visit.js';
import { policyCheck } from './check.js';

/** Finds rule types with computed or unfinished parts: a rule type describes rules statically. */
export const invalidRuleType = policyCheck({
  code: 'POLAR_CHECK_INVALID_RULE_TYPE',
  isStricterThanOso: true,
  policy({ ruleTypes }, report) {
    for (const type of ruleTypes) {
      visit(type, (node) => {
        switch (node.kind) {
          case 'lookup':
          case 'method-call':
            report({ span: node.span, data: { reason: 'Rule types cannot contain dot lookups.' } });
            return false;
          case 'new':
          case 'arithmetic':
            report({ span: node.span, data: { reason: 'Rule types cannot contain computed values.' } });
            return false;
          case 'list':
          case 'list-pattern':
            if (node.rest === undefined) return undefined;
            report({ span: node.rest.span, data: { reason: 'Rule types cannot contain *rest variables.' } });
            return undefined;
          default:
            return undefined;
        }
      });
    }
  },
});
