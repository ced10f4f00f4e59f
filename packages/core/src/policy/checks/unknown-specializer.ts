import { builtInTypeFor } from '../../diagnostics/foreign-type-names.js';
import { isUnionName } from '../../types/type-table.js';
import { scopeCheck } from './check.js';

/**
 * Warns about a pattern with an unregistered class. It is a warning, as in oso, because no query may reach the rule. oso does not
 * warn when the rule uses the name twice.
 */
export const unknownSpecializer = scopeCheck({
  code: 'POLAR_CHECK_UNKNOWN_SPECIALIZER',
  severity: 'warning',
  rule({ names }, report, { types }) {
    for (const node of names) {
      if (node.kind !== 'instance-pattern') continue;
      if (types.hasConstant(node.className) || isUnionName(node.className)) continue;
      const { className: name, classSpan: span } = node;
      const uses = names.filter(
        (other) => (other.kind === 'variable' ? other.name : other.className) === name,
      ).length;
      if (uses > 1 && types.dialect.loadsUncheckedPolicies) continue;
      const suggestion = builtInTypeFor(name, types.dialect.loadsUncheckedPolicies === true);
      report({ span, data: { name, suggestion, known: types.typeNames, uses } });
    }
  },
});
