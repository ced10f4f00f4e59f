import { positionOf, type Span } from '@nanook/core/syntax';

/** Returns ` at line 1, column 9 of file policy.polar`. */
export function placeText(span: Span): string {
  const { line, column } = positionOf(span);
  const { name } = span.source;
  return ` at line ${line}, column ${column}${name === undefined ? '' : ` of file ${name}`}`;
}

/** Returns a message with its place, and the line of the source with a mark below the place. */
export function withExcerpt(message: string, span: Span | undefined): string {
  if (span === undefined) return message;
  const { line, column } = positionOf(span);
  const number = String(line).padStart(3, '0');
  const indent = ' '.repeat(number.length + 2 + column - 1);
  return `${message}${placeText(span)}:\n\t${number}: ${span.source.lineText(line)}\n\t${indent}^\n`;
}
