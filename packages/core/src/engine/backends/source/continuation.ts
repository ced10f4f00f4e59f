import { countSuccesses, mayCallMethod, sizeOf } from '../../compiler/plan-analysis.js';
import type { Statement } from '../../compiler/plan.js';
import type { Emission } from './emission.js';

/** The code that runs after a success. */
export type Continuation = Leave | Offer | Continue | Invoke;

/** Leaves: one success is enough, and the remaining alternatives are not tried. */
export interface Leave {
  readonly kind: 'leave';
  readonly text: string;
}

/** Calls the function `then` that was passed in. While that returns `false`, the search continues. */
export interface Offer {
  readonly kind: 'offer';
}

/** Runs a statement. When it fails the search continues, but the statement does not run again. */
export interface Continue {
  readonly kind: 'continue';
  readonly next: Statement;
  /** The variable that records that the statement has run; undefined if there is at most one success. */
  readonly once: string | undefined;
  readonly after: Continuation;
}

/** Runs a statement whose code is in a local function. */
export interface Invoke {
  readonly kind: 'invoke';
  readonly name: string;
  readonly after: Leave | Offer;
}

/** Returns the end of a chain of continuations. */
export const endOf = (continuation: Continuation): Leave | Offer =>
  continuation.kind === 'leave' || continuation.kind === 'offer' ? continuation : endOf(continuation.after);

/** Returns the same continuation for code in a local function, whose result says whether one success was enough. */
export function enclosed(continuation: Continuation): Continuation {
  switch (continuation.kind) {
    case 'leave':
      return { kind: 'leave', text: 'return true;' };
    case 'offer':
      return continuation;
    case 'continue':
      return { ...continuation, after: enclosed(continuation.after) };
    case 'invoke':
      return { ...continuation, after: enclosed(continuation.after) as Leave | Offer };
  }
}

/** Estimates the size of the code for a continuation. */
export const sizeOfContinuation = (continuation: Continuation): number =>
  continuation.kind === 'continue'
    ? sizeOf(continuation.next) + countSuccesses(continuation.next) * sizeOfContinuation(continuation.after)
    : 2;

/** Checks whether a method of the application may be called after a success. */
export const mayCallAfter = (continuation: Continuation): boolean =>
  continuation.kind === 'continue'
    ? mayCallMethod(continuation.next) || mayCallAfter(continuation.after)
    : continuation.kind !== 'leave';

/** Prints the call of a function that says whether the success was enough. @param values the text of its arguments */
export const emitInvocation = (e: Emission, name: string, end: Leave | Offer, values = ''): string =>
  `{ const r = ${e.awaited(`${name}(${values})`)}; if (r !== false) { ${emitEnd(e, end)} } }`;

/** Prints the end of the search, after the result `r` other than `false`. */
export function emitEnd(e: Emission, end: Leave | Offer): string {
  const cut = e.hasCut ? `if (cut) return ${e.localFunctions === 0 ? 'false' : '"stop"'};\n` : '';
  return `${cut}${end.kind === 'leave' ? end.text : 'return r;'}`;
}
