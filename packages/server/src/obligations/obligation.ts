import { describeValue } from '@nanook/core/internal';
import { own, type AccessRequest } from '../messages/access-request.js';
import type { JsonObject } from '../messages/read-body.js';

/** A duty of the caller that comes with a decision, such as a second factor or a notification. */
export interface Obligation {
  readonly id: string;
  /** One of the declared types, such as `step-up`. */
  readonly type: string;
  readonly properties?: JsonObject;
}

/** A decision that can have obligations, with the entities as the caller sent them. */
export interface ObligatedDecision extends AccessRequest {
  readonly decision: boolean;
}

/** The option `obligations` of `decisionServer`. */
export interface ObligationOptions {
  /** The types that decisions can have. The metadata contain them. */
  readonly types: readonly string[];
  /** Returns the obligations of a decision, or a promise of them. */
  readonly of: (decision: ObligatedDecision) => readonly Obligation[] | PromiseLike<readonly Obligation[]>;
}

/** Returns the obligations of a decision. @throws {Error} for one that is not declared, so that no caller misses it */
export async function obligationsOf(
  { types, of }: ObligationOptions,
  decision: ObligatedDecision,
): Promise<readonly Obligation[]> {
  const obligations: unknown = await of(decision);
  const isValid = (each: unknown): each is Obligation => {
    const { id, type } = Object(each) as Partial<Record<keyof Obligation, unknown>>;
    return typeof id === 'string' && typeof type === 'string' && types.includes(type);
  };
  if (Array.isArray(obligations) && obligations.every(isValid)) return obligations;
  throw new Error(
    `obligations.of must return a list of { id, type }, with one of the types ${types.join(', ')}, found ${describeValue(obligations)}`,
  );
}

/** Returns whether the caller says that it can fulfill all obligations. */
export function canFulfill({ context }: AccessRequest, obligations: readonly Obligation[]): boolean {
  const supported = own(context, 'supported_obligations');
  return obligations.every(({ type }) => Array.isArray(supported) && supported.includes(type));
}
