import type { Code, DataOf } from '../../../diagnostics/codes.js';
import { PolarError } from '../../../diagnostics/polar-error.js';
import { shortText } from '../../../diagnostics/short-data.js';
import type { Span } from '../../../diagnostics/span.js';
import { placeOf, textOf } from '../../../diagnostics/span.js';
import type { Frame } from './frame.js';

/** A condition that the data cannot decide, and its place. */
export interface Undecided<C extends Code = Code> {
  readonly code: C;
  readonly data: DataOf<C>;
  readonly span: Span;
  readonly frame: Frame;
}

export const undecidedError = (u: Undecided): PolarError =>
  new PolarError(u.code, u.data, u.span, { notes: traceOf(u.frame) });

/** Returns the rules that led to a place, innermost first. */
export function traceOf(frame: Frame): string[] {
  const lines: string[] = [];
  for (let f: Frame | undefined = frame; f !== undefined && lines.length < 8; f = f.caller) {
    if (f.rule === undefined) continue;
    const { span } = f.rule.origin;
    const [firstLine = ''] = textOf(span).split('\n', 1);
    lines.push(`  in rule ${shortText(f.rule.name, 100)} (${placeOf(span)}): ${shortText(firstLine, 100)}`);
  }
  return lines;
}
