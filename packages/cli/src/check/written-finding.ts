import type { Span } from '@nanook/core/syntax';
import { codeUrl } from '../codes/docs-url.js';
import type { Finding } from '@nanook/analysis';

/** A finding as `--json` writes it. Lines and columns are 1-based, and columns count code points. */
export interface WrittenFinding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  /** The path of the policy; undefined for a finding without a place, like the four numbers. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly endLine: number | undefined;
  /** The column after the last one. */
  readonly endColumn: number | undefined;
  /** The address of the page about the code. */
  readonly url: string;
}

export const writtenFinding = ({ severity, code, message, span }: Finding): WrittenFinding => ({
  severity,
  code,
  message,
  file: span?.source.name,
  ...(span === undefined ? nowhere : rangeOf(span)),
  url: codeUrl(code),
});

const nowhere = { line: undefined, column: undefined, endLine: undefined, endColumn: undefined };

/** Returns the lines and columns of a place. */
export function rangeOf({ source, start, end }: Span) {
  const [first, last] = [source.positionAt(start), source.positionAt(end)];
  return { line: first.line, column: first.column, endLine: last.line, endColumn: last.column };
}
