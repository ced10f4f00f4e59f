import type { Diagnostic } from '@nanook/core';
import { positionOf, type Span } from '@nanook/core/syntax';
import { codeUrl } from '../codes/docs-url.js';

/** An error or a warning of `nanook check`. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** A code of the reference, such as `POLAR_CHECK_SINGLETON_VARIABLE`. */
  readonly code: string;
  readonly message: string;
  /** The place in a policy; undefined for a finding about a type or an option. */
  readonly span: Span | undefined;
  /** The parts of the message of an error of the load. */
  readonly data?: unknown;
}

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
  /** The address of the description of the code, if the documentation has a public home. */
  readonly url: string | undefined;
}

export const findingOf = ({ severity, code, message, span, data }: Diagnostic): Finding => ({
  severity,
  code,
  message,
  span,
  data,
});

export function writtenFinding({ severity, code, message, span }: Finding): WrittenFinding {
  const start = span && positionOf(span);
  const end = span?.source.positionAt(span.end);
  const file = span?.source.name;
  return {
    severity,
    code,
    message,
    file,
    line: start?.line,
    column: start?.column,
    endLine: end?.line,
    endColumn: end?.column,
    url: codeUrl(code),
  };
}

/** Returns whether a finding fails the command: an error, or an equality that nil on both sides makes true, which is a likely hole. */
export const failsCheck = ({ severity, code }: Finding): boolean =>
  severity === 'error' || code === 'POLAR_CHECK_BOTH_NIL';

export const errorCount = (findings: readonly Finding[]): number =>
  findings.filter(({ severity }) => severity === 'error').length;
