import type { Span } from '@nanook/core/syntax';

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
