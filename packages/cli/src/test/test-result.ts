import type { CoverageData } from '@nanook/core/testing';

/** The result of one test of a policy. */
export interface TestResult {
  readonly name: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly durationMs: number;
  /** The assertions that do not hold; empty when the test passes. */
  readonly failures: readonly TestFailure[];
  /** The parts of the policies that the assertions reach; undefined if it is not measured. */
  readonly coverage: CoverageData | undefined;
}

/** An assertion that does not hold, or a setup that cannot be loaded. */
export interface TestFailure {
  /** The assertion as the policy writes it. */
  readonly assertion: string;
  /** 1-based. */
  readonly line: number;
  /** The reason: an explanation, the missing and the unexpected values, or an error. */
  readonly reason: string;
}
