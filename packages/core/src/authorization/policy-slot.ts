import type { DecisionContext, DecisionEngine } from './decision-engine.js';
import type { Engines } from './engines.js';
import type { LoadContext, LoadedPolicy } from './loaded-policy.js';

/** A policy that is used next to the policy of an authorizer. */
export interface NextPolicy {
  readonly hash: string;
  readonly version: string | undefined;
  /** Creates the engines of a policy that is used next to this one. */
  enginesFor(loaded: LoadedPolicy): Engines;
}

/** The policy of an authorizer, for code that changes it. */
export interface PolicySlot {
  readonly loading: LoadContext;
  readonly deciding: DecisionContext;
  /** Returns the policy in use, and the one that is used next to it. */
  current(): { readonly loaded: LoadedPolicy; readonly next: NextPolicy | undefined };
  /** Uses a policy, and another one next to it. */
  use(loaded: LoadedPolicy, Engine: typeof DecisionEngine, next: NextPolicy | undefined): void;
}
