import type { PolicySource, PublishedPolicy } from './policy-source.js';

/** Reads a source, which the application may have written, and checks the form of its answer. */
export async function readSource(
  source: PolicySource,
  knownTag?: string,
): Promise<PublishedPolicy | 'unchanged' | undefined> {
  const published: unknown = await source.read(knownTag);
  if (published === undefined || isPublished(published)) return published;
  if (published !== 'unchanged')
    throw new Error(
      '`read` must return { content, tag }, "unchanged" or undefined, with a text or a list as content',
    );
  if (knownTag === undefined) throw new Error('`read` returned "unchanged", but no policy was read before');
  return published;
}

function isPublished(published: unknown): published is PublishedPolicy {
  if (typeof published !== 'object' || published === null) return false;
  const { content, tag } = published as Partial<Record<keyof PublishedPolicy, unknown>>;
  return typeof tag === 'string' && (typeof content === 'string' || Array.isArray(content));
}
