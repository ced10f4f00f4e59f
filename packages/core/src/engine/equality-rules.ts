import { declaredEquality } from './declared-equality.js';
import { deepEqual } from './deep-equality.js';
import type { EqualityRules } from './equality.js';

/** All ways of comparing instances, for any program. */
export const equalityRules: EqualityRules = { declaredEquality, deepEqual };
