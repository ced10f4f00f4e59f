/** Names for sets of types, which cannot be registered. */
export const unionNames = ['Actor', 'Resource'] as const;
export type UnionName = (typeof unionNames)[number];
export const isUnionName = (name: string): name is UnionName => name === 'Actor' || name === 'Resource';
