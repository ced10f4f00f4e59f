import { spanOf } from '../diagnostics/span.js';
import type { Token } from './token.js';
import { TokenCursor } from './token-cursor.js';

// Recovery from syntax errors: the parser skips to the most likely start of the next statement, so that it finds the errors of that
// statement and reports no consequences of the first error.

const blockWords: ReadonlySet<string> = new Set(['actor', 'resource']);

/** Returns true if a token that starts its line probably starts a statement of the policy. */
export function startsStatement({ current, next }: TokenPair): boolean {
  if (!current.startsLine) return false;
  if (current.kind === '?=') return true;
  if (current.kind === 'type') return next.kind === 'name';
  if (current.kind !== 'name') return false;
  if (current.text === 'test' && (next.kind === 'string' || next.text === 'fixture')) return true;
  if (current.text === 'declare' && next.kind === 'name') return true;
  if (current.text === 'global' && next.kind === '{') return true;
  return next.kind === '(' || (blockWords.has(current.text) && next.kind === 'name');
}

/** A token and the one after it. */
interface TokenPair {
  readonly current: Token;
  readonly next: Pick<Token, 'kind' | 'text'>;
}

/** Returns whether a token is `role` or `permission`, which are any role or permission in the rules of blocks. */
export const isAnyName = ({ kind, text }: Token): boolean =>
  kind === 'name' && (text === 'role' || text === 'permission');

/** Returns true if a token that starts its line probably starts a declaration or rule of a block. */
function startsItem(cursor: TokenCursor): boolean {
  const token = cursor.current;
  if (!token.startsLine) return false;
  if (cursor.next.kind === 'if') return token.kind === 'string' || isAnyName(token);
  return token.kind === 'name' && cursor.next.kind === '=';
}

const endsTerm: ReadonlySet<string> = new Set<Token['kind']>([
  'name',
  'number',
  'string',
  'true',
  'false',
  'inf',
  'nan',
  'cut',
  ')',
  ']',
  '}',
  '.',
  'invalid',
  'unterminated',
]);

/** Returns whether the text before may be a whole statement: it does not end in an operator, a comma or an opening bracket. */
const mayEndHere = (cursor: TokenCursor): boolean => endsTerm.has(cursor.previous?.kind ?? 'end');

/**
 * Reads the `;` of a statement that started at the token `first`. If only the `;` is missing, it is reported and the statement is
 * kept.
 */
export function expectSemicolon(cursor: TokenCursor, first: Token, expected: string, subject: string): void {
  if (cursor.skip(';')) return;
  const isEnd = cursor.is('end') && mayEndHere(cursor) && cursor.previous!.kind !== 'unterminated';
  const isOver = isEnd || cursor.is('}') || startsAnew(cursor, first, true);
  if (!isOver || cursor.dialect.hasLegacySyntax) cursor.fail(expected);
  const end = cursor.previous!.end;
  if (cursor.previous!.kind === 'number' && cursor.source.text[end - 1] === '.')
    return cursor.reportForeign(
      spanOf(cursor.source, end - 1, end),
      ';',
      'a rule does not end with a full stop',
    );
  cursor.report('POLAR_PARSE_MISSING_SEMICOLON', { statement: subject }, spanOf(cursor.source, end, end));
}

/**
 * Returns true if the current token probably starts a new statement, not indented deeper than `first`, which started the statement
 * before.
 */
function startsAnew(cursor: TokenCursor, first: Token, inBlock: boolean): boolean {
  const { current } = cursor;
  if (current.start === first.start || current.indent > first.indent || !mayEndHere(cursor)) return false;
  return startsStatement(cursor) || (inBlock && startsItem(cursor));
}

/** Skips the rest of a statement that started at the token `first`. */
export function skipStatement(cursor: TokenCursor, first: Token): void {
  // A block with an invalid head is skipped with its body: `resource Repo, Org { roles = ["a"]; }`.
  let isBlock = first.kind === 'name' && cursor.tokensSince(first).every(({ kind }) => kind !== '(');
  let braces = 0;
  for (; !cursor.is('end'); cursor.advance()) {
    if (startsAnew(cursor, first, false) || surelyStartsAnew(cursor, first)) return;
    if (cursor.is('(') && braces === 0) isBlock = false;
    else if (cursor.is('{') && isBlock) braces++;
    else if (cursor.is('}') && braces > 0) braces--;
    else if (cursor.is(';') && braces === 0) break;
    else continue;
    if (isBlock && braces === 0) break;
  }
  cursor.advance();
}

/** Skips the rest of a declaration or rule in a block that started at the token `first`, at most up to the end of the block. */
export function skipItem(cursor: TokenCursor, first: Token): void {
  let braces = 0;
  for (const { kind } of cursor.tokensSince(first)) {
    if (kind === '{') braces++;
    else if (kind === '}' && braces > 0) braces--;
  }
  for (; !cursor.is('end'); cursor.advance()) {
    if (startsAnew(cursor, first, true)) return;
    if (cursor.is('{')) braces++;
    else if (cursor.is('}')) {
      if (braces === 0) return;
      braces--;
    } else if (cursor.skip(';')) return;
  }
}

/** Statements that are tried as the end of a broken one, so that a text with many errors is still read in linear time. */
const maxCuts = 20;

/**
 * Returns the offset at which a statement with an error ends, because another statement begins there: a rule that is being typed above
 * other rules has read the next one as its own end. The other statement has no error, or its first tokens cannot be part of a statement
 * before it. It is not indented deeper.
 *
 * @param first the token that started the statement with an error
 * @param parsesAt returns whether a statement without an error begins at an offset
 */
export function findCut(
  cursor: TokenCursor,
  first: Token,
  parsesAt: (cursor: TokenCursor, offset: number) => boolean,
): number | undefined {
  if (cursor.dialect.hasLegacySyntax) return undefined;
  // The token behind the statement is a candidate, too, if the parser blames it.
  const isBlamed = cursor.parserErrors.at(-1)!.span!.start >= cursor.current.start;
  const tokens = [...cursor.tokensSince(first), ...(isBlamed ? [cursor.current] : [])];
  const starts = tokens.filter((token, i) => {
    const next = tokens[i + 1] ?? cursor.next;
    return i > 0 && token.indent <= first.indent && startsStatement({ current: token, next });
  });
  return starts
    .slice(0, maxCuts)
    .find(({ start }) => continuesNothingAt(cursor, start) || parsesAt(cursor, start))?.start;
}

/** Returns whether a statement starts at the current token, also after an incomplete one. */
const surelyStartsAnew = (cursor: TokenCursor, first: Token): boolean =>
  cursor.current.start !== first.start &&
  cursor.current.indent <= first.indent &&
  !cursor.dialect.hasLegacySyntax &&
  startsStatement(cursor) &&
  continuesNothingAt(cursor, cursor.current.start);

/** Returns whether tokens that look like a start of a statement can be nothing else: a call is a head only if `if` follows it. */
function continuesNothingAt({ source, dialect }: TokenCursor, offset: number): boolean {
  const cursor = new TokenCursor(source, dialect, offset);
  if (cursor.next.kind !== '(') return true;
  const { indent } = cursor.advance();
  let depth = 0;
  do {
    const { kind } = cursor.advance();
    if (kind === '(' || kind === '[' || kind === '{') depth++;
    else if (kind === ')' || kind === ']' || kind === '}') depth--;
    if (cursor.current.indent <= indent && startsStatement(cursor)) return false;
  } while (depth > 0 && !cursor.is(';') && !cursor.is('end'));
  return depth === 0 && cursor.is('if');
}

/**
 * Skips a foreign statement that started at the token `first`: to a `;` or `}` outside of brackets, or to a line that is not
 * indented deeper. The errors of the lexer in it are part of the same mistake.
 */
export function skipForeign(cursor: TokenCursor, first: Token): void {
  let depth = 0;
  while (!cursor.is('end')) {
    const token = cursor.current;
    if (
      token !== first &&
      depth === 0 &&
      token.startsLine &&
      token.indent <= first.indent &&
      token.kind !== '{'
    )
      break;
    cursor.advance();
    if (token.kind === '{' || token.kind === '(' || token.kind === '[') depth++;
    else if (token.kind === '}' || token.kind === ')' || token.kind === ']') depth = Math.max(0, depth - 1);
    if (depth === 0 && token.kind === ';') break;
  }
  // Closing brackets of the statement, each on a separate line.
  while (cursor.is('}') && cursor.current.startsLine) cursor.advance();
  cursor.forgive(first.start, cursor.previous?.end ?? first.end);
}
