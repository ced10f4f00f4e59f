import type { Code, DataOf } from './codes.js';
import { messageOf } from './codes.js';
import { codeFrame } from './code-frame.js';
import { shortData } from './short-data.js';
import type { Span } from './span.js';
import { positionOf } from './span.js';

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

export function diagnostic<C extends Code>(
  severity: Severity,
  code: C,
  data: DataOf<C>,
  span: Span | undefined,
): Diagnostic<C> {
  const position = span && positionOf(span);
  return {
    severity,
    code,
    data: shortData(data),
    message: messageOf(code, data),
    file: span?.source.name,
    line: position?.line,
    column: position?.column,
    span,
  };
}

/** Returns the message and the code frame, as a terminal shows them. */
export const renderDiagnostic = (d: Diagnostic): string =>
  d.span ? `${d.message}\n${codeFrame(d.span)}` : d.message;

/** Collects the errors and warnings of the parser and the checks. They report everything that they find; only `load` throws. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];

  error<C extends Code>(code: C, data: DataOf<C>, span?: Span): void {
    this.diagnostics.push(diagnostic('error', code, data, span));
  }

  warning<C extends Code>(code: C, data: DataOf<C>, span?: Span): void {
    this.diagnostics.push(diagnostic('warning', code, data, span));
  }

  get errors(): Diagnostic[] {
    return this.diagnostics.filter((d) => d.severity === 'error');
  }

  get warnings(): Diagnostic[] {
    return this.diagnostics.filter((d) => d.severity === 'warning');
  }

  get hasErrors(): boolean {
    return this.diagnostics.some((d) => d.severity === 'error');
  }
}
