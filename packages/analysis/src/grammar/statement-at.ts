import type { PolicyToken } from '@nanook/core/syntax';

/** Words and signs after which a line cannot start a statement. */
const continues: ReadonlySet<string> = new Set(['if', 'and', 'or', 'not', 'in', 'matches', '=', '.']);

/**
 * Returns the tokens of the last statement of a text that is still open at its end. It ends a broken statement before a line at the margin
 * that looks like a start of another one.
 *
 * @param tokens the tokens before a place, without comments
 */
export function statementAt(tokens: readonly PolicyToken[], text: string): readonly PolicyToken[] {
  let start = 0;
  /** Open braces of a block or a test, or -1 in another statement. */
  let braces = -1;
  let isOver = true;
  tokens.forEach((token, i) => {
    if (isOver || (startsAtMargin(tokens, i, text) && !isContinued(tokens, i, text))) {
      start = i;
      braces = hasBody(tokens, i) ? 0 : -1;
      isOver = false;
    }
    if (braces < 0) {
      if (token.text === ';') isOver = true;
    } else if (token.text === '{') braces++;
    else if (token.text === '}' && --braces <= 0) isOver = true;
  });
  return isOver ? [] : tokens.slice(start);
}

/** Returns whether a line can be part of the statement before it: a call behind an operator, without a blank line between them. */
function isContinued(tokens: readonly PolicyToken[], i: number, text: string): boolean {
  const previous = tokens[i - 1];
  if (previous === undefined || tokens[i + 1]?.text !== '(') return false;
  const between = text.slice(previous.end, tokens[i]!.start);
  return continues.has(previous.text) && !/\n[ \t\r]*\n/.test(between);
}

const isBlockWord = (word: string | undefined): boolean => word === 'actor' || word === 'resource';

/** Returns whether a statement has its parts in braces. */
const hasBody = (tokens: readonly PolicyToken[], i: number): boolean =>
  (isBlockWord(tokens[i]?.text) && tokens[i + 1]?.text !== '(') ||
  (tokens[i]?.text === 'global' && tokens[i + 1]?.text === '{') ||
  (tokens[i]?.text === 'test' && (tokens[i + 1]?.kind === 'string' || tokens[i + 1]?.text === 'fixture'));

/** Returns whether a token at the start of a line, without indentation, looks like a start of a statement. */
function startsAtMargin(tokens: readonly PolicyToken[], i: number, text: string): boolean {
  const { start, kind, text: word } = tokens[i]!;
  if (start > 0 && text[start - 1] !== '\n') return false;
  const next = tokens[i + 1];
  if (word === '?=') return true;
  if (word === 'type' || (word === 'declare' && next?.text !== '(')) return next?.kind === 'name';
  if (kind !== 'name') return false;
  return next?.text === '(' || (isBlockWord(word) && next?.kind === 'name') || hasBody(tokens, i);
}
