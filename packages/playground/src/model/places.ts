import type { ExplainedPlace } from '@nanook/core';

/** A part of a text: 0-based offsets in UTF-16 code units, `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A part of a file of a project. */
export interface FileRange extends Range {
  readonly file: string;
}

/** Returns the offset of a line and a column, both 1-based; columns count code points. */
export function offsetAt(text: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const next = text.indexOf('\n', start);
    if (next === -1) return text.length;
    start = next + 1;
  }
  let offset = start;
  for (let i = 1; i < column && offset < text.length; i++)
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  return offset;
}

/** Returns the range of a part of a policy: its text if the file has it there, otherwise the rest of its line. */
export function rangeOf(source: string, place: ExplainedPlace, text: string): Range {
  const start = offsetAt(source, place.line, place.column);
  if (text !== '' && source.startsWith(text, start)) return { start, end: start + text.length };
  const lineEnd = source.indexOf('\n', start);
  return { start, end: lineEnd === -1 ? source.length : lineEnd };
}

/** Returns the place of a name of the data: its key in the outermost object. */
export function rangeOfData(data: string, name: string): Range | undefined {
  const key = JSON.stringify(name);
  let depth = 0;
  for (let at = 0; at < data.length; at++) {
    const char = data[at];
    if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === '"') {
      const end = endOfText(data, at);
      if (depth === 1 && data.slice(at, end) === key && /^\s*:/.test(data.slice(end)))
        return { start: at, end };
      at = end - 1;
    }
  }
  return undefined;
}

function endOfText(data: string, start: number): number {
  let at = start + 1;
  while (at < data.length && data[at] !== '"') at += data[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Returns the line of an offset, 1-based. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
