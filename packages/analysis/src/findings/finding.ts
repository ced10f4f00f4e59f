import type { Diagnostic } from '@nanook/core';
import type { Span } from '@nanook/core/syntax';

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

export const findingOf = ({ severity, code, message, span, data }: Diagnostic): Finding => ({
  severity,
  code,
  message,
  span,
  data,
});

/** Returns whether a finding fails the command: an error, or an equality that nil on both sides makes true, which is a likely hole. */
export const failsCheck = ({ severity, code }: Finding): boolean =>
  severity === 'error' || code === 'POLAR_CHECK_BOTH_NIL';

export const errorCount = (findings: readonly Finding[]): number =>
  findings.filter(({ severity }) => severity === 'error').length;
