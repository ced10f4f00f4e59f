import { scopeCheck } from './check.js';

/** Warns about `{owner: User}`: the field must equal the class itself, while nearly always an instance is meant. */
export const nestedClassName = scopeCheck({
  code: 'POLAR_CHECK_NESTED_CLASS_NAME',
  severity: 'warning',
  kinds: ['instance-pattern', 'dictionary-pattern', 'list-pattern'],
  node(pattern, report, { types }) {
    // The terms directly inside the pattern.
    const nested = pattern.kind === 'list-pattern' ? pattern.items : pattern.fields.map(({ value }) => value);
    for (const node of nested) {
      if (node.kind !== 'variable' || types.find(node.name) === undefined) continue;
      report({ span: node.span, data: { name: node.name } });
    }
  },
});
