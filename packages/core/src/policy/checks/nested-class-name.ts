import type { Node, PatternOrTermNode } from '../../syntax/ast.js';
import { check } from './check.js';

/** In `{owner: User}` the field must be the class itself, where nearly always one of its instances is meant. */
export const nestedClassName = check({
  code: 'POLAR_CHECK_NESTED_CLASS_NAME',
  severity: 'warning',
  kinds: ['instance-pattern', 'dictionary-pattern', 'list-pattern'],
  node(pattern, report, { types }) {
    for (const node of nestedIn(pattern)) {
      if (node.kind !== 'variable' || types.find(node.name) === undefined) continue;
      report({ span: node.span, data: { name: node.name } });
    }
  },
});

/** What stands directly in the fields or the items of a pattern. */
function nestedIn(node: Node): readonly PatternOrTermNode[] {
  switch (node.kind) {
    case 'instance-pattern':
    case 'dictionary-pattern':
      return node.fields.map(({ value }) => value);
    case 'list-pattern':
      return node.items;
    default:
      return [];
  }
}
