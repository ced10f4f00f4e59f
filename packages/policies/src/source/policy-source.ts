import type { NamedPolicy } from '@nanook/core';

/** The policy that a source contains. */
export interface PublishedPolicy {
  /** A signed bundle, or the texts of a policy. */
  readonly content: string | readonly (string | NamedPolicy)[];
  /** A text that changes whenever the content changes, such as a hash. */
  readonly tag: string;
  /** The revision of a policy that is not a bundle. A lower revision than the one in use is refused. */
  readonly revision?: number;
}

/** Receives the events of a watch. */
export interface SourceListener {
  /**
   * Called when the policy may have changed.
   *
   * @param tag the tag of the new policy, if the source knows it
   */
  changed(tag?: string): void;
  /** Called when the watch has ended by itself. It is started again. */
  lost(error: unknown): void;
}

/** A place that contains one policy for many processes: a database, a message broker, files. */
export interface PolicySource {
  /** The name in messages, such as `PostgreSQL table nanook_policies`. */
  readonly name: string;
  /**
   * Reads the current policy.
   *
   * @param knownTag the tag of the policy that was read last. If the policy has the same tag, the result is `'unchanged'`
   * @returns undefined if there is no policy
   */
  read(knownTag?: string): Promise<PublishedPolicy | 'unchanged' | undefined>;
  /**
   * Watches the policy. Without this method, the policy is read at an interval.
   *
   * @returns a promise that is fulfilled when the watch is active, with a function that ends it
   */
  watch?(listener: SourceListener): Promise<() => Promise<void>>;
}
