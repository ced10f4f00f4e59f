import type { AppliedFix, Finding, Fix } from '@nanook/analysis';
import type { FixableFindings } from './fixes/fix-project.js';

/** The result of `nanook check`. */
export interface CheckResult {
  /** The paths of the checked policies. */
  readonly files: readonly string[];
  readonly findings: readonly Finding[];
  /** Messages about the check itself. */
  readonly notes: readonly string[];
  /** Counts the findings that `--fix` and `--unsafe-fixes` would correct. */
  readonly fixable: () => FixableFindings;
  /** Returns the fix of each finding that has one. */
  readonly fixes: () => ReadonlyMap<Finding, Fix>;
  /** The corrections of `--fix`. */
  readonly fixed?: readonly AppliedFix[];
}
