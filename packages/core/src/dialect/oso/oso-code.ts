import { osoMembers } from './members.js';
import { osoOperators } from './operators.js';

/** The code that replaces the operators and the members of values. */
export const dialectCode = { members: osoMembers, operators: osoOperators };
