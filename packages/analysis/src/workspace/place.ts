import type { Span } from '@nanook/core/syntax';

/** A part of a file: 0-based offsets in UTF-16 code units; `end` is exclusive. */
export interface Place {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** A text that replaces a part of a file. */
export interface TextEdit extends Place {
  readonly text: string;
}

export const placeOf = ({ source, start, end }: Span): Place => ({ file: source.name ?? '', start, end });

export const contains = ({ start, end }: { start: number; end: number }, offset: number): boolean =>
  start <= offset && offset <= end;

export const isSamePlace = (a: Place, b: Place): boolean =>
  a.file === b.file && a.start === b.start && a.end === b.end;
