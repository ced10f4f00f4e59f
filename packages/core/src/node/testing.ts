// The helpers for tests, under Node: what stands in is the authorizer that applications have there.
import { allowing, denying, type StandInOptions } from '../testing/stand-in-options.js';
import { Authorizer } from './authorizer.js';

export { actAs, polarMatchers, type MatcherResult, type PolarMatchers } from '../testing/index.js';
export type { StandInOptions };

/** An authorizer that allows everything: for tests that are not about authorization. */
export const allowAll = (options?: StandInOptions): Promise<Authorizer> => Authorizer.load(allowing(options));

/** An authorizer that refuses everything: for tests of what an application does then. */
export const denyAll = (options?: StandInOptions): Promise<Authorizer> => Authorizer.load(denying(options));
