import type { ForeignOperators } from '../../engine/equality.js';
import { compute } from './arithmetic.js';
import { compare } from './comparison.js';
import { deepEqual } from './deep-equality.js';
import { unify } from './unification.js';

/** The operators of oso on values. */
export const osoOperators: ForeignOperators = { compare, compute, unify, equal: deepEqual };
