import type { Dialect } from '../dialect/dialect.js';
import { Report } from '../diagnostics/report.js';
import type { Source } from '../diagnostics/source.js';
import { spanOf, spanOver } from '../diagnostics/span.js';
import type {
  FactDeclarationNode,
  InlineQueryNode,
  NameNode,
  PolicyNode,
  RuleNode,
  RuleTypeNode,
  StatementNode,
  TermNode,
} from './ast.js';
import { maxDepth } from './limits.js';
import { parseBlock, parseGlobalBlock, startsGlobalBlock } from './parse-block.js';
import { asCondition, parseParameters, parseTerm, skipCommas } from './parse-term.js';
import { parseTest, parseTestFixture, startsTest, startsTestFixture } from './parse-test.js';
import { cedar, cedarNotes, foreignIf, foreignStatements, globalNote } from './foreign.js';
import { expectSemicolon, findCut, skipForeign, skipStatement } from './recovery.js';
import { ReportedSyntaxError, TokenCursor } from './token-cursor.js';
import { findDeeperThan } from './visit.js';

const aStatement =
  'a rule such as `allow(actor, action, resource) if …;` or a block such as `resource Note { … }`';
const afterTerm = '`;` or an operator such as `and`';

/** A statement of another language, which is skipped as a whole. */
class ForeignStatement extends ReportedSyntaxError {}

/**
 * Parses a policy. It reports each mistake once, and returns a tree of all statements that could be parsed. It never throws, and
 * returns no tree deeper than `maxDepth`.
 */
export function parsePolicy(source: Source, report: Report, dialect?: Dialect): PolicyNode {
  const cursor = new TokenCursor(source, dialect);
  const statements: StatementNode[] = [];
  while (isBeforeStatement(cursor)) readStatement(cursor, statements);
  const comments = cursor.finish(report);
  return { kind: 'policy', span: spanOf(source, 0, source.text.length), statements, comments };
}

/** Returns whether more text follows. */
export const isBeforeStatement = (cursor: TokenCursor): boolean =>
  !cursor.is('end') || cursor.continueBehindCut();

/** Parses one statement, or skips one with an error. A statement with an error can end before the next one, at which the text is then cut. */
export function readStatement(cursor: TokenCursor, statements: StatementNode[]): void {
  const first = cursor.current;
  const errors = cursor.parserErrors.length;
  const statement = recovering(
    cursor,
    () => parseStatement(cursor),
    (error) =>
      error instanceof ForeignStatement ? skipForeign(cursor, first) : skipStatement(cursor, first),
  );
  const cut =
    cursor.parserErrors.length > errors && !cursor.isCut ? findCut(cursor, first, parsesAt) : undefined;
  if (cut !== undefined) return cursor.cutAt(first.start, cut, errors);
  if (cursor.parserErrors.length > errors && cursor.current !== first) cursor.blamePrevious();
  if (statement) statements.push(statement);
  if (cursor.current === first) cursor.advance();
}

/** Returns whether a statement without an error begins at an offset. */
function parsesAt(outer: TokenCursor, offset: number): boolean {
  const cursor = new TokenCursor(outer.source, outer.dialect, offset);
  const statement = recovering(cursor, () => parseStatement(cursor));
  return statement !== undefined && [...cursor.parserErrors, ...cursor.lexicalErrors].length === 0;
}

/** Parses a query: one term up to the end of the text. It reports errors; undefined when there is no term to return. */
export function parseQuery(source: Source, report: Report, dialect?: Dialect): TermNode | undefined {
  const cursor = new TokenCursor(source, dialect);
  const term = recovering(cursor, () => {
    const query = parseTerm(cursor);
    cursor.expect(
      'end',
      cursor.is(';') ? 'the end of the query (it takes no `;`)' : 'an operator or the end of the query',
    );
    return cursor.dialect.hasLegacySyntax ? query : asCondition(cursor, query);
  });
  cursor.finish(report);
  return term;
}

/** Returns undefined for a tree that is too deep, and after a syntax error, from which `recover` then continues. */
function recovering<Node extends StatementNode | TermNode>(
  cursor: TokenCursor,
  parse: () => Node,
  recover?: (error: ReportedSyntaxError) => void,
): Node | undefined {
  cursor.startOver();
  const start = cursor.position;
  try {
    const node = parse();
    // Each node except a parameter has at least one token, so that few tokens make no deep tree.
    if ((cursor.position - start) * 2 < maxDepth) return node;
    const deep = findDeeperThan(node, maxDepth);
    if (deep === undefined) return node;
    cursor.report('POLAR_PARSE_TOO_DEEP', { limit: maxDepth }, deep.span);
  } catch (error) {
    if (!(error instanceof ReportedSyntaxError)) throw error;
    recover?.(error);
  }
  return undefined;
}

function parseStatement(cursor: TokenCursor): StatementNode {
  failAtForeign(cursor);
  switch (cursor.kind) {
    case 'name':
      if (startsTest(cursor)) return parseTest(cursor, parseRule);
      if (startsTestFixture(cursor)) return parseTestFixture(cursor, parseRule);
      if (startsFactDeclaration(cursor)) return parseFactDeclaration(cursor);
      if (cursor.next.kind === '(') return parseRule(cursor);
      if (startsGlobalBlock(cursor)) return parseGlobalBlock(cursor);
      if (cursor.next.kind === 'name' || cursor.next.kind === '{' || isBlockWord(cursor.current.text))
        return parseBlock(cursor);
      return cursor.fail(aStatement);
    case 'type':
      return parseRuleType(cursor);
    case '?=':
      return parseInlineQuery(cursor);
    case 'and':
    case 'or':
      return cursor.fail(`${aStatement} (the rule before it ended with \`;\`)`);
    case ';':
      return cursor.fail(`${aStatement} (no \`;\` comes after \`}\` or another \`;\`)`);
    default:
      return cursor.next.kind === '(' ? cursor.failName(aStatement) : cursor.fail(aStatement);
  }
}

const isBlockWord = (word: string): boolean => word === 'actor' || word === 'resource';

/** Reports a statement of another language, with the syntax of Polar for the same purpose. */
function failAtForeign(cursor: TokenCursor): void {
  const { current, next, source } = cursor;
  const failHere = (note: string): never => {
    cursor.reportForeign(cursor.spanOfToken(current), undefined, note);
    // A whole file of Rego is reported once.
    if (current.text === 'package') while (!cursor.is('end')) cursor.advance();
    throw new ForeignStatement();
  };
  switch (current.kind) {
    case 'name': {
      const { text } = current;
      if (text === 'permit' || text === 'forbid') {
        if (cedar.test(source.text.slice(current.start, current.start + 500))) failHere(cedarNotes[text]);
      }
      const isBlock = isBlockWord(text) && next.kind !== '=' && next.kind !== ':=';
      if (next.kind === '(' || isBlock) return;
      const note = foreignStatements.get(text);
      if (note === globalNote || next.kind === '=' || next.kind === ':=' || next.kind === '==') {
        while (!cursor.is('=') && !cursor.is(':=') && !cursor.is('==') && cursor.next.kind !== 'end')
          cursor.advance();
        cursor.advance();
        cursor.reportForeign(cursor.spanFrom(current.start), undefined, globalNote);
        throw new ForeignStatement();
      }
      if (note !== undefined) failHere(note);
      return;
    }
    case 'if':
      failHere('a rule starts with its head: `allow(actor, action, resource) if condition;`');
      return;
    case 'not':
      failHere(
        'no rule denies, and an action that no rule allows is denied; write a condition with `not` after `if`',
      );
      return;
    case 'invalid':
      if (current.text === '@') {
        cursor.forgive(current.start, current.end);
        failHere('a rule has no decorator; write a comment with `#`');
      }
      return;
    default:
  }
}

/** Parses the `if` of a rule, or a foreign word for it. */
function skipIf(cursor: TokenCursor): boolean {
  if (cursor.skip('if')) return true;
  const { current, next } = cursor;
  const arrow = `${current.text}${next.text}`;
  if ([':-', '=>', '->', '<-'].includes(arrow) && current.end === next.start) {
    cursor.reportForeign(spanOver(cursor.spanOfToken(current), cursor.spanOfToken(next)), 'if');
    cursor.advance();
  } else if (
    ((current.kind === 'name' || current.kind === 'invalid') &&
      (foreignIf.has(current.text.toLowerCase()) || current.text.toLowerCase() === 'if')) ||
    current.kind === ':' ||
    current.kind === ':=' ||
    current.kind === '='
  ) {
    cursor.reportForeign(cursor.spanOfToken(current), 'if');
  } else return false;
  cursor.advance();
  if (!cursor.is('{')) return true;
  throw new ForeignStatement();
}

/** Reports a body in braces, a comma instead of `and`, and a full stop at the end of a rule. */
function failAtForeignEnd(cursor: TokenCursor): void {
  const { current } = cursor;
  const failHere = (instead: string | undefined, note?: string): never => {
    if (!current.isReported) cursor.reportForeign(cursor.spanOfToken(current), instead, note);
    throw new ForeignStatement();
  };
  if (current.kind === ',') failHere('and');
  if (current.kind === '{') failHere(undefined, 'a rule has no braces; write `head if condition;`');
  if (current.kind === '.') failHere(';');
  if (current.kind === 'name' && current.text === 'unless') failHere('if not');
}

function parseRule(cursor: TokenCursor): RuleNode {
  const first = cursor.current;
  const { name, span: nameSpan } = cursor.expectName('the name of a rule');
  const parameters = parseParameters(cursor);
  let body: TermNode | undefined;
  if (skipIf(cursor)) {
    if (cursor.is('{') && cursor.next.kind !== '}' && !cursor.dialect.hasLegacySyntax) failAtBraces(cursor);
    body = parseTerm(cursor);
  }
  failAtForeignEnd(cursor);
  expectSemicolon(cursor, first, body ? afterTerm : '`;` or `if`', 'the rule');
  if (body && !cursor.dialect.hasLegacySyntax) asCondition(cursor, body);
  return { kind: 'rule', span: cursor.spanFrom(first.start), name, nameSpan, parameters, body };
}

/** Reports a body in braces, `allow(…) if { … }`: a dictionary is a value, and only `{…}.(key)` starts a condition. */
function failAtBraces(cursor: TokenCursor): void {
  const { end } = cursor.next;
  if (/^\s*[:,}]/.test(cursor.source.text.slice(end, end + 20))) return;
  cursor.reportForeign(
    cursor.spanOfToken(cursor.current),
    undefined,
    'a rule has no braces; write `head if condition;`',
  );
  throw new ForeignStatement();
}

function parseRuleType(cursor: TokenCursor): RuleTypeNode {
  const first = cursor.advance();
  const { name, span: nameSpan } = cursor.expectName('the name of a rule');
  if (cursor.is('{')) {
    cursor.reportForeign(
      cursor.spanFrom(first.start),
      `resource ${name}`,
      'a block is for an `actor` or a `resource`',
    );
    throw new ForeignStatement();
  }
  const parameters = parseParameters(cursor);
  expectSemicolon(cursor, first, '`;` (a rule type has no body)', 'the rule type');
  return { kind: 'rule-type', span: cursor.spanFrom(first.start), name, nameSpan, parameters };
}

/** Returns whether `declare name` comes next. `declare` is not a reserved word. */
const startsFactDeclaration = (cursor: TokenCursor): boolean =>
  cursor.current.text === 'declare' && cursor.next.kind === 'name' && !cursor.dialect.hasLegacySyntax;

/** Parses `declare has_role(User, String, Organization);`. */
function parseFactDeclaration(cursor: TokenCursor): FactDeclarationNode {
  const first = cursor.advance();
  const { name, span: nameSpan } = cursor.expectName('the name of a fact');
  cursor.expect('(');
  const types: NameNode[] = [];
  while (!cursor.is(')')) {
    types.push(cursor.expectName('the name of a type'));
    if (!skipCommas(cursor)) break;
  }
  cursor.expect(')', '`,` or `)`');
  expectSemicolon(cursor, first, '`;` (a declaration has no body)', 'the declaration');
  return { kind: 'fact-declaration', span: cursor.spanFrom(first.start), name, nameSpan, types };
}

function parseInlineQuery(cursor: TokenCursor): InlineQueryNode {
  const first = cursor.advance();
  const term = parseTerm(cursor);
  expectSemicolon(cursor, first, afterTerm, 'the inline query');
  if (!cursor.dialect.hasLegacySyntax) asCondition(cursor, term);
  return { kind: 'inline-query', span: cursor.spanFrom(first.start), term };
}
