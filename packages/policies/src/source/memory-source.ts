import { sha256 } from './content-tag.js';
import type { PolicySource, PublishedPolicy, SourceListener } from './policy-source.js';

/** A source in the memory of one process: for tests, and for applications that receive policies in their own way. */
export class MemorySource implements PolicySource {
  readonly name = 'memory';
  readonly #listeners = new Set<SourceListener>();
  #published: PublishedPolicy | undefined;

  /** @param content the first policy */
  constructor(content?: PublishedPolicy['content']) {
    if (content !== undefined) this.publish(content);
  }

  /**
   * Publishes a policy.
   *
   * @param content a signed bundle, or the texts of a policy
   * @param revision the revision of a policy that is not a bundle
   */
  publish(content: PublishedPolicy['content'], revision?: number): void {
    const tag = sha256(JSON.stringify([content, revision]));
    this.#published = revision === undefined ? { content, tag } : { content, tag, revision };
    for (const listener of this.#listeners) listener.changed(tag);
  }

  read(knownTag?: string): Promise<PublishedPolicy | 'unchanged' | undefined> {
    const published = this.#published;
    return Promise.resolve(published !== undefined && published.tag === knownTag ? 'unchanged' : published);
  }

  watch(listener: SourceListener): Promise<() => Promise<void>> {
    this.#listeners.add(listener);
    return Promise.resolve(() => {
      this.#listeners.delete(listener);
      return Promise.resolve();
    });
  }
}
