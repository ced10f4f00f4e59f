import { allowing } from './bundles.fixture.js';

/** The source that a replica follows. */
export interface ReplicaTask {
  readonly kind: 'nats' | 'postgres';
  readonly url: string;
  /** The bucket or the table. */
  readonly place: string;
  readonly publicKey: object;
}

/** The messages of a replica to the test. */
export type ReplicaReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'changed'; readonly version: string }
  | {
      readonly kind: 'done';
      readonly checks: number;
      /** Checks without an answer. */
      readonly lost: number;
      readonly wrong: readonly string[];
      readonly errors: readonly string[];
    };

/** A constant whose method answers later, so that a check can span a change of the policy. */
export const slowConstants = {
  Later: { yes: () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 20)) },
};

/** Returns a policy that only the replicas of this version allow, fast and slow. */
export const policyOf = (version: string): string =>
  `${allowing('always', `only ${version}`)}
allow(_, "slow always", _) if Later.yes();
allow(_, "slow only ${version}", _) if Later.yes();`;

/** Returns whether the answers to an action of all policies, of this policy and of another policy are wrong. */
export const isWrong = ([always, own, another]: readonly boolean[]): boolean =>
  always !== true || own !== true || another !== false;
