import type { Source } from '../diagnostics/source.js';
import { sha256 } from '../internal/sha256.js';

/** Identifies a policy in decisions. */
export interface PolicyVersion {
  /** The content hash. */
  readonly hash: string;
  /** The label that the application gave to the policy. */
  readonly version: string | undefined;
  /** The names of the facts that hold for one question only. */
  readonly facts?: readonly string[] | undefined;
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
    readonly facts?: readonly string[],
  ) {}

  get hash(): string {
    return (this.#hash ??= this.policy.hash);
  }
}

/**
 * Returns the content hash of a policy as 64 hexadecimal digits. It is the same for the same texts in the same order, regardless of
 * the names of the files. Each text counts with its length, so that a rule that moves to the next file changes the hash. It hashes
 * UTF-16 code units, because JavaScript strings may differ in lone surrogates.
 */
export function policyHash(sources: readonly Source[]): string {
  const size = sources.reduce((sum, { text }) => sum + 4 + 2 * text.length, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { text } of sources) {
    view.setUint32(at, text.length);
    at += 4;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      bytes[at++] = unit >> 8;
      bytes[at++] = unit;
    }
  }
  return sha256(bytes);
}
