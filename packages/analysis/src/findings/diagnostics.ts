import type { Snapshot } from '../workspace/snapshot.js';
import { checkParsed } from './check-parsed.js';
import type { Finding } from './finding.js';

/** A finding at a place of a file. */
export interface FileFinding {
  readonly severity: Finding['severity'];
  /** A code of the reference, such as `POLAR_CHECK_SINGLETON_VARIABLE`. */
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** Whether the text changes no answer, so that an editor shows it paler. */
  readonly isUnnecessary: boolean;
}

const unnecessary: ReadonlySet<string> = new Set([
  'NANOOK_LINT_DUPLICATE_RULE',
  'NANOOK_LINT_DUPLICATE_CONDITION',
  'NANOOK_LINT_UNREACHABLE_RULE',
  'NANOOK_LINT_NEVER_USED',
]);

/** Returns the errors and warnings of all policies, as `nanook check` reports them without running a policy. */
export const findingsIn = ({
  files,
  types,
  settings: { constants, queries, dialect },
  memory,
}: Snapshot): readonly Finding[] =>
  checkParsed({ texts: files.map(({ parsed }) => parsed), types, constants, queries, dialect, memory });

export const fileFinding = ({ severity, code, message, span }: Finding): FileFinding => ({
  severity,
  code,
  message,
  start: span?.start ?? 0,
  end: span?.end ?? 0,
  isUnnecessary: unnecessary.has(code),
});
