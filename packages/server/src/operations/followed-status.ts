/** The status of a follower of `@nanook/policies`, as far as a server shows it. */
export interface FollowedStatus {
  readonly isCurrent: boolean;
  readonly revision?: number | undefined;
  /** The time from which the policy is in use. */
  readonly since?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly candidate?: FollowedCandidate | undefined;
  /** The reason why the policy is not current. */
  readonly error?: unknown;
}

/** A policy that is rolled out. */
export interface FollowedCandidate {
  readonly policyHash: string;
  readonly version?: string | undefined;
  readonly percent: number;
}

/** Returns the reason why the policy is not current, with the code of the error; undefined if it is. */
export function reasonAgainst(status: FollowedStatus | undefined): string | undefined {
  if (status?.isCurrent !== false) return undefined;
  const { code } = Object(status.error) as { readonly code?: unknown };
  return `the policy is not current${typeof code === 'string' ? `: ${code}` : ''}`;
}
