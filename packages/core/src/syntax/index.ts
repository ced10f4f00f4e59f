// `@nanook/core/syntax`: the Polar language as text and tree, usable without the engine.

export { formatPolicy, type FormatOptions } from './format.js';
export { parse, parseTerm, type NamedText } from './parse.js';
export {
  print,
  printParameter,
  printPolicy,
  printRule,
  printRuleType,
  printShorthandRule,
  printStatement,
  printString,
  printTerm,
  printValue,
} from './print.js';
export { tokensOf, type PolicyToken } from './tokens.js';
export { mapPattern, mapTerm, type Rewrite } from './map-term.js';
export { partsOfBody, type BodyParts } from './conditions.js';
export { declaredNameIn, impliedIn, plainPartsOf, type PlainShorthand } from './shorthand-parts.js';
export { childrenOf, visit, type Visit, type Visitor } from './visit.js';
export type {
  AndNode,
  ArithmeticNode,
  ArithmeticOperator,
  AssertionNode,
  AssignNode,
  BlockItemNode,
  BlockNode,
  CallNode,
  CommentNode,
  CompareNode,
  ComparisonOperator,
  CutNode,
  DebugNode,
  DictionaryDeclarationNode,
  DictionaryNode,
  DictionaryPatternNode,
  FactDeclarationNode,
  FieldNode,
  ForallNode,
  GlobalBlockNode,
  ImpliedNode,
  InlineQueryNode,
  InNode,
  InstancePatternNode,
  ListDeclarationNode,
  ListNode,
  ListPatternNode,
  LiteralNode,
  LookupNode,
  MatchesNode,
  MethodCallNode,
  NameNode,
  NewNode,
  Node,
  NotNode,
  OrNode,
  ParameterNode,
  PatternNode,
  PatternOrTermNode,
  PolicyNode,
  PrintNode,
  RuleNode,
  RuleTypeNode,
  SetupNode,
  ShorthandRuleNode,
  StatementNode,
  StringNode,
  TermNode,
  TestFixtureNode,
  TestNode,
  UnifyNode,
  EntityId,
  VariableNode,
} from './ast.js';
export { codeFrame } from '../diagnostics/code-frame.js';
export type { Code, DataOf } from '../diagnostics/codes.js';
export { renderDiagnostic, type Diagnostic, type Severity } from '../diagnostics/diagnostic.js';
export { Source, type Position } from '../diagnostics/source.js';
export { isWithin, placeOf, positionOf, textOf, type Span } from '../diagnostics/span.js';
