import { policyCheck } from './check.js';

/**
 * Warns about a call for which no rule of the name has the right number of parameters. oso accepts the call, which never succeeds.
 */
export const callArity = policyCheck({
  code: 'POLAR_CHECK_CALL_ARITY',
  severity: 'warning',
  needs: 'all blocks',
  eachCall({ predicate: name, span, args: { length: given } }, report, { rulesByName, typesOfRules, facts }) {
    const rules = rulesByName.get(name);
    if (rules === undefined || rules.some(({ parameters }) => parameters.length === given)) return;
    if (facts.get(name)?.includes(given) === true) return;
    // The rules have the wrong number of parameters, and are reported themselves.
    if (typesOfRules.byName.get(name)?.some(({ parameters }) => parameters.length === given) === true) return;
    const known = [...new Set(rules.map(({ parameters }) => parameters.length))].sort((a, b) => a - b);
    report({ span, data: { name, given, known } });
  },
});
