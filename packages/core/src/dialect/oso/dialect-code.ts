import type { ForeignOperators } from '../../engine/equality.js';
import type { ForeignMembers } from '../../host/member.js';
import { osoMembers } from './members.js';
import { osoOperators } from './operators.js';

/** The code that replaces the operators and the members of values in another dialect. */
export interface DialectCode {
  readonly members: ForeignMembers;
  readonly operators: ForeignOperators;
}

/** The code of the dialect of oso, which is loaded with its first policy. */
export const osoCode: DialectCode = { members: osoMembers, operators: osoOperators };
