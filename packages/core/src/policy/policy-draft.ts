import type {
  InlineQueryNode,
  InstancePatternNode,
  ParameterNode,
  RuleTypeNode,
  TermNode,
  VariableNode,
} from '../syntax/ast.js';
import type { TypeTable } from '../types/type-table.js';
import type { PolicyRule, ResourceBlock } from './policy.js';
import type { RuleTypeTable } from './rule-type-table.js';
import type { RuleTypeMatcher } from './rule-type.js';

/** Where variables live: a rule, or an inline query. */
export interface Scope {
  /** The name of the rule; undefined for an inline query. */
  readonly name: string | undefined;
  readonly parameters: readonly ParameterNode[];
  readonly body: TermNode | undefined;
  /** Variables, and patterns that name a class, in the order of the text. */
  readonly names: readonly (VariableNode | InstancePatternNode)[];
  readonly hasNegation: boolean;
}

/** All that could be read of a policy, before it is known to make sense: what the checks look at. */
export interface PolicyDraft {
  readonly types: TypeTable;
  /** Those made from shorthand rules included. */
  readonly rules: readonly PolicyRule[];
  /** Names of rules that the application queries itself. */
  readonly queries: readonly string[];
  readonly inlineQueries: readonly InlineQueryNode[];
  readonly rulesByName: ReadonlyMap<string, readonly PolicyRule[]>;
  /** As written; `typesOfRules` has the built-in and the implied ones as well. */
  readonly ruleTypes: readonly RuleTypeNode[];
  readonly typesOfRules: RuleTypeTable;
  readonly matcher: RuleTypeMatcher;
  readonly blocks: ReadonlyMap<string, ResourceBlock>;
  /** Names to which a statement that is not Polar gives a value: what else is wrong with them is due to that. */
  readonly assigned: ReadonlySet<string>;
  /** Whether every statement could be read. Where not, nothing can be said to be missing. */
  readonly hasAllStatements: boolean;
  /** Whether, further, every block makes sense, so that no shorthand rule is missing and the unions are known. */
  readonly hasAllBlocks: boolean;
}
