import type { PolicyNode, RuleNode } from '@nanook/core/syntax';

export const rulesOf = (trees: readonly PolicyNode[]): readonly RuleNode[] =>
  trees.flatMap(({ statements }) => statements.filter((statement) => statement.kind === 'rule'));
