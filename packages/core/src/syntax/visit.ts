import { assertNever } from '../internal/bug.js';
import type { FieldNode, Node } from './ast.js';

/** A function that a pass runs on a node, before its children. Returning `false` skips the children. */
export type Visit<Visited extends Node = Node> = (node: Visited) => boolean | void;

/** The functions of a pass, by the kind of node. */
export type Visitor = { readonly [Kind in Node['kind']]?: Visit<Extract<Node, { readonly kind: Kind }>> };

/** Walks a tree in the order of its text. It has an explicit stack, so that no tree is too deep for it. */
export function visit(root: Node, handler: Visit): void;
export function visit(root: Node, visitor: Visitor): void;
export function visit(root: Node, visitor: Visit | Visitor): void {
  const pending: Node[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const handler = (typeof visitor === 'function' ? visitor : visitor[node.kind]) as Visit | undefined;
    if (handler?.(node) === false) continue;
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i--) pending.push(children[i]!);
  }
}

/**
 * Returns the first node more than `limit` nodes below the root, where the root counts as the first; undefined when the tree is not
 * that deep.
 */
export function findDeeperThan(root: Node, limit: number): Node | undefined {
  const pending: Node[] = [root];
  const depths: number[] = [1];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const depth = depths.pop()!;
    if (depth > limit) return node;
    for (const child of childrenOf(node)) {
      pending.push(child);
      depths.push(depth + 1);
    }
  }
  return undefined;
}

const valuesOf = <Value>(fields: readonly FieldNode<Value>[]): readonly Value[] =>
  fields.map(({ value }) => value);

const nothing: readonly Node[] = [];

const present = <Item>(item: Item | undefined): readonly Item[] => (item === undefined ? [] : [item]);

/** Returns the nodes directly inside a node, in the order of the text. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'variable':
    case 'literal':
    case 'cut':
    case 'name':
    case 'string':
    case 'comment':
      return nothing;
    case 'list':
    case 'list-pattern':
      return node.rest === undefined ? node.items : [...node.items, node.rest];
    case 'dictionary':
      return valuesOf(node.fields);
    case 'instance-pattern':
    case 'dictionary-pattern':
      return node.fields.length === 0 ? nothing : valuesOf(node.fields);
    case 'lookup':
      return [node.object, node.key];
    case 'method-call':
      return [node.object, ...node.args, ...valuesOf(node.keywords)];
    case 'new':
    case 'call':
      return node.keywords.length === 0 ? node.args : [...node.args, ...valuesOf(node.keywords)];
    case 'arithmetic':
    case 'unify':
    case 'compare':
      return [node.left, node.right];
    case 'assign':
      return [node.variable, node.value];
    case 'in':
      return [node.item, node.collection];
    case 'matches':
      return [node.value, node.pattern];
    case 'and':
    case 'or':
      return node.operands;
    case 'not':
      return [node.operand];
    case 'forall':
      return [node.condition, node.action];
    case 'print':
    case 'debug':
      return node.args;
    case 'parameter':
      return node.specializer === undefined ? [node.term] : [node.term, node.specializer];
    case 'rule':
      return [...node.parameters, ...present(node.body)];
    case 'rule-type':
      return node.parameters;
    case 'inline-query':
      return [node.term];
    case 'list-declaration':
      return [node.name, ...node.items];
    case 'dictionary-declaration':
      return [node.name, ...valuesOf(node.fields)];
    case 'shorthand-rule':
      return [node.head, node.body];
    case 'implied':
      return [node.name, ...present(node.keyword), ...present(node.relation)];
    case 'block':
      return [...present(node.keyword), node.className, ...node.bases, ...node.items];
    case 'global-block':
      return [node.keyword, ...node.items];
    case 'test':
      return [node.name, ...node.items];
    case 'fact-declaration':
      return node.types;
    case 'setup':
      return [...node.fixtures, ...node.rules];
    case 'test-fixture':
      return [node.name, ...node.rules];
    case 'assertion':
      return [node.term, ...present(node.values)];
    case 'policy':
      return node.statements;
    default:
      return assertNever(node);
  }
}
