import { check } from './check.js';

/** In `{owner: User}` the field must be the class itself, where nearly always one of its instances is meant. */
export const nestedClassName = check({
  code: 'POLAR_CHECK_NESTED_CLASS_NAME',
  severity: 'warning',
  kinds: ['instance-pattern', 'dictionary-pattern', 'list-pattern'],
  node(pattern, report, { types }) {
    // What stands directly in it.
    const nested = pattern.kind === 'list-pattern' ? pattern.items : pattern.fields.map(({ value }) => value);
    for (const node of nested) {
      if (node.kind !== 'variable' || types.find(node.name) === undefined) continue;
      report({ span: node.span, data: { name: node.name } });
    }
  },
});
