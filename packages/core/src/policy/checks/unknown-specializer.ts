import { isUnionName } from '../../types/type-table.js';
import { check } from './check.js';

/**
 * Warns about a pattern with an unregistered class. It is a warning, as in oso, because no query may reach the rule. oso does not
 * warn when the rule uses the name twice.
 */
export const unknownSpecializer = check({
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
      report({ span, data: { name, suggestion: suggestions.get(name), known: types.typeNames, uses } });
    }
  },
});

/** Names of Polar's built-in types in other languages. */
const suggestions = new Map(
  Object.entries({
    Integer: 'int i32 i64 u32 u64 usize size_t integer',
    Float: 'float f32 f64 double',
    String: 'char str string',
    List: 'list array Array',
    Dictionary: 'dict Dict dictionary hash Hash map Map HashMap hashmap hash_map',
  }).flatMap(([type, names]) => names.split(' ').map((name) => [name, type] as const)),
);
