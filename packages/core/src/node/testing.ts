// The helpers for tests under Node. Their test doubles are instances of the `Authorizer` for Node.
import { allowing, denying, type TestDoubleOptions } from '../testing/test-double-options.js';
import { Authorizer } from './authorizer.js';

export {
  PolicyCoverage,
  actAs,
  expectFilterMatches,
  mergeCoverage,
  polarMatchers,
  withPolarMatchers,
  type AssertionOf,
  type CoverageData,
  type CoveredPlace,
  type CoveredRole,
  type ExpectFunction,
  type FilterExpectation,
  type MatcherResult,
  type MatcherState,
  type PolarAssertion,
  type PolarMatchers,
} from '../testing/index.js';
export type { TestDoubleOptions };

/** Creates an authorizer that allows everything: for tests that are not about authorization. */
export const allowAll = (options?: TestDoubleOptions): Promise<Authorizer> =>
  Authorizer.load(allowing(options));

/** Creates an authorizer that refuses everything: for tests of the behavior after a refusal. */
export const denyAll = (options?: TestDoubleOptions): Promise<Authorizer> =>
  Authorizer.load(denying(options));
