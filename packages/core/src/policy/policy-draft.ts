import type {
  CallNode,
  InlineQueryNode,
  InstancePatternNode,
  ParameterNode,
  RuleTypeNode,
  TermNode,
  VariableNode,
} from '../syntax/ast.js';
import type { TypeTable } from '../types/type-table.js';
import type { GlobalBlock, PolicyRule, ResourceBlock } from './policy.js';
import type { RuleTypeTable } from './rule-type-table.js';
import type { RuleTypeMatcher } from './rule-type.js';

/** A call in the body of a rule, or in a query. */
export interface ScopeCall {
  readonly node: CallNode;
  /** The number of negations around the call. The condition of a `forall` is one, too. */
  readonly negations: number;
}

/** A rule, an inline query or a condition: the scope of its variables. */
export interface Scope {
  /** The name of the rule; undefined for an inline query and a condition. */
  readonly name: string | undefined;
  readonly parameters: readonly ParameterNode[];
  readonly body: TermNode | undefined;
  /** Variables, and patterns that name a class, in the order of the text. Empty for a rewritten shorthand rule, which needs no such checks. */
  readonly names: readonly (VariableNode | InstancePatternNode)[];
  readonly hasNegation: boolean;
  readonly calls: readonly ScopeCall[];
}

/** The parsed parts of a policy before it is checked. */
export interface PolicyParts {
  readonly types: TypeTable;
  /** The rules, with those that were rewritten from shorthand rules. */
  readonly rules: readonly PolicyRule[];
  /** Names of rules that the application queries itself. */
  readonly queries: readonly string[];
  readonly inlineQueries: readonly InlineQueryNode[];
  /** Conditions outside the policy, such as the assertions of tests, that are checked like the bodies of rules. */
  readonly conditions: readonly TermNode[];
  readonly rulesByName: ReadonlyMap<string, readonly PolicyRule[]>;
  /** The names of the facts that the application has, with their numbers of arguments. They need no rule. */
  readonly facts: ReadonlyMap<string, readonly number[]>;
  /** The written rule types and declared facts. `typesOfRules` also has the built-in and the implied ones. */
  readonly ruleTypes: readonly RuleTypeNode[];
  readonly typesOfRules: RuleTypeTable;
  readonly matcher: RuleTypeMatcher;
  readonly blocks: ReadonlyMap<string, ResourceBlock>;
  readonly globals: GlobalBlock | undefined;
  /** Names to which a foreign statement assigns a value. Other findings about them are consequences of that statement. */
  readonly assigned: ReadonlySet<string>;
  /** Whether every statement could be parsed. Otherwise no check can report that a name is missing. */
  readonly hasAllStatements: boolean;
  /** Whether, in addition, every block is valid, so that no shorthand rule is missing and the unions are known. */
  readonly hasAllBlocks: boolean;
}

/** The parts of a policy, and the scopes in them: the input of the checks. */
export interface PolicyDraft extends PolicyParts {
  readonly scopes: ReadonlyMap<PolicyRule, Scope>;
  /** The scopes of the inline queries and conditions. */
  readonly otherScopes: readonly Scope[];
}
