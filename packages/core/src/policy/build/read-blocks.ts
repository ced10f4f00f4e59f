import { Report } from '../../diagnostics/report.js';
import type { BlockNode, GlobalBlockNode } from '../../syntax/ast.js';
import type { TypeTable } from '../../types/type-table.js';
import type { PolicyRule } from '../policy.js';
import { mergeBlocks, type Blocks } from '../resource-block.js';
import { impliedRuleTypes, type ImpliedRuleTypes } from '../rule-type-table.js';
import { rewriteShorthandRules } from '../shorthand.js';

/** The blocks of a policy, their rules, and the errors in them. */
export interface ReadBlocks {
  readonly nodes: readonly (BlockNode | GlobalBlockNode)[];
  readonly merged: Blocks;
  /** The ordinary rules for the shorthand rules. */
  readonly rules: readonly PolicyRule[];
  /** The rule types that the blocks imply, and the built-in ones. */
  readonly ruleTypes: ImpliedRuleTypes;
  readonly inBlocks: Report;
  readonly inShorthand: Report;
}

/** @param firstId how many rules come before those of the blocks */
export function readBlocks(nodes: ReadBlocks['nodes'], types: TypeTable, firstId: number): ReadBlocks {
  const inBlocks = new Report();
  const inShorthand = new Report();
  const merged = mergeBlocks(nodes, types, inBlocks);
  return {
    nodes,
    merged,
    rules: rewriteShorthandRules(merged, types, firstId, inShorthand),
    ruleTypes: impliedRuleTypes(merged, types.dialect),
    inBlocks,
    inShorthand,
  };
}
