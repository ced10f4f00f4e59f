import type { Span } from '../../diagnostics/span.js';

/** Thrown for a rule that only the machine can run. The compiled function bails out when it is called. */
export class NotCompilable {
  constructor(
    /** The construct that has no compiled form, as a noun phrase. */
    readonly why: string,
    /** The goal that cannot be compiled. */
    readonly at?: Span,
  ) {}
}
