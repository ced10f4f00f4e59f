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
  'invalid',
  'unterminated',
]);

/** The text before may be a whole statement: it does not end in an operator, a comma or an opening bracket. */
const mayEndHere = (cursor: TokenCursor): boolean => endsTerm.has(cursor.previous?.kind ?? 'end');

/** The `;` of a statement that started at the token `first`. If only it is missing, that is reported and the statement stands. */
export function expectSemicolon(cursor: TokenCursor, first: Token, wanted: string): void {
  if (cursor.skip(';')) return;
  const isOver = cursor.is('end') || cursor.is('}') || startsAnew(cursor, first, true);
  if (!isOver) cursor.fail(wanted);
  cursor.reportUnexpected(wanted);
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
