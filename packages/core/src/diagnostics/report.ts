import { messageOf, type Code, type DataOf } from './codes.js';
import type { Diagnostic, Severity } from './diagnostic.js';
import { shortData } from './short-data.js';
import { positionOf, type Span } from './span.js';

/** Creates a diagnostic with its message. */
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
