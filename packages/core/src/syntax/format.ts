import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { textOf, type Span } from '../diagnostics/span.js';
import {
  variableNode,
  type BlockNode,
  type CommentNode,
  type DictionaryDeclarationNode,
  type GlobalBlockNode,
  type ListDeclarationNode,
  type LiteralNode,
  type Node,
  type PatternNode,
  type PolicyNode,
  type RuleNode,
  type SetupNode,
  type ShorthandRuleNode,
  type StatementNode,
  type TermNode,
  type TestFixtureNode,
  type TestNode,
} from './ast.js';
import { Level } from './level.js';
import { mapPattern, mapTerm } from './map-term.js';
import { parse, type NamedText } from './parse.js';
import {
  printAssertion,
  printBlockHead,
  printDeclaration,
  printFixtureUse,
  printOperand,
  printParameter,
  printRelation,
  printShorthandHead,
  printShorthandRule,
  printStatement,
  printString,
} from './print.js';

// Lays out a policy: one form for each construct, with the comments and the single blank lines of the author. A comment in a place
// where a line has no end, such as between two arguments, keeps the text of its statement as it is.

export interface FormatOptions {
  /** The greatest length of a line, in code points. A line without a place to break can be longer. Default: 80. */
  readonly width?: number;
}

/**
 * Formats a policy text. The result has the same meaning and the same comments, and formatting it again changes nothing. All lines end
 * like the first one, with `\n` or `\r\n`.
 *
 * @returns the formatted text, and the syntax errors; with an error, the text is returned as it is
 * @example
 * formatPolicy('allow(a,"read",_)if a.admin;').text; // 'allow(a, "read", _) if a.admin;\n'
 */
export function formatPolicy(
  text: string | NamedText,
  { width = 80 }: FormatOptions = {},
): { readonly text: string; readonly diagnostics: readonly Diagnostic[] } {
  const { policy, diagnostics } = parse(text);
  if (diagnostics.length > 0) return { text: typeof text === 'string' ? text : text.source, diagnostics };
  const lines = layOut(policy, width);
  const lineBreak = /\r?\n/.exec(policy.span.source.text)?.[0] ?? '\n';
  return { text: lines.map((line) => line + lineBreak).join(''), diagnostics };
}

/** A part of the text with lines of its own, and the comments inside it. */
interface Item {
  readonly span: Span;
  readonly lines: (comments: readonly CommentNode[]) => readonly string[];
}

function layOut({ span, statements, comments }: PolicyNode, width: number): string[] {
  const items = statements.map(inOneForm).map((statement) => ({
    span: statement.span,
    lines: (inside: readonly CommentNode[]) => linesOfStatement(statement, inside, width),
  }));
  return sequence(items, comments, { source: span.source, start: span.start, end: span.start }, []);
}

/** Keeps numbers as written, and writes `user: User` for `user: User{}`, after a colon and after `matches`, where both mean the same. */
function inOneForm(statement: StatementNode): StatementNode {
  if (statement.kind === 'block' || statement.kind === 'global-block') return blockInOneForm(statement);
  if (statement.kind === 'fact-declaration' || statement.kind === 'test-fixture') return statement;
  if (statement.kind === 'inline-query') return { ...statement, term: termInOneForm(statement.term) };
  if (statement.kind === 'test') {
    const items = statement.items.map((item) =>
      item.kind === 'setup'
        ? item
        : {
            ...item,
            term: termInOneForm(item.term),
            values: item.values && termInOneForm(item.values),
          },
    );
    return { ...statement, items };
  }
  const parameters = statement.parameters.map((parameter) => ({
    ...parameter,
    term: termInOneForm(parameter.term),
    specializer: parameter.specializer && shortPattern(mapPattern(parameter.specializer, partInOneForm)),
  }));
  if (statement.kind === 'rule-type') return { ...statement, parameters };
  return { ...statement, parameters, body: statement.body && termInOneForm(statement.body) };
}

function blockInOneForm<Block extends BlockNode | GlobalBlockNode>(block: Block): Block {
  const items = block.items.map((item) =>
    item.kind === 'shorthand-rule' ? { ...item, body: termInOneForm(item.body) } : item,
  );
  return { ...block, items };
}

const termInOneForm = (term: TermNode): TermNode => mapTerm(term, partInOneForm);

function partInOneForm(part: TermNode): TermNode {
  if (part.kind === 'matches') return { ...part, pattern: shortPattern(part.pattern) };
  if (part.kind !== 'literal' || typeof part.value !== 'number') return part;
  const written = textOf(part.span);
  return Object.is(Number(written), part.value) ? { ...part, written } : part;
}

/** Replaces a class without fields by its name, for the printer. */
function shortPattern(pattern: PatternNode): PatternNode {
  if (pattern.kind === 'literal') return partInOneForm(pattern) as LiteralNode;
  return pattern.kind === 'instance-pattern' && pattern.fields.length === 0
    ? (variableNode(pattern.span, pattern.className) as Node as PatternNode)
    : pattern;
}

/**
 * Puts items and comments below each other. A comment on the line of the item before it stays there, and one blank line of the author
 * stays.
 *
 * @param before the place of the text before the first item, whose last line is the last of `lines`
 */
function sequence(
  items: readonly Item[],
  comments: readonly CommentNode[],
  before: Span,
  lines: readonly string[],
): string[] {
  const result = [...lines];
  const { text } = before.source;
  let end = before.end;
  let next = 0;
  for (const item of items) {
    placeComments(item.span.start);
    const first = next;
    while (next < comments.length && comments[next]!.span.start < item.span.end) next++;
    startLine(item.span);
    result.push(...item.lines(comments.slice(first, next)));
  }
  placeComments(Infinity);
  return result;

  function placeComments(limit: number): void {
    for (; next < comments.length && comments[next]!.span.start < limit; next++) {
      const { span, text: comment } = comments[next]!;
      const last = result.at(-1);
      const isOnLine = last !== undefined && !/[\n\r]/.test(text.slice(end, span.start));
      if (isOnLine) result[result.length - 1] = `${last} ${comment.trimEnd()}`;
      else {
        startLine(span);
        result.push(comment.trimEnd());
      }
      end = span.end;
    }
  }

  function startLine(span: Span): void {
    const breaks = text.slice(end, span.start).split('\n').length - 1;
    if (breaks > 1 && result.length > lines.length) result.push('');
    end = span.end;
  }
}

const indented = (lines: readonly string[]): string[] =>
  lines.map((line, i) => (line === '' || isInString(lines, i) ? line : `  ${line}`));

/** Returns whether the start of a line can belong to a string that a backslash continues. */
const isInString = (lines: readonly string[], i: number): boolean => lines[i - 1]?.endsWith('\\') === true;

/**
 * Returns the lines of the author, for a comment that the layout has no place for. The indentation of further lines is relative to the first
 * one, so that all lines move together.
 */
function asWritten(span: Span): string[] {
  const { text } = span.source;
  const column = span.start - (text.lastIndexOf('\n', span.start - 1) + 1);
  const lines = textOf(span)
    .split('\n')
    .map((line) => line.trimEnd());
  return lines.map((line, i) => {
    if (i === 0 || isInString(lines, i)) return line;
    return line.slice(Math.min(column, line.length - line.trimStart().length));
  });
}

const fits = (text: string, width: number): boolean => [...text].length <= width;

function linesOfStatement(
  statement: StatementNode,
  comments: readonly CommentNode[],
  width: number,
): readonly string[] {
  if (statement.kind === 'block' || statement.kind === 'global-block')
    return linesOfBlock(statement, comments, width);
  if (statement.kind === 'test') return linesOfTest(statement, comments, width);
  if (statement.kind === 'test-fixture') return linesOfTestFixture(statement, comments, width);
  if (comments.length > 0)
    return statement.kind === 'rule' ? commentedRule(statement, comments, width) : asWritten(statement.span);
  const line = printStatement(statement);
  if (fits(line, width)) return [line];
  switch (statement.kind) {
    case 'rule':
      return brokenRule(statement, width);
    case 'rule-type':
      return ends(
        headLines(`type ${statement.name}`, statement.parameters.map(printParameter), width - 1),
        ';',
      );
    case 'inline-query': {
      const [first = '', ...others] = termLines(statement.term, Level.or, width - 3);
      return ends([`?= ${first}`, ...others.map((other) => `   ${other}`)], ';');
    }
    default:
      return [line];
  }
}

/** Adds a text to the last line. */
const ends = (lines: readonly string[], text: string): string[] => [
  ...lines.slice(0, -1),
  `${lines.at(-1) ?? ''}${text}`,
];

function headLines(name: string, parameters: readonly string[], width: number): string[] {
  const line = `${name}(${parameters.join(', ')})`;
  if (fits(line, width) || parameters.length === 0) return [line];
  const last = parameters.length - 1;
  return [`${name}(`, ...parameters.map((parameter, i) => `  ${parameter}${i < last ? ',' : ''}`), ')'];
}

function brokenRule({ name, parameters, body }: RuleNode, width: number): string[] {
  const printed = parameters.map(printParameter);
  if (body === undefined) return ends(headLines(name, printed, width - 1), ';');
  const head = ends(headLines(name, printed, width - ' if'.length), ' if');
  return [...head, ...ends(indented(junctionLines(body, width - 3)), ';')];
}

/** Lays out the operands of an `and` or `or` below each other, without brackets around them. */
function junctionLines(term: TermNode, width: number): string[] {
  if (term.kind !== 'and' && term.kind !== 'or') return termLines(term, Level.or, width);
  const { kind, operands } = term;
  const level = kind === 'and' ? Level.not : Level.and;
  const last = operands.length - 1;
  return operands.flatMap((operand, i) => {
    const lines = termLines(operand, level, width - (i < last ? kind.length + 1 : 0));
    return i < last ? ends(lines, ` ${kind}`) : lines;
  });
}

/** @param level the binding strength that the place requires; a looser term gets brackets */
function termLines(term: TermNode, level: number, width: number): string[] {
  const line = printOperand(level, term);
  if (fits(line, width)) return [line];
  if (term.kind === 'not') {
    if (Level.not < level) return ['(', ...indented(termLines(term, Level.not, width - 2)), ')'];
    const [first = '', ...others] = termLines(term.operand, Level.unify, width - 'not '.length);
    return [`not ${first}`, ...others];
  }
  if (term.kind !== 'and' && term.kind !== 'or') return [line];
  const isLoose = (term.kind === 'or' ? Level.or : Level.and) < level;
  if (isLoose) return ['(', ...indented(junctionLines(term, width - 2)), ')'];
  const [first = '', ...others] = junctionLines(term, width - 2);
  return [first, ...indented(others)];
}

/** A rule with comments between its conditions. */
function commentedRule(rule: RuleNode, comments: readonly CommentNode[], width: number): string[] {
  const { name, parameters, body, nameSpan, span } = rule;
  if (body === undefined) return asWritten(span);
  const isJunction = body.kind === 'and' || body.kind === 'or';
  const operands = isJunction ? body.operands : [body];
  const code = withoutComments(span, comments);
  const headEnd = parameters.at(-1)?.span.end ?? nameSpan.end;
  const bodyStart = operands[0]!.span.start;
  const bodyEnd = operands.at(-1)!.span.end;
  const wordEnd = headEnd + /\bif\b/.exec(code(headEnd, bodyStart))!.index + 'if'.length;
  const gaps = operands.map(({ span: { start } }, i) =>
    code(i === 0 ? wordEnd : operands[i - 1]!.span.end, start),
  );
  // A bracket in a gap belongs to a group of conditions, and the comment can be inside of it.
  const hasPlaces =
    !/[()]/.test(gaps.join('') + code(bodyEnd, span.end)) &&
    comments.every(
      ({ span: { start } }) => start >= wordEnd && start < bodyEnd + 1 + endOfLine(code, bodyEnd, span),
    ) &&
    !comments.some(({ span: own }) =>
      operands.some(({ span: { start, end } }) => start < own.start && own.start < end),
    );
  if (!hasPlaces) return asWritten(span);
  const head = ends(headLines(name, parameters.map(printParameter), width - ' if'.length), ' if');
  const [level, word] = body.kind === 'or' ? [Level.and, ' or'] : [isJunction ? Level.not : Level.or, ' and'];
  const items = operands.map((operand, i) => ({
    span: operand.span,
    lines: () => {
      const lines = termLines(operand, level, width - 2 - word.length);
      return indented(ends(lines, i === operands.length - 1 ? ';' : word));
    },
  }));
  return sequenceIndented(items, comments, { ...span, end: wordEnd }, head);
}

/** Returns the length of the rest of the line after `from`. */
function endOfLine(code: (from: number, to: number) => string, from: number, span: Span): number {
  const rest = code(from, span.end);
  const lineBreak = rest.indexOf('\n');
  return lineBreak === -1 ? rest.length : lineBreak;
}

/** Like `sequence`, with comments on lines of their own indented like the items. */
function sequenceIndented(
  items: readonly Item[],
  comments: readonly CommentNode[],
  before: Span,
  lines: readonly string[],
): string[] {
  return sequence(items, comments, before, lines).map((line, i) =>
    i >= lines.length && line.startsWith('#') ? `  ${line}` : line,
  );
}

/** Returns a function that reads parts of the text, in which comments are spaces. */
function withoutComments({ source, start, end }: Span, comments: readonly CommentNode[]) {
  let text = source.text.slice(start, end);
  for (const { span } of comments)
    text =
      text.slice(0, span.start - start) + ' '.repeat(span.end - span.start) + text.slice(span.end - start);
  return (from: number, to: number): string => text.slice(from - start, to - start);
}

function linesOfBlock(
  block: BlockNode | GlobalBlockNode,
  comments: readonly CommentNode[],
  width: number,
): readonly string[] {
  const { items, span } = block;
  const inner = items.map((item) => ({
    span: item.span,
    lines: (inside: readonly CommentNode[]): readonly string[] => {
      if (inside.length > 0) return asWritten(item.span);
      return item.kind === 'shorthand-rule'
        ? shorthandLines(item, width - 2)
        : declarationLines(item, width - 2);
    },
  }));
  const name = block.kind === 'block' ? (block.bases.at(-1) ?? block.className) : block.keyword;
  return linesInBraces(span, name.span.end, printBlockHead(block), inner, comments);
}

function shorthandLines(rule: ShorthandRuleNode, width: number): readonly string[] {
  const line = printShorthandRule(rule);
  if (fits(line, width) || rule.body.kind === 'implied') return [line];
  const body = indented(junctionLines(rule.body, width - 3));
  return [`${printShorthandHead(rule)} if`, ...ends(body, ';')];
}

function linesOfTest(test: TestNode, comments: readonly CommentNode[], width: number): readonly string[] {
  const items = test.items.map((item) => ({
    span: item.span,
    lines: (inside: readonly CommentNode[]): readonly string[] => {
      if (item.kind === 'setup') return linesOfSetup(item, inside, width);
      return inside.length > 0 ? asWritten(item.span) : [printAssertion(item)];
    },
  }));
  const head = `test ${printString(test.name.value)}`;
  return linesInBraces(test.span, test.name.span.end, head, items, comments);
}

function linesOfSetup(setup: SetupNode, comments: readonly CommentNode[], width: number): readonly string[] {
  // The span of the use of a fixture is that of its name.
  const fixtures = setup.fixtures.map((name) => ({ span: name.span, lines: () => [printFixtureUse(name)] }));
  const items = [...fixtures, ...factLines(setup.rules, width - 4)].sort(
    (a, b) => a.span.start - b.span.start,
  );
  return linesInBraces(setup.span, setup.span.start + 'setup'.length, 'setup', items, comments);
}

const factLines = (rules: readonly RuleNode[], width: number): readonly Item[] =>
  rules.map((rule) => ({
    span: rule.span,
    lines: (inside: readonly CommentNode[]) => linesOfStatement(inOneForm(rule), inside, width),
  }));

function linesOfTestFixture(
  { span, name, rules }: TestFixtureNode,
  comments: readonly CommentNode[],
  width: number,
): readonly string[] {
  return linesInBraces(
    span,
    name.span.end,
    `test fixture ${name.name}`,
    factLines(rules, width - 2),
    comments,
  );
}

/** Lays out items in braces. @param headEnd the end of the head, after which the brace comes */
function linesInBraces(
  span: Span,
  headEnd: number,
  head: string,
  items: readonly Item[],
  comments: readonly CommentNode[],
): readonly string[] {
  const brace = span.source.text.indexOf('{', headEnd);
  if (comments.some((comment) => comment.span.start < brace)) return asWritten(span);
  if (items.length === 0 && comments.length === 0) return [`${head} {}`];
  const inner = items.map((item) => ({
    span: item.span,
    lines: (inside: readonly CommentNode[]) => indented(item.lines(inside)),
  }));
  return [...sequenceIndented(inner, comments, { ...span, end: brace + 1 }, [`${head} {`]), '}'];
}

function declarationLines(item: ListDeclarationNode | DictionaryDeclarationNode, width: number): string[] {
  const line = printDeclaration(item);
  if (fits(line, width)) return [line];
  const parts =
    item.kind === 'list-declaration'
      ? item.items.map(({ value }) => printString(value))
      : item.fields.map(printRelation);
  const [open, close] = item.kind === 'list-declaration' ? '[]' : '{}';
  const last = parts.length - 1;
  const inner = parts.map((part, i) => `  ${part}${i < last ? ',' : ''}`);
  return [`${item.name.name} = ${open}`, ...inner, `${close};`];
}
