/** Identifies a policy in decisions. */
export interface PolicyVersion {
  /** The content hash. */
  readonly hash: string;
  /** The label that the application gave to the policy. */
  readonly version: string | undefined;
}
