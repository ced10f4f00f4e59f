import { isUnionName } from '../../types/type-table.js';
import { check } from './check.js';

/**
 * A pattern of a class that nobody registered. It is a warning, as in oso: the rule may never be asked. oso says nothing when
 * the rule `uses` the name twice.
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
      report({ span, data: { name, suggestion: suggestions.get(name), known: types.typeNames, uses } });
    }
  },
});

/** What other languages call Polar's own types. */
const suggestions = new Map(
  Object.entries({
    Integer: 'int i32 i64 u32 u64 usize size_t integer',
    Float: 'float f32 f64 double',
    String: 'char str string',
    List: 'list array Array',
    Dictionary: 'dict Dict dictionary hash Hash map Map HashMap hashmap hash_map',
  }).flatMap(([type, names]) => names.split(' ').map((name) => [name, type] as const)),
);
