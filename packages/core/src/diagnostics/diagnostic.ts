import type { Code, DataOf } from './codes.js';
import { codeFrame } from './code-frame.js';
import type { Span } from './span.js';

export type Severity = 'error' | 'warning';

/** An error or a warning about a policy. Branch on `code` and `data`, never on the message. */
export interface Diagnostic<C extends Code = Code> {
  readonly severity: Severity;
  readonly code: C;
  readonly data: DataOf<C>;
  readonly message: string;
  /** The name of the source; undefined for a policy that was passed as a string. */
  readonly file: string | undefined;
  /** 1-based; undefined when the error is not in a policy text (a type, an option). */
  readonly line: number | undefined;
  /** 1-based, in code points. */
  readonly column: number | undefined;
  readonly span: Span | undefined;
}

/** Returns the message and the code frame, as a terminal shows them. */
export const renderDiagnostic = (d: Diagnostic): string =>
  d.span ? `${d.message}\n${codeFrame(d.span)}` : d.message;
