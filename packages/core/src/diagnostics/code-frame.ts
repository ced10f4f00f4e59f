import type { Span } from './span.js';
import { placeOf, positionOf } from './span.js';

const maxWidth = 160;

/** Returns the place, the line before, the line itself and a marker below the span. Control characters are replaced. */
export function codeFrame(span: Span): string {
  const { line, column } = positionOf(span);
  const { source } = span;
  const gutter = String(line).length;
  const show = (n: number) => `  ${String(n).padStart(gutter)} | ${visible(source.lineText(n))}`.trimEnd();
  const points = [...source.lineText(line)];
  const skip = column > maxWidth ? column - Math.floor(maxWidth / 2) : 0;
  const text = visible(points.slice(skip, skip + maxWidth).join(''));
  const before = visible(points.slice(skip, column - 1).join(''));
  const marked = [
    ...source.text.slice(span.start, Math.min(span.end, span.start + 4 * maxWidth)).split('\n', 1)[0]!,
  ];
  const room = Math.max(1, [...text].length - [...before].length);
  const marker = '^'.repeat(Math.max(1, Math.min(marked.length, room)));
  const lines = [`  ${placeOf(span)}`];
  if (line > 1 && skip === 0) lines.push(clip(show(line - 1)));
  lines.push(
    `  ${line} | ${text}`.trimEnd(),
    `  ${' '.repeat(gutter)} | ${before.replace(/[^\t]/gu, ' ')}${marker}`,
  );
  return lines.join('\n');
}

const clip = (text: string): string =>
  [...text].length > maxWidth + 8 ? `${[...text].slice(0, maxWidth + 8).join('')}…` : text;

const visible = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- finding control characters is the point
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\u00b7');
