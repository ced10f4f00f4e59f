import type { Finding, Fix } from '@nanook/cli/tools';

/** An error or a warning about a text of a project. */
export interface Problem {
  /** The name of a policy, `types` or `data`. */
  readonly file: string;
  readonly severity: 'error' | 'warning';
  /** A code of the reference; undefined for a mistake in JSON. */
  readonly code: string | undefined;
  readonly message: string;
  /** Offsets in the text, 0-based. Both are 0 for a problem without a place. */
  readonly start: number;
  readonly end: number;
  readonly fix: Fix | undefined;
}

/**
 * Returns a finding of `nanook check` as a problem.
 *
 * @param elsewhere the file of a finding without a place
 */
export const problemOf = (
  { severity, code, message, span }: Finding,
  elsewhere: string,
  fix?: Fix,
): Problem => ({
  file: span?.source.name ?? elsewhere,
  severity,
  code,
  message,
  start: span?.start ?? 0,
  end: span?.end ?? 0,
  fix,
});

export const isError = ({ severity }: Problem): boolean => severity === 'error';
