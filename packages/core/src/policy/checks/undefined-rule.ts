import { check } from './check.js';

/** A call of a name that no rule has can only be a misspelling: it could never succeed. */
export const undefinedRule = check({
  code: 'POLAR_CHECK_UNDEFINED_RULE',
  needs: 'all blocks',
  rule({ nodes }, report, { rulesByName, typesOfRules }) {
    for (const node of nodes) {
      if (node.kind !== 'call' || rulesByName.has(node.predicate)) continue;
      const { predicate: name, predicateSpan: span } = node;
      // When a required rule is missing, that is said once and not for every call.
      if (typesOfRules.required.some((type) => type.name === name)) continue;
      report({ span, data: { name, known: [...rulesByName.keys()] } });
    }
  },
});
