import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Source } from '../diagnostics/source.js';
import type { Span } from '../diagnostics/span.js';
import type {
  FactDeclarationNode,
  InlineQueryNode,
  ParameterNode,
  RuleTypeNode,
  ShorthandRuleNode,
  TermNode,
} from '../syntax/ast.js';

/** A checked rule. Shorthand rules of resource blocks are rewritten to ordinary rules, which come after all others. */
export interface PolicyRule {
  readonly kind: 'policy-rule';
  /** The position in `Policy.rules`, which is the definition order. */
  readonly id: number;
  readonly name: string;
  readonly parameters: readonly ParameterNode[];
  /** The body; undefined for a fact. */
  readonly body: TermNode | undefined;
  /** The place of the rule, or of the shorthand rule from which it was rewritten. */
  readonly span: Span;
  /** The name of the block's type for a rewritten shorthand rule. */
  readonly shorthandOf: string | undefined;
  /** Whether a rewritten shorthand rule has conditions of its author, which are checked like those of other rules. */
  readonly hasOwnConditions?: boolean;
}

/** Returns whether a rule has no conditions of its author, because a shorthand rule was rewritten. */
export const isRewritten = ({ shorthandOf, hasOwnConditions }: PolicyRule): boolean =>
  shorthandOf !== undefined && hasOwnConditions !== true;

export type DeclarationKind = 'role' | 'permission' | 'relation';

/** The merged declarations of all blocks of one type. */
export interface ResourceBlock {
  readonly kind: 'resource-block';
  readonly type: string;
  readonly isActor: boolean;
  /** The names of the types after `extends`, whose declarations the block has, too. */
  readonly bases: readonly string[];
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** The declared names, in source order. */
  readonly shorthandRules: readonly ShorthandRuleNode[];
}
/** The roles, permissions and rules of the block `global`. */
export type GlobalBlock = Pick<ResourceBlock, 'declarations' | 'shorthandRules'>;
export interface Declaration {
  readonly name: string;
  readonly kind: DeclarationKind;
  /** The name of the type whose block declares it, or `global`. */
  readonly type: string;
  /** The related type of a relation. */
  readonly related: string | undefined;
  readonly span: Span;
}

/** A fact that an application can have: its name, and how many arguments it has. */
export interface PolicyFact {
  readonly name: string;
  readonly arity: number;
  /** Undefined for a fact that a dialect has without a declaration. */
  readonly declaration: FactDeclarationNode | undefined;
}

/** All loaded and checked rules; immutable. (oso calls this a knowledge base.) */
export interface Policy {
  readonly kind: 'policy';
  /** The content hash of all sources, in order: the version of the policy in decisions and audit events. Computed on first use. */
  readonly hash: string;
  readonly sources: readonly Source[];
  /** The texts of the rules for the facts that rows are, which the declared types give. */
  readonly factSources: readonly Source[];
  /** The rules in definition order: explicit rules by source, then rewritten shorthand rules by block. */
  readonly rules: readonly PolicyRule[];
  readonly ruleTypes: readonly RuleTypeNode[];
  /** The facts that the application has. They can have no rule. */
  readonly facts: readonly PolicyFact[];
  readonly inlineQueries: readonly InlineQueryNode[];
  /** The declarations by the name of the type, in order of first appearance. */
  readonly blocks: ReadonlyMap<string, ResourceBlock>;
  /** The block `global`; undefined without one. */
  readonly globals: GlobalBlock | undefined;
  /** The types with an `actor` block: the members of the union `Actor`. */
  readonly actorTypes: readonly string[];
  /** The types with any block: the members of the union `Resource`. */
  readonly resourceTypes: readonly string[];
  readonly warnings: readonly Diagnostic[];
}
