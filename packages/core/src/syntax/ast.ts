import type { Span } from '../diagnostics/span.js';

// The tree of a policy text as it is written, with spans for messages, and comments and parentheses for a formatter. Nodes are
// immutable, and only the factories at the end of each section create them.

// ── terms ──

export interface VariableNode {
  readonly kind: 'variable';
  readonly span: Span;
  readonly name: string;
  /** The type and the key of an object that is written `User{"ann"}`. The name of the variable is this text. */
  readonly entity?: EntityId;
  /** The type of a variable in an assertion, `action: String`, which says only which values the author expects. */
  readonly type?: NameNode;
}
/** The type and the key of an object that the policy itself names. */
export interface EntityId {
  readonly type: string;
  readonly id: string | number;
}
/** A number, string or boolean. */
export interface LiteralNode {
  readonly kind: 'literal';
  readonly span: Span;
  readonly value: number | string | boolean;
  /** The notation of the author, such as `1.0`, which only the formatter keeps. */
  readonly written?: string;
}
export interface ListNode {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly TermNode[];
  /** `*rest` */
  readonly rest: VariableNode | undefined;
}
export interface FieldNode<Value = TermNode> {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Value;
}
export interface DictionaryNode {
  readonly kind: 'dictionary';
  readonly span: Span;
  readonly fields: readonly FieldNode[];
}
/** `object.name`, `object.("text")`, `object.(variable)`: the key of the first two is a literal. */
export interface LookupNode {
  readonly kind: 'lookup';
  readonly span: Span;
  readonly object: TermNode;
  readonly key: LiteralNode | VariableNode;
}
export interface MethodCallNode {
  readonly kind: 'method-call';
  readonly span: Span;
  readonly object: TermNode;
  readonly method: string;
  readonly methodSpan: Span;
  readonly args: readonly TermNode[];
  readonly keywords: readonly FieldNode[];
}
export interface NewNode {
  readonly kind: 'new';
  readonly span: Span;
  readonly className: string;
  readonly classSpan: Span;
  readonly args: readonly TermNode[];
  readonly keywords: readonly FieldNode[];
}
export type ArithmeticOperator = '+' | '-' | '*' | '/' | 'mod' | 'rem';
export interface ArithmeticNode {
  readonly kind: 'arithmetic';
  readonly span: Span;
  readonly operator: ArithmeticOperator;
  readonly left: TermNode;
  readonly right: TermNode;
}

// ── conditions ──

/** A call of a rule. */
export interface CallNode {
  readonly kind: 'call';
  readonly span: Span;
  readonly predicate: string;
  readonly predicateSpan: Span;
  readonly args: readonly TermNode[];
  readonly keywords: readonly FieldNode[];
}
/** `left = right` */
export interface UnifyNode {
  readonly kind: 'unify';
  readonly span: Span;
  readonly left: TermNode;
  readonly right: TermNode;
}
/** `variable := value` */
export interface AssignNode {
  readonly kind: 'assign';
  readonly span: Span;
  readonly variable: VariableNode;
  readonly value: TermNode;
}
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export interface CompareNode {
  readonly kind: 'compare';
  readonly span: Span;
  readonly operator: ComparisonOperator;
  readonly left: TermNode;
  readonly right: TermNode;
}
/** `item in collection` */
export interface InNode {
  readonly kind: 'in';
  readonly span: Span;
  readonly item: TermNode;
  readonly collection: TermNode;
}
/** `value matches pattern` */
export interface MatchesNode {
  readonly kind: 'matches';
  readonly span: Span;
  readonly value: TermNode;
  readonly pattern: PatternNode;
}
/** Operands in source order; a right operand that is itself an `and` is part of the list, with or without parentheses. */
export interface AndNode {
  readonly kind: 'and';
  readonly span: Span;
  readonly operands: readonly TermNode[];
}
export interface OrNode {
  readonly kind: 'or';
  readonly span: Span;
  readonly operands: readonly TermNode[];
}
export interface NotNode {
  readonly kind: 'not';
  readonly span: Span;
  readonly operand: TermNode;
}
export interface ForallNode {
  readonly kind: 'forall';
  readonly span: Span;
  readonly condition: TermNode;
  readonly action: TermNode;
}
export interface CutNode {
  readonly kind: 'cut';
  readonly span: Span;
}
export interface PrintNode {
  readonly kind: 'print';
  readonly span: Span;
  readonly args: readonly TermNode[];
}
export interface DebugNode {
  readonly kind: 'debug';
  readonly span: Span;
  readonly args: readonly TermNode[];
}

/**
 * A condition in a rule of a block: `"owner"`, `"owner" on "parent"`, `global "admin"`, or `role on "parent"`. The policy replaces it by calls
 * of `has_role`, `has_permission` and `has_relation`.
 */
export interface ImpliedNode {
  readonly kind: 'implied';
  readonly span: Span;
  readonly isGlobal: boolean;
  /** The role, permission or relation. A name, `role` or `permission`, is the role or permission of the head. */
  readonly name: StringNode | NameNode;
  /** The word before the relation, normally `on`; undefined without a relation. */
  readonly keyword: NameNode | undefined;
  readonly relation: StringNode | undefined;
}

export type TermNode =
  | VariableNode
  | LiteralNode
  | ListNode
  | DictionaryNode
  | LookupNode
  | MethodCallNode
  | NewNode
  | ArithmeticNode
  | CallNode
  | UnifyNode
  | AssignNode
  | CompareNode
  | InNode
  | MatchesNode
  | AndNode
  | OrNode
  | NotNode
  | ForallNode
  | CutNode
  | PrintNode
  | DebugNode
  | ImpliedNode;

// ── patterns, after `:` and `matches` ──

/** `Name` or `Name{field: pattern}` */
export interface InstancePatternNode {
  readonly kind: 'instance-pattern';
  readonly span: Span;
  readonly className: string;
  readonly classSpan: Span;
  readonly fields: readonly FieldNode<PatternNode | TermNode>[];
}
/** `{field: pattern}` */
export interface DictionaryPatternNode {
  readonly kind: 'dictionary-pattern';
  readonly span: Span;
  readonly fields: readonly FieldNode<PatternNode | TermNode>[];
}
export interface ListPatternNode {
  readonly kind: 'list-pattern';
  readonly span: Span;
  readonly items: readonly (PatternNode | TermNode)[];
  readonly rest: VariableNode | undefined;
}
/** A literal matches by unification. Inside a pattern, a variable, a constant or any other term does too. */
export type PatternNode = InstancePatternNode | DictionaryPatternNode | ListPatternNode | LiteralNode;

// ── statements ──

export interface ParameterNode {
  readonly kind: 'parameter';
  readonly span: Span;
  readonly term: TermNode;
  /** The pattern after the colon. With a pattern, `term` is a variable. */
  readonly specializer: PatternNode | undefined;
}
export interface RuleNode {
  readonly kind: 'rule';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly parameters: readonly ParameterNode[];
  /** The body; undefined for a fact. */
  readonly body: TermNode | undefined;
}
/** `type name(parameters);` */
export interface RuleTypeNode {
  readonly kind: 'rule-type';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly parameters: readonly ParameterNode[];
}
/** `declare has_role(User, String, Organization);`, facts that the application has. */
export interface FactDeclarationNode {
  readonly kind: 'fact-declaration';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly types: readonly NameNode[];
}
/** `?= term;` */
export interface InlineQueryNode {
  readonly kind: 'inline-query';
  readonly span: Span;
  readonly term: TermNode;
}
export interface NameNode {
  readonly kind: 'name';
  readonly span: Span;
  readonly name: string;
}
export interface StringNode {
  readonly kind: 'string';
  readonly span: Span;
  readonly value: string;
}
/** `roles = ["a", "b"];` */
export interface ListDeclarationNode {
  readonly kind: 'list-declaration';
  readonly span: Span;
  readonly name: NameNode;
  readonly items: readonly StringNode[];
}
/** `relations = { parent: Organization };` */
export interface DictionaryDeclarationNode {
  readonly kind: 'dictionary-declaration';
  readonly span: Span;
  readonly name: NameNode;
  readonly fields: readonly FieldNode<NameNode>[];
}
/** `"head" if condition;` or `role if role on "relation";` */
export interface ShorthandRuleNode {
  readonly kind: 'shorthand-rule';
  readonly span: Span;
  /** A role, permission or relation. A name, `role` or `permission`, is any role or permission. */
  readonly head: StringNode | NameNode;
  /** A condition like the body of a rule, in which `"owner"`, `"owner" on "parent"` and `global "admin"` are conditions, too. */
  readonly body: TermNode;
}
export type BlockItemNode = ListDeclarationNode | DictionaryDeclarationNode | ShorthandRuleNode;
export interface BlockNode {
  readonly kind: 'block';
  readonly span: Span;
  /** The keyword, normally `actor` or `resource`; undefined when the block starts with the name of the type. */
  readonly keyword: NameNode | undefined;
  readonly className: NameNode;
  /** The types after `extends`. */
  readonly bases: readonly NameNode[];
  /** The declarations and rules, in source order. */
  readonly items: readonly BlockItemNode[];
}
/** `global { roles = ["admin"]; }`, roles and permissions without a resource. */
export interface GlobalBlockNode {
  readonly kind: 'global-block';
  readonly span: Span;
  readonly keyword: NameNode;
  readonly items: readonly BlockItemNode[];
}
/** `setup { has_role(ann, "owner", note); }` */
export interface SetupNode {
  readonly kind: 'setup';
  readonly span: Span;
  /** The names of the fixtures whose facts hold, too. */
  readonly fixtures: readonly NameNode[];
  /** The facts and rules that hold during the test. */
  readonly rules: readonly RuleNode[];
}
/** `test fixture name { has_role(ann, "owner", note); }`, facts for the setups of several tests. */
export interface TestFixtureNode {
  readonly kind: 'test-fixture';
  readonly span: Span;
  readonly name: NameNode;
  readonly rules: readonly RuleNode[];
}
/** `assert term;`, `assert_not term;` or `assert term iff variable in [values];` */
export interface AssertionNode {
  readonly kind: 'assertion';
  readonly span: Span;
  readonly isNegated: boolean;
  readonly term: TermNode;
  /** The condition after `iff`: a variable in a list of all its values, or a variable and its only value; undefined without `iff`. */
  readonly values: TermNode | undefined;
}
/** `test "name" { … }`, which `nanook test` runs and a load ignores. */
export interface TestNode {
  readonly kind: 'test';
  readonly span: Span;
  readonly name: StringNode;
  readonly items: readonly (SetupNode | AssertionNode)[];
}
export type StatementNode =
  | RuleNode
  | RuleTypeNode
  | InlineQueryNode
  | BlockNode
  | GlobalBlockNode
  | FactDeclarationNode
  | TestFixtureNode
  | TestNode;

export interface CommentNode {
  readonly kind: 'comment';
  readonly span: Span;
  /** The text of the comment, with its `#`. */
  readonly text: string;
}
export interface PolicyNode {
  readonly kind: 'policy';
  readonly span: Span;
  readonly statements: readonly StatementNode[];
  readonly comments: readonly CommentNode[];
}

/** The nodes that a pattern may contain. */
export type PatternOrTermNode = PatternNode | TermNode;
export type Node =
  | TermNode
  | PatternNode
  | ParameterNode
  | StatementNode
  | NameNode
  | StringNode
  | ListDeclarationNode
  | DictionaryDeclarationNode
  | ShorthandRuleNode
  | SetupNode
  | AssertionNode
  | CommentNode
  | PolicyNode;

// ── factories used by passes that build terms; the parser makes the rest in place ──

/** One empty list for the many calls and patterns without items. */
export const noFields: readonly never[] = [];

export const variableNode = (span: Span, name: string): VariableNode => ({ kind: 'variable', span, name });
export const literalNode = (span: Span, value: number | string | boolean): LiteralNode => ({
  kind: 'literal',
  span,
  value,
});
export const andNode = (span: Span, operands: readonly TermNode[]): AndNode => ({
  kind: 'and',
  span,
  operands,
});
export const callNode = (
  span: Span,
  predicateSpan: Span,
  predicate: string,
  args: readonly TermNode[],
): CallNode => ({
  kind: 'call',
  span,
  predicate,
  predicateSpan,
  args,
  keywords: noFields,
});
export const parameterNode = (
  span: Span,
  term: TermNode,
  specializer: PatternNode | undefined,
): ParameterNode => ({
  kind: 'parameter',
  span,
  term,
  specializer,
});
export const instancePatternNode = (
  span: Span,
  className: string,
  fields: readonly FieldNode<PatternOrTermNode>[] = noFields,
): InstancePatternNode => ({ kind: 'instance-pattern', span, className, classSpan: span, fields });
