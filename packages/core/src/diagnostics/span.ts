import type { Position, Source } from './source.js';

/** A range of a source. Offsets are 0-based UTF-16 code units; `end` is exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export const spanOf = (source: Source, start: number, end: number): Span => ({ source, start, end });

/** Returns the smallest span that contains both. */
export const spanOver = (first: Span, last: Span): Span => ({
  source: first.source,
  start: Math.min(first.start, last.start),
  end: Math.max(first.end, last.end),
});

/** Returns whether a span is a part of another one. */
export const isWithin = (inner: Span, { source, start, end }: Span): boolean =>
  inner.source === source && inner.start >= start && inner.end <= end;

export const textOf = (span: Span): string => span.source.text.slice(span.start, span.end);

export const positionOf = (span: Span): Position => span.source.positionAt(span.start);

/** Returns `policy.polar:2:15`, which editors and terminals link. */
export function placeOf(span: Span): string {
  const { line, column } = positionOf(span);
  return `${span.source.name ?? 'policy'}:${line}:${column}`;
}
