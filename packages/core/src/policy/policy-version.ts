/** Identifies a policy in decisions. */
export interface PolicyVersion {
  /** The content hash. */
  readonly hash: string;
  /** The label that the application gave to the policy. */
  readonly version: string | undefined;
}

/**
 * A version whose hash is computed when it is first read. A large policy loads faster without it. A class, because a getter in an object
 * literal takes 100 ns each time.
 */
export class LazyVersion implements PolicyVersion {
  #hash: string | undefined = undefined;

  constructor(
    readonly policy: Pick<PolicyVersion, 'hash'>,
    readonly version: string | undefined,
  ) {}

  get hash(): string {
    return (this.#hash ??= this.policy.hash);
  }
}
