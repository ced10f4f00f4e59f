import type { Dialect } from '../dialect/dialect.js';
import { dialectCode as oso } from '../dialect/oso/oso-code.js';
import { dialectCode as osoCloud } from '../dialect/oso-cloud/oso-cloud-code.js';
import type { ForeignOperators } from '../engine/equality.js';
import type { ForeignMembers } from '../host/member.js';
import type { Policy } from '../policy/policy.js';
import type { TypeTable } from '../types/type-table.js';

/** The code of a dialect, which is loaded with its first policy. */
export interface DialectCode {
  /** The operators on values. */
  readonly operators?: ForeignOperators;
  /** The access to members of values. */
  readonly members?: ForeignMembers;
  /** Orders the conditions of checked rules. */
  readonly orderConditions?: (policy: Policy, types: TypeTable) => Policy;
}
export type DialectCodes = Readonly<Partial<Record<Dialect['name'], DialectCode>>>;

/** The code of all dialects, for loads that cannot wait for an import. */
export const dialectCodes: DialectCodes = { oso, 'oso-cloud': osoCloud };
