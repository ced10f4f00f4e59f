import { textOf, type Span } from '@nanook/core/syntax';

const token =
  /"(?:[^"\\]|\\.)*"|\d+(?:\.\d+)?|[\p{L}_][\p{L}\p{N}_?]*(?:::[\p{L}_][\p{L}\p{N}_?]*)*|:=|!=|==|<=|>=|\?=|\S/uy;

/** Returns the token at the beginning of a place. */
export function tokenAt({ source, start }: Span): Span {
  token.lastIndex = start;
  const found = token.exec(source.text);
  return { source, start, end: start + (found?.[0].length ?? 0) };
}

/** Returns the first token after a place; an empty place if there is none. */
export function nextToken({ source, start, end }: Span): Span {
  const rest = source.text.slice(end);
  const skipped = /^(?:\s|#[^\n]*)*/.exec(rest)![0].length;
  return end + skipped >= source.text.length
    ? { source, start, end: start }
    : tokenAt({ source, start: end + skipped, end: end + skipped });
}

/** Returns the place where a string without a closing quote ends: the line break, or the end of the text. */
export function quoteEnd({ source, start }: Span): Span {
  const found = source.text.indexOf('\n', start);
  const end = found === -1 ? source.text.length : found;
  return { source, start: end, end };
}

/** Returns the place of the first field of the dictionary that contains a key. */
export function firstField({ source, start }: Span): Span {
  let depth = 0;
  for (let i = start - 1; i >= 0; i--) {
    const character = source.text[i];
    if (character === '}' || character === ']' || character === ')') depth++;
    else if (character === '{' || character === '[' || character === '(') {
      if (depth === 0) return nextToken({ source, start: i, end: i + 1 });
      depth--;
    }
  }
  return { source, start, end: start };
}

/** Returns the place of the value of a declaration: `["a"]` in `roles = ["a"]`. */
export function declarationValue(span: Span): Span {
  const { source, start } = span;
  const found = /^\s*[\p{L}_][\p{L}\p{N}_]*\s*=/u.exec(source.text.slice(start));
  return found === null ? span : nextToken({ source, start, end: start + found[0].length });
}

/** Returns the place of a block, if a place is the name of its class. */
export function blockStart(span: Span): Span {
  const { source, start } = span;
  const found = /(?:actor|resource)\s+$/.exec(source.text.slice(0, start));
  return found === null ? span : { source, start: found.index, end: span.end };
}

/** Returns the name before a colon that is one of two and no name follows, and the place of the second colon. */
export function pathBefore({
  source,
  start,
}: Span): { readonly name: string; readonly end: Span } | undefined {
  const before = /[\p{L}_][\p{L}\p{N}_?]*(?:::[\p{L}_][\p{L}\p{N}_?]*)*$/u.exec(source.text.slice(0, start));
  if (before === null || source.text.slice(start, start + 2) !== '::') return undefined;
  return { name: `${before[0]}::`, end: { source, start: start + 1, end: start + 2 } };
}

/** Returns the last token before a place; undefined at the beginning of the text. */
function tokenBefore({ source, start }: Span): Span | undefined {
  let found: Span | undefined;
  for (let next = nextToken({ source, start: 0, end: 0 }); next.end > next.start && next.start < start;) {
    found = next;
    next = nextToken(next);
  }
  return found;
}

const keywords = new Set(
  'and cut debug false forall if in inf isa matches mod nan new not or print rem true type'.split(' '),
);
export const isName = (text: string): boolean => /^[\p{L}_]/u.test(text) && !keywords.has(text);

/** The tokens that may begin a value, but only before a certain other token. */
const beginnings = new Set(['.', 'in', 'new', 'debug', 'print', 'forall', '+', '-']);

/**
 * Returns the token that oso finds unexpected, where the parser does not expect a token: it reads on as long as a longer text may be correct.
 *
 * @param isString whether only a string is correct at the place
 */
export function unexpectedToken(place: Span, isString: boolean): Span {
  const text = textOf(place);
  const before = tokenBefore(place);
  const last = textOrStart(before);
  const isStatement = statementEnds.has(last);
  if (isString && (!isStatement || !isName(text))) return place;
  const next = nextToken(place);
  if (text === ',') return endsValue(last, place) && endings.has(textOf(next)) ? next : place;
  if (endsValue(last, place) && operators.has(text) && isInBody(place)) return next;
  // A statement may begin with two names: those of a block.
  // The keyword of a block is unexpected only in another block, where a second name is too.
  if (beginsStatement(place) && isName(textOf(next)) && !isBlockKeyword(text)) return nextToken(next);
  if (last === '.' || isBeginning(before) || endsValue(last, place)) return place;
  return isName(text) || (!isStatement && last !== ':' && beginnings.has(text)) ? next : place;
}

/** The operators that begin an operator of another language, such as `===` and `<>`. */
const operators = new Set(['=', '==', '!=', '<', '*']);

const isInBody = ({ source, start }: Span): boolean =>
  /\bif\b[^;]*$/.test(source.text.slice(source.text.lastIndexOf(';', start - 1) + 1, start));

/** Returns whether a token begins a value, and is not an operator between two of them. */
function isBeginning(token: Span | undefined): boolean {
  if (token === undefined || !beginnings.has(textOf(token))) return false;
  const before = tokenBefore(token);
  return before === undefined || !endsValue(textOf(before), token);
}

export const isBlockKeyword = (text: string): boolean => text === 'actor' || text === 'resource';

/** Returns whether a token is a name at the beginning of a statement. */
export const beginsStatement = (token: Span): boolean =>
  isName(textOf(token)) && /^[;}]$/.test(textOrStart(tokenBefore(token)));

const textOrStart = (token: Span | undefined): string => (token === undefined ? ';' : textOf(token));

const statementEnds = new Set([';', '}', '{']);
const endings = new Set([')', ']', '}']);

/** Returns whether a token ends a value, so that only an operator or the end of the condition may come after it. */
function endsValue(text: string, { source, start }: Span): boolean {
  // A brace at the end of a line ends a block.
  if (text === '}') return !/\}\s*\n\s*$/.test(source.text.slice(0, start));
  return /^["\d)\]]/.test(text) || isName(text) || ['true', 'false', 'nan', 'inf', 'cut'].includes(text);
}
