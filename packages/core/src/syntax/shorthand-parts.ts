import type { ImpliedNode, NameNode, ShorthandRuleNode, StringNode } from './ast.js';
import { visit } from './visit.js';

/** The parts of `"head" if "implier" on "relation";`, the form of nearly every rule of a block. */
export interface PlainShorthand {
  readonly head: StringNode;
  readonly implier: StringNode;
  /** The word before the relation; undefined without a relation. */
  readonly keyword: NameNode | undefined;
  readonly relation: StringNode | undefined;
}

/** Returns the parts of a rule whose only condition is `"owner"` or `"owner" on "parent"`; undefined for another rule. */
export function plainPartsOf({ head, body }: ShorthandRuleNode): PlainShorthand | undefined {
  if (head.kind !== 'string' || body.kind !== 'implied' || body.isGlobal) return undefined;
  const { name, keyword, relation } = body;
  return name.kind === 'string' ? { head, implier: name, keyword, relation } : undefined;
}

/** Returns the conditions of a rule that name a role, a permission or a relation, in the order of the text. */
export function impliedIn({ body }: ShorthandRuleNode): readonly ImpliedNode[] {
  const found: ImpliedNode[] = [];
  visit(body, { implied: (node) => void found.push(node) });
  return found;
}

/** Returns the name of a role, permission or relation; undefined for `role` and `permission`, which are any of them. */
export const declaredNameIn = (node: StringNode | NameNode): string | undefined =>
  node.kind === 'string' ? node.value : undefined;
