import { scopeCheck } from './check.js';

const withActions: ReadonlySet<string> = new Set(['allow', 'allow_field', 'has_permission', 'has_role']);

/**
 * Warns about parameters that match one unusual value, while a set of values is meant: `["read", "write"]`, `"*"`, `user: "User"`.
 */
export const unlikelyArgument = scopeCheck({
  code: 'POLAR_CHECK_UNLIKELY_ARGUMENT',
  severity: 'warning',
  rule({ name, parameters }, report, { types }) {
    for (const [i, { term, specializer, span }] of parameters.entries()) {
      if (specializer?.kind === 'literal' && typeof specializer.value === 'string') {
        const isType = types.find(specializer.value)?.builtIn === false;
        if (isType) report({ span: specializer.span, data: { as: 'type', name: specializer.value } });
      }
      if (name === undefined || !withActions.has(name)) continue;
      if (i === 1 && term.kind === 'list') report({ span, data: { as: 'list', name } });
      if (term.kind === 'literal' && term.value === '*') report({ span, data: { as: 'wildcard', name } });
    }
  },
});
