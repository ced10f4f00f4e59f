import { spanOf } from '../diagnostics/span.js';
import type { Token } from './token.js';
import type { TokenCursor } from './token-cursor.js';

// What to do after a syntax error: skip to where the next statement most likely starts, so that its errors are found too
// and no error is followed by others which it only caused.

const blockWords: ReadonlySet<string> = new Set(['actor', 'resource']);

/** Whether a token that starts its line looks like the first of a statement of the policy. */
export function startsStatement(cursor: TokenCursor): boolean {
  const token = cursor.current;
  if (!token.startsLine) return false;
  if (token.kind === '?=') return true;
  if (token.kind === 'type') return cursor.next.kind === 'name';
  if (token.kind !== 'name') return false;
  return cursor.next.kind === '(' || (blockWords.has(token.text) && cursor.next.kind === 'name');
}

/** Whether a token that starts its line looks like the first of a declaration or rule of a block. */
function startsItem(cursor: TokenCursor): boolean {
  const token = cursor.current;
  if (!token.startsLine) return false;
  return token.kind === 'string'
    ? cursor.next.kind === 'if'
    : token.kind === 'name' && cursor.next.kind === '=';
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

/** The text before may be a whole statement: it does not end in an operator, a comma or an opening bracket. */
const mayEndHere = (cursor: TokenCursor): boolean => endsTerm.has(cursor.previous?.kind ?? 'end');

/** The `;` of a statement that started at the token `first`. If only it is missing, that is reported and the statement stands. */
export function expectSemicolon(cursor: TokenCursor, first: Token, wanted: string, what: string): void {
  if (cursor.skip(';')) return;
  const isEnd = cursor.is('end') && mayEndHere(cursor) && cursor.previous!.kind !== 'unterminated';
  const isOver = isEnd || cursor.is('}') || startsAnew(cursor, first, true);
  if (!isOver) cursor.fail(wanted);
  const end = cursor.previous!.end;
  if (cursor.previous!.kind === 'number' && cursor.source.text[end - 1] === '.')
    return cursor.reportForeign(
      spanOf(cursor.source, end - 1, end),
      ';',
      'a rule does not end with a full stop',
    );
  cursor.report('POLAR_PARSE_MISSING_SEMICOLON', { what }, spanOf(cursor.source, end, end));
}

/** Whether what follows looks like a new statement, no further indented than `first`, which started the one before it. */
function startsAnew(cursor: TokenCursor, first: Token, inBlock: boolean): boolean {
  const { current } = cursor;
  if (current.start === first.start || current.indent > first.indent || !mayEndHere(cursor)) return false;
  return startsStatement(cursor) || (inBlock && startsItem(cursor));
}

/** Skips the rest of a statement that started at the token `first`. */
export function skipStatement(cursor: TokenCursor, first: Token): void {
  // A block whose head is wrong is skipped with its body: `resource Repo, Org { roles = ["a"]; }`.
  let isBlock = first.kind === 'name' && cursor.tokensSince(first).every(({ kind }) => kind !== '(');
  let braces = 0;
  for (; !cursor.is('end'); cursor.advance()) {
    if (startsAnew(cursor, first, false)) return;
    if (cursor.is('(') && braces === 0) isBlock = false;
    else if (cursor.is('{') && isBlock) braces++;
    else if (cursor.is('}') && braces > 0) braces--;
    else if (cursor.is(';') && braces === 0) break;
    else continue;
    if (isBlock && braces === 0) break;
  }
  cursor.advance();
}

/** Skips the rest of a declaration or rule in a block that started at the token `first`, up to the end of the block at most. */
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

/**
 * Skips a statement of another language that started at the token `first`: to a `;` or `}` outside of brackets, or to a line that is
 * indented no further. What the lexer found in it is part of the one mistake.
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
  // Closing brackets of it, each on a line of its own.
  while (cursor.is('}') && cursor.current.startsLine) cursor.advance();
  cursor.forgive(first.start, cursor.previous?.end ?? first.end);
}
