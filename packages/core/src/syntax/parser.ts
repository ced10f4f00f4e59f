import type { Report } from '../diagnostics/diagnostic.js';
import type { Source } from '../diagnostics/source.js';
import { spanOf } from '../diagnostics/span.js';
import type { InlineQueryNode, PolicyNode, RuleNode, RuleTypeNode, StatementNode, TermNode } from './ast.js';
import { maxDepth } from './limits.js';
import { parseBlock } from './parse-block.js';
import { asCondition, parseParameters, parseTerm } from './parse-term.js';
import { expectSemicolon, skipStatement } from './recovery.js';
import { SyntaxFault, TokenCursor } from './token-cursor.js';
import { findDeeperThan } from './visit.js';

const aStatement = 'a rule, a rule type, an inline query or a block';
const afterTerm = '`;` or an operator such as `and`';

/**
 * Reads a policy. What is wrong is reported, at most once a mistake; the tree holds every statement that could be read.
 * Never throws, and no tree it returns is deeper than `maxDepth`.
 */
export function parsePolicy(source: Source, report: Report): PolicyNode {
  const cursor = new TokenCursor(source);
  const statements: StatementNode[] = [];
  while (!cursor.is('end')) {
    const first = cursor.current;
    const statement = recovering(
      cursor,
      () => parseStatement(cursor),
      () => skipStatement(cursor, first),
    );
    if (statement) statements.push(statement);
    if (cursor.current === first) cursor.advance();
  }
  const comments = cursor.finish(report);
  return { kind: 'policy', span: spanOf(source, 0, source.text.length), statements, comments };
}

/** Reads a query, which is one term and nothing after it. Reports what is wrong; undefined when there is no term to return. */
export function parseQuery(source: Source, report: Report): TermNode | undefined {
  const cursor = new TokenCursor(source);
  const term = recovering(cursor, () => {
    const query = parseTerm(cursor);
    cursor.expect(
      'end',
      cursor.is(';') ? 'the end of the query (it takes no `;`)' : 'an operator or the end of the query',
    );
    return asCondition(cursor, query);
  });
  cursor.finish(report);
  return term;
}

/** Undefined for a tree that is too deep, and after a syntax error, from which `recover` then moves on. */
function recovering<Node extends StatementNode | TermNode>(
  cursor: TokenCursor,
  parse: () => Node,
  recover?: () => void,
): Node | undefined {
  cursor.startOver();
  const start = cursor.position;
  try {
    const node = parse();
    // Each node but a parameter has a token of its own, so that few tokens make no deep tree.
    if ((cursor.position - start) * 2 < maxDepth) return node;
    const deep = findDeeperThan(node, maxDepth);
    if (deep === undefined) return node;
    cursor.report('POLAR_PARSE_TOO_DEEP', { limit: maxDepth }, deep.span);
  } catch (fault) {
    if (!(fault instanceof SyntaxFault)) throw fault;
    recover?.();
  }
  return undefined;
}

function parseStatement(cursor: TokenCursor): StatementNode {
  switch (cursor.kind) {
    case 'name':
      return cursor.next.kind === '(' ? parseRule(cursor) : parseBlock(cursor);
    case 'type':
      return parseRuleType(cursor);
    case '?=':
      return parseInlineQuery(cursor);
    default:
      return cursor.next.kind === '(' ? cursor.failName(aStatement) : cursor.fail(aStatement);
  }
}

function parseRule(cursor: TokenCursor): RuleNode {
  const first = cursor.current;
  const { name, span: nameSpan } = cursor.expectName('the name of a rule');
  const parameters = parseParameters(cursor);
  const body = cursor.skip('if') ? parseTerm(cursor) : undefined;
  expectSemicolon(cursor, first, body ? afterTerm : '`;` or `if`');
  if (body) asCondition(cursor, body);
  return { kind: 'rule', span: cursor.spanFrom(first.start), name, nameSpan, parameters, body };
}

function parseRuleType(cursor: TokenCursor): RuleTypeNode {
  const first = cursor.advance();
  const { name, span: nameSpan } = cursor.expectName('the name of a rule');
  const parameters = parseParameters(cursor);
  expectSemicolon(cursor, first, '`;` (a rule type has no body)');
  return { kind: 'rule-type', span: cursor.spanFrom(first.start), name, nameSpan, parameters };
}

function parseInlineQuery(cursor: TokenCursor): InlineQueryNode {
  const first = cursor.advance();
  const term = parseTerm(cursor);
  expectSemicolon(cursor, first, afterTerm);
  asCondition(cursor, term);
  return { kind: 'inline-query', span: cursor.spanFrom(first.start), term };
}
