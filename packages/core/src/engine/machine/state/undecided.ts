import type { Code, DataOf } from '../../../diagnostics/codes.js';
import { PolarError, type Trace, type TracedCall } from '../../../diagnostics/polar-error.js';
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
  new PolarError(u.code, u.data, u.span, traceOf(u.frame));

/** Returns the rules that led to a place, innermost first. */
export function traceOf(frame: Frame): Trace {
  const notes: string[] = [];
  const calls: TracedCall[] = [];
  for (let f: Frame | undefined = frame; f !== undefined && calls.length < mostCalls; f = f.caller) {
    const { rule, callSpan } = f;
    calls.push({ rule: rule?.origin, callSpan });
    if (rule === undefined || notes.length >= mostNotes) continue;
    const { span } = rule.origin;
    const [firstLine = ''] = textOf(span).split('\n', 1);
    notes.push(`  in rule ${shortText(rule.name, 100)} (${placeOf(span)}): ${shortText(firstLine, 100)}`);
  }
  return { notes, calls };
}

/** The number of rules that a message shows. */
const mostNotes = 8;
/** The number of calls that a trace keeps. A recursion can be long. */
const mostCalls = 1000;
