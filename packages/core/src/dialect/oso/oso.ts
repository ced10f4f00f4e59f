import { compare } from './comparison.js';
import { compute } from './arithmetic.js';
import { deepEqual } from './deep-equality.js';
import { osoMembers } from './members.js';
import { unify } from './unification.js';
import type { Dialect } from '../dialect.js';

/** The meaning of oso 0.27, for applications that were written for it. */
export const oso: Dialect = {
  name: 'oso',
  operators: { compare, unify, compute, equal: deepEqual },
  members: osoMembers,
  undecidedEndsQuery: true,
  losesHostErrorsInNegation: true,
  patternsReadAnything: true,
  hasUndefined: true,
  plainObjectsAreInstances: true,
  integersAreFloats: true,
  unionsIgnoreFields: true,
  inlineQueriesRunBackwards: true,
  classesAreInstances: true,
  predicatesReplaceClasses: true,
  loadsUncheckedPolicies: true,
};
