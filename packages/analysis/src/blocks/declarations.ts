import type { TypesInput } from '@nanook/core';
import type { BlockNode, GlobalBlockNode, PolicyNode, ShorthandRuleNode, Span } from '@nanook/core/syntax';

export type DeclarationKind = 'permission' | 'role' | 'relation';

/** The predicate that the rules for a kind of name define. */
export const predicates = {
  permission: 'has_permission',
  role: 'has_role',
  relation: 'has_relation',
} as const;

/** A name that a block declares. */
export interface Declaration {
  readonly kind: DeclarationKind;
  readonly name: string;
  /** The name of the type, or `global`. */
  readonly type: string;
  readonly span: Span;
}

const listKinds: Readonly<Record<string, DeclarationKind>> = { permissions: 'permission', roles: 'role' };

export const blocksOf = (trees: readonly PolicyNode[]): readonly BlockNode[] =>
  trees.flatMap(({ statements }) => statements.filter((statement) => statement.kind === 'block'));

type Block = BlockNode | GlobalBlockNode;

/** Returns a function that keeps its results by block. An editor keeps the nodes of the blocks that did not change. */
function perBlock<Result extends object>(find: (block: Block) => Result): (block: Block) => Result {
  const known = new WeakMap<Block, Result>();
  return (block) => {
    let found = known.get(block);
    if (found === undefined) known.set(block, (found = find(block)));
    return found;
  };
}

export const shorthandRulesOf = perBlock(({ items }): readonly ShorthandRuleNode[] =>
  items.filter((item) => item.kind === 'shorthand-rule'),
);

export const declarationsOf = perBlock((block): readonly Declaration[] => {
  const { items } = block;
  const type = block.kind === 'block' ? block.className.name : block.keyword.name;
  return items.flatMap((item): Declaration[] => {
    if (item.kind === 'list-declaration') {
      const kind = listKinds[item.name.name];
      return kind === undefined
        ? []
        : item.items.map(({ value: name, span }) => ({ kind, name, type, span }));
    }
    if (item.kind === 'dictionary-declaration')
      return item.fields.map(({ key: name, value: { span } }) => ({ kind: 'relation', name, type, span }));
    return [];
  });
});

/** Returns whether a value can have both types: one is the other, extends it, or it is not known. */
export function mayOverlap(a: string, b: string, types: TypesInput): boolean {
  if (a === b || b === 'Actor' || b === 'Resource') return true;
  const [classA, classB] = [classOf(types[a]), classOf(types[b])];
  if (classA === undefined || classB === undefined) return false;
  return classA.prototype instanceof classB || classB.prototype instanceof classA;
}

function classOf(input: TypesInput[string] | undefined): Function | undefined {
  if (typeof input === 'function') return input;
  return input?.class;
}
