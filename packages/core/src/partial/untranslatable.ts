import { PolarError } from '../diagnostics/polar-error.js';
import type { Span } from '../diagnostics/span.js';
import type { Goal } from '../ir/goal.js';
import type { Frame } from './unknown.js';

/** The place of a goal: its text, and the name of its rule. */
export interface Place {
  readonly span: Span;
  readonly rule: string;
}

/** Returns the error for a construct that no condition expresses. A condition is never widened instead. */
export const untranslatable = (
  construct: string,
  instead: string,
  { span, rule }: Place,
): PolarError<'POLAR_FILTER_UNTRANSLATABLE'> =>
  new PolarError('POLAR_FILTER_UNTRANSLATABLE', { construct, instead, rule }, span);

/** Returns the place of a goal. @param frame undefined for the query itself */
export const placeOf = (goal: Goal, frame: Frame | undefined): Place => ({
  span: goal.span,
  rule: frame?.rule ?? 'allow',
});
