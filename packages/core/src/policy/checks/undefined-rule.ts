import { policyCheck } from './check.js';

/** Finds a call of a name without rules, which could never succeed and is probably a misspelling. */
export const undefinedRule = policyCheck({
  code: 'POLAR_CHECK_UNDEFINED_RULE',
  needs: 'all blocks',
  only: 'rules',
  eachCall({ predicate: name, predicateSpan: span }, report, { rulesByName, typesOfRules, facts }) {
    if (rulesByName.has(name) || facts.has(name)) return;
    // A missing required rule is reported once, not for every call.
    if (typesOfRules.required.some((type) => type.name === name)) return;
    report({ span, data: { name, known: [...rulesByName.keys()] } });
  },
});
