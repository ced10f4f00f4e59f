import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Source } from '../diagnostics/source.js';
import type { Span } from '../diagnostics/span.js';
import type {
  InlineQueryNode,
  ParameterNode,
  RuleTypeNode,
  ShorthandRuleNode,
  TermNode,
} from '../syntax/ast.js';

/** A checked rule. Shorthand rules of resource blocks are rewritten to ordinary ones and come after all others. */
export interface PolicyRule {
  readonly kind: 'policy-rule';
  /** Position in `Policy.rules`, which is definition order. */
  readonly id: number;
  readonly name: string;
  readonly parameters: readonly ParameterNode[];
  /** undefined for a fact */
  readonly body: TermNode | undefined;
  /** Where it is written: the rule, or the shorthand rule it was rewritten from. */
  readonly span: Span;
  /** The name of the block's type when it was rewritten from a shorthand rule. */
  readonly shorthandOf: string | undefined;
}

export type DeclarationKind = 'role' | 'permission' | 'relation';

/** All that the blocks of one type declare, merged. */
export interface ResourceBlock {
  readonly kind: 'resource-block';
  readonly type: string;
  readonly isActor: boolean;
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** In source order. */
  readonly shorthandRules: readonly ShorthandRuleNode[];
}
export interface Declaration {
  readonly name: string;
  readonly kind: DeclarationKind;
  /** The related type, for relations. */
  readonly related: string | undefined;
  readonly span: Span;
}

/** All loaded, checked and frozen rules. (oso calls this a knowledge base.) */
export interface Policy {
  readonly kind: 'policy';
  /** Content hash of all sources, in order: the policy's version in decisions and audit events. Taken when first read. */
  readonly hash: string;
  readonly sources: readonly Source[];
  /** In definition order: explicit rules by source, then rewritten shorthand rules by block. */
  readonly rules: readonly PolicyRule[];
  readonly ruleTypes: readonly RuleTypeNode[];
  readonly inlineQueries: readonly InlineQueryNode[];
  /** By type name, in order of first appearance. */
  readonly blocks: ReadonlyMap<string, ResourceBlock>;
  /** Types that an `actor` block names: the members of the union `Actor`. */
  readonly actorTypes: readonly string[];
  /** Types that any block names: the members of the union `Resource`. */
  readonly resourceTypes: readonly string[];
  readonly warnings: readonly Diagnostic[];
}
