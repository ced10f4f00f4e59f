import { assertNever } from '../internal/bug.js';
import type {
  AssertionNode,
  BlockNode,
  DictionaryDeclarationNode,
  FactDeclarationNode,
  FieldNode,
  GlobalBlockNode,
  ImpliedNode,
  ListDeclarationNode,
  LiteralNode,
  NameNode,
  Node,
  ParameterNode,
  PatternOrTermNode,
  PolicyNode,
  RuleNode,
  RuleTypeNode,
  SetupNode,
  ShorthandRuleNode,
  StatementNode,
  StringNode,
  TermNode,
  TestFixtureNode,
  TestNode,
  VariableNode,
} from './ast.js';
import { currentTimeName } from '../internal/current-time.js';
import { isCurrentTime } from './current-time.js';
import { Level } from './level.js';
import { isName } from './lexer.js';
import { isKeyword, isKeyWord } from './token.js';

// Prints a tree as text. The parser returns the same tree for this text, except for spans. (The parser limits the depth, so that
// recursion is safe.)

/** The binding strength of a term. An operand that is looser than its place requires gets parentheses. */
function levelOf(term: PatternOrTermNode): number {
  switch (term.kind) {
    case 'or':
      return Level.or;
    case 'and':
      return Level.and;
    case 'not':
      return Level.not;
    case 'unify':
    case 'assign':
      return Level.unify;
    case 'compare':
      return Level.compare;
    case 'arithmetic':
      return term.operator === '+' || term.operator === '-' ? Level.sum : Level.product;
    case 'in':
    case 'matches':
      return Level.membership;
    default:
      return Level.lookup;
  }
}

/** Prints a term or pattern, with brackets if it binds looser than `level`. */
export const printOperand = (level: number, term: PatternOrTermNode): string =>
  levelOf(term) < level ? `(${printTerm(term)})` : printTerm(term);

/** Prints a term or pattern on one line. */
export function printTerm(term: PatternOrTermNode): string {
  switch (term.kind) {
    case 'variable':
      return term.type === undefined ? term.name : `${term.name}: ${term.type.name}`;
    case 'literal':
      return term.written ?? printValue(term.value);
    case 'list':
    case 'list-pattern':
      return printItems(term.items, term.rest);
    case 'dictionary':
      return printFields(term.fields, Level.compare);
    case 'dictionary-pattern':
      return printFields(term.fields, Level.lookup);
    case 'instance-pattern':
      return `${term.className}${printFields(term.fields, Level.lookup)}`;
    case 'lookup':
      return `${printObject(term.object)}.${printKey(term.key)}`;
    case 'method-call':
      if (isCurrentTime(term)) return currentTimeName;
      return `${printObject(term.object)}.${term.method}${printArguments(term.args, term.keywords)}`;
    case 'new':
      return `new ${term.className}${printArguments(term.args, term.keywords)}`;
    case 'call':
      return `${term.predicate}${printArguments(term.args, term.keywords)}`;
    case 'arithmetic': {
      const level = levelOf(term);
      return `${printOperand(level, term.left)} ${term.operator} ${printOperand(level + 1, term.right)}`;
    }
    case 'unify':
      return `${printOperand(Level.compare, term.left)} = ${printOperand(Level.compare, term.right)}`;
    case 'assign':
      return `${term.variable.name} := ${printOperand(Level.compare, term.value)}`;
    case 'compare':
      return `${printOperand(Level.sum, term.left)} ${term.operator} ${printOperand(Level.sum, term.right)}`;
    case 'in':
      return `${printOperand(Level.lookup, term.item)} in ${printOperand(Level.lookup, term.collection)}`;
    case 'matches':
      return `${printOperand(Level.lookup, term.value)} matches ${printTerm(term.pattern)}`;
    case 'and':
      return term.operands.length === 0 ? '(true)' : joined(term.operands, ' and ', Level.not);
    case 'or':
      return term.operands.length === 0 ? '(false)' : joined(term.operands, ' or ', Level.and);
    case 'not':
      return `not ${printOperand(Level.unify, term.operand)}`;
    case 'forall':
      return `forall(${printTerm(term.condition)}, ${printTerm(term.action)})`;
    case 'cut':
      return 'cut';
    case 'implied':
      return printImplied(term);
    case 'print':
    case 'debug':
      return `${term.kind}${printArguments(term.args, [])}`;
    default:
      return assertNever(term);
  }
}

const joined = (terms: readonly PatternOrTermNode[], between: string, level: number): string =>
  terms.map((term) => printOperand(level, term)).join(between);

/** A number right before a dot would become a float. */
const printObject = (term: TermNode): string =>
  term.kind === 'literal' && typeof term.value === 'number'
    ? `(${printTerm(term)})`
    : printOperand(Level.lookup, term);

const printKey = (key: LiteralNode | VariableNode): string => {
  if (key.kind === 'variable') return `(${key.name})`;
  const text = String(key.value);
  return isName(text) && (!isKeyword(text) || isKeyWord(text)) ? text : `(${printString(text)})`;
};

function printItems(items: readonly PatternOrTermNode[], rest: VariableNode | undefined): string {
  const parts = items.map((item) => printOperand(Level.sum, item));
  if (rest) parts.push(`*${rest.name}`);
  return `[${parts.join(', ')}]`;
}

const printFields = (fields: readonly FieldNode<PatternOrTermNode>[], level: number): string =>
  `{${fields.map(({ key, value }) => `${key}: ${printOperand(level, value)}`).join(', ')}}`;

const printArguments = (args: readonly TermNode[], keywords: readonly FieldNode[]): string =>
  `(${[...args.map(printTerm), ...keywords.map(({ key, value }) => `${key}: ${printTerm(value)}`)].join(', ')})`;

/** Prints a number, string or boolean. */
export function printValue(value: number | string | boolean): string {
  if (typeof value === 'string') return printString(value);
  return typeof value === 'number' ? printNumber(value) : String(value);
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
};

/** Prints a string in double quotes, with the escapes of Polar. */
// oxlint-disable-next-line no-control-regex -- NUL has an escape
export const printString = (text: string): string =>
  `"${text.replace(/["\\\n\r\t\0]/gu, (char) => escapes[char]!)}"`;

function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  // Beyond ±(2^53 − 1), a number can be written only as a float.
  return Number.isInteger(value) && !Number.isSafeInteger(value) && !text.includes('e') ? `${text}.0` : text;
}

// ── statements ──

export const printParameter = ({ term, specializer }: ParameterNode): string =>
  specializer ? `${printTerm(term)}: ${printTerm(specializer)}` : printOperand(Level.sum, term);

const printHead = (name: string, parameters: readonly ParameterNode[]): string =>
  `${name}(${parameters.map(printParameter).join(', ')})`;

/** Prints `name(parameters) if body;` on one line. */
export const printRule = ({ name, parameters, body }: RuleNode): string =>
  `${printHead(name, parameters)}${body ? ` if ${printTerm(body)}` : ''};`;

export const printRuleType = ({ name, parameters }: RuleTypeNode): string =>
  `type ${printHead(name, parameters)};`;

const printName = (node: StringNode | NameNode): string =>
  node.kind === 'string' ? printString(node.value) : node.name;

/** Prints the part of a rule of a block before its `if`. */
export const printShorthandHead = ({ head }: ShorthandRuleNode): string => printName(head);

export const printShorthandRule = (rule: ShorthandRuleNode): string =>
  `${printShorthandHead(rule)} if ${printTerm(rule.body)};`;

function printImplied({ isGlobal, name, keyword, relation }: ImpliedNode): string {
  const on = keyword && relation ? ` ${keyword.name} ${printString(relation.value)}` : '';
  return `${isGlobal ? 'global ' : ''}${printName(name)}${on}`;
}

export function printDeclaration(declaration: ListDeclarationNode | DictionaryDeclarationNode): string {
  const { name } = declaration.name;
  if (declaration.kind === 'list-declaration') {
    return `${name} = [${declaration.items.map(({ value }) => printString(value)).join(', ')}];`;
  }
  if (declaration.fields.length === 0) return `${name} = {};`;
  return `${name} = { ${declaration.fields.map(printRelation).join(', ')} };`;
}

export const printRelation = ({ key, value }: FieldNode<NameNode>): string => `${key}: ${value.name}`;

/** Prints the part of a block before its braces. */
export function printBlockHead(block: BlockNode | GlobalBlockNode): string {
  if (block.kind === 'global-block') return block.keyword.name;
  const { keyword, className, bases } = block;
  const base = bases.length === 0 ? '' : ` extends ${bases.map(({ name }) => name).join(', ')}`;
  return `${keyword ? `${keyword.name} ` : ''}${className.name}${base}`;
}

function printBlock(block: BlockNode | GlobalBlockNode): string {
  const head = printBlockHead(block);
  if (block.items.length === 0) return `${head} {}`;
  const lines = block.items.map((item) =>
    item.kind === 'shorthand-rule' ? printShorthandRule(item) : printDeclaration(item),
  );
  return `${head} {\n${lines.map((line) => `  ${line}\n`).join('')}}`;
}

export const printAssertion = ({ isNegated, term, values }: AssertionNode): string =>
  `${isNegated ? 'assert_not' : 'assert'} ${printTerm(term)}${values ? ` iff ${printTerm(values)}` : ''};`;

export const printFixtureUse = ({ name }: NameNode): string => `fixture ${name};`;

const printTestItem = (item: SetupNode | AssertionNode): string => {
  if (item.kind === 'assertion') return `  ${printAssertion(item)}\n`;
  const facts = [...item.fixtures.map(printFixtureUse), ...item.rules.map(printRule)];
  return `  setup {\n${facts.map((fact) => `    ${fact}\n`).join('')}  }\n`;
};

const printTestFixture = ({ name, rules }: TestFixtureNode): string =>
  `test fixture ${name.name} {\n${rules.map((rule) => `  ${printRule(rule)}\n`).join('')}}`;

export const printFactDeclaration = ({ name, types }: FactDeclarationNode): string =>
  `declare ${name}(${types.map((type) => type.name).join(', ')});`;

const printTest = ({ name, items }: TestNode): string =>
  `test ${printString(name.value)} {\n${items.map(printTestItem).join('')}}`;

/** Prints a statement with its semicolon, on one line except for a block and a test. */
export function printStatement(statement: StatementNode): string {
  switch (statement.kind) {
    case 'rule':
      return printRule(statement);
    case 'rule-type':
      return printRuleType(statement);
    case 'inline-query':
      return `?= ${printTerm(statement.term)};`;
    case 'block':
    case 'global-block':
      return printBlock(statement);
    case 'fact-declaration':
      return printFactDeclaration(statement);
    case 'test-fixture':
      return printTestFixture(statement);
    case 'test':
      return printTest(statement);
    default:
      return assertNever(statement);
  }
}

/** Prints all statements, without the comments. */
export const printPolicy = ({ statements }: PolicyNode): string =>
  statements.map((statement) => `${printStatement(statement)}\n`).join('');

/** Prints any node. */
export function print(node: Node): string {
  switch (node.kind) {
    case 'policy':
      return printPolicy(node);
    case 'rule':
    case 'rule-type':
    case 'inline-query':
    case 'block':
    case 'global-block':
    case 'fact-declaration':
    case 'test-fixture':
    case 'test':
      return printStatement(node);
    case 'setup':
      return printTestItem(node);
    case 'assertion':
      return printAssertion(node);
    case 'parameter':
      return printParameter(node);
    case 'shorthand-rule':
      return printShorthandRule(node);
    case 'list-declaration':
    case 'dictionary-declaration':
      return printDeclaration(node);
    case 'name':
      return node.name;
    case 'string':
      return printString(node.value);
    case 'comment':
      return node.text;
    default:
      return printTerm(node);
  }
}
