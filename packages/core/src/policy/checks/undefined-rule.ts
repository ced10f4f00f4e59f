import { check } from './check.js';

/** A call of a name that no rule has can only be a misspelling: it could never succeed. */
export const undefinedRule = check({
  code: 'POLAR_CHECK_UNDEFINED_RULE',
  needs: 'all blocks',
  kinds: ['call'],
  only: 'rules',
  node({ predicate: name, predicateSpan: span }, report, { rulesByName, typesOfRules }) {
    if (rulesByName.has(name)) return;
    // When a required rule is missing, that is said once and not for every call.
    if (typesOfRules.required.some((type) => type.name === name)) return;
    report({ span, data: { name, known: [...rulesByName.keys()] } });
  },
});
