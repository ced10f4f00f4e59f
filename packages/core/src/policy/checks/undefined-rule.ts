import type { CallNode } from '../../syntax/ast.js';
import { check, visitScope } from './check.js';

/** A call of a name that no rule has can only be a misspelling: it could never succeed. */
export const undefinedRule = check({
  code: 'POLAR_CHECK_UNDEFINED_RULE',
  needs: 'all blocks',
  rule(rule, report, { rulesByName, typesOfRules }) {
    visitScope(rule, {
      call({ predicate: name, predicateSpan: span }: CallNode) {
        // When a required rule is missing, that is said once and not for every call.
        if (rulesByName.has(name) || typesOfRules.required.some((type) => type.name === name)) return;
        report({ span, data: { name, known: [...rulesByName.keys()] } });
      },
    });
  },
});
