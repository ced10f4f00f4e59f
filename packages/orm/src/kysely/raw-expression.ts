import type {
  AliasedExpression,
  AliasNode,
  Expression,
  IdentifierNode,
  OperationNode,
  RawNode,
  ValueNode,
} from 'kysely';
import type { Dialect } from '../sql/dialect.js';
import { partsOf, type Fragment } from '../sql/fragment.js';

/** Returns a fragment as an expression. */
export function rawExpression<Result>(
  fragment: Fragment,
  alias: string,
  dialect: Dialect,
): Expression<Result> {
  const texts = [''];
  const nodes: OperationNode[] = [];
  const addText = (text: string) => void (texts[texts.length - 1] += text);
  const addNode = (node: IdentifierNode | ValueNode) => {
    nodes.push(node);
    texts.push('');
  };
  for (const part of partsOf(fragment)) {
    if (typeof part === 'string') {
      addText(part);
    } else if (part.kind === 'root-column') {
      // Plugins rename identifiers, as in the rest of the query.
      addNode({ kind: 'IdentifierNode', name: alias });
      addText('.');
      addNode({ kind: 'IdentifierNode', name: part.name });
    } else {
      addNode({ kind: 'ValueNode', value: part.value });
      if (dialect.name === 'postgres' && part.cast !== undefined) addText(`::${part.cast}`);
    }
  }
  // Nodes are plain data, so this module loads where Kysely, an ES module, cannot be required, such as under Jest.
  const node: RawNode = { kind: 'RawNode', sqlFragments: texts, parameters: nodes };
  return { expressionType: undefined, toOperationNode: () => node };
}

/** Returns an expression with a name in the rows. */
export function aliased(expression: Expression<unknown>, alias: string): AliasedExpression<unknown, string> {
  const name: IdentifierNode = { kind: 'IdentifierNode', name: alias };
  const node: AliasNode = { kind: 'AliasNode', node: expression.toOperationNode(), alias: name };
  return { expression, alias, toOperationNode: () => node };
}
