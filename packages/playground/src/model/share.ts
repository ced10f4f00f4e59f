import { isPolicyName } from './file-names.js';
import { keptIn, type ProjectText } from './project-text.js';

// A shared project is the fragment of an address, which no browser sends to a server: `#project=` and compressed JSON in base64url.

/** The longest fragment. Chat programs and browsers cut longer addresses. */
export const maxFragment = 32_000;
/** The greatest size of a project in bytes. A fragment of a few characters can unpack to gigabytes. */
const maxUnpacked = 500_000;
const maxPolicies = 50;

const key = 'project=';

/** An address whose project cannot be opened. The message is for the reader. */
export class ShareError extends Error {
  override readonly name = 'ShareError';
}

/**
 * Returns the fragment of a project, without `#`.
 *
 * @throws {ShareError} when it would be too long
 */
export async function toFragment(project: ProjectText): Promise<string> {
  const { policies, types, data, options, question } = project;
  const written = {
    policies: policies.map(({ name, source }) => [name, source]),
    types,
    data,
    ...(Object.keys(options).length > 0 && { options }),
    question: [question.actor, question.action, question.resource],
  };
  const packed = await through(
    new TextEncoder().encode(JSON.stringify(written)),
    new CompressionStream('deflate-raw'),
    Number.POSITIVE_INFINITY,
  );
  const fragment = key + toBase64Url(packed);
  if (fragment.length > maxFragment)
    throw new ShareError(
      `this project is too large for a link: ${fragment.length} characters, at most ${maxFragment}; export it as files`,
    );
  return fragment;
}

/** Returns whether a fragment is meant to be a project. */
export const isShared = (fragment: string): boolean => fragment.startsWith(key);

/**
 * Reads the project of a fragment, which anybody can have written.
 *
 * @throws {ShareError} when it is not a project, or too large
 */
export async function fromFragment(fragment: string): Promise<ProjectText> {
  if (fragment.length > maxFragment)
    throw new ShareError(`this link has ${fragment.length} characters; expected at most ${maxFragment}`);
  let text: string;
  try {
    const unpacked = await through(
      fromBase64Url(fragment.slice(key.length)),
      new DecompressionStream('deflate-raw'),
      maxUnpacked,
    );
    text = new TextDecoder('utf-8', { fatal: true }).decode(unpacked);
  } catch (error) {
    if (error instanceof ShareError) throw error;
    throw damaged();
  }
  return projectOf(text);
}

const damaged = (): ShareError =>
  new ShareError(
    'this link is damaged: expected a project that this page has shared; ask for the link again',
  );

function projectOf(text: string): ProjectText {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    throw damaged();
  }
  if (!isRecord(written)) throw damaged();
  const { policies, types, data, options = {}, question } = written;
  if (!Array.isArray(policies) || policies.length === 0 || policies.length > maxPolicies) throw damaged();
  if (typeof types !== 'string' || typeof data !== 'string' || !isRecord(options)) throw damaged();
  if (!Array.isArray(question) || question.length !== 3 || !question.every(isText)) throw damaged();
  const named = policies.map((each: unknown) => {
    if (!Array.isArray(each) || each.length !== 2 || !each.every(isText)) throw damaged();
    const [name, source] = each as [string, string];
    if (!isPolicyName(name)) throw damaged();
    return { name, source };
  });
  if (new Set(named.map(({ name }) => name)).size < named.length) throw damaged();
  const [actor, action, resource] = question as [string, string, string];
  return { policies: named, types, data, options: keptIn(options), question: { actor, action, resource } };
}

const isText = (value: unknown): value is string => typeof value === 'string';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Sends bytes through a stream, and stops as soon as the result is too large. */
async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  maxSize: number,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxSize) {
      await reader.cancel();
      throw new ShareError(`the project of this link is too large; expected at most ${maxSize} bytes`);
    }
    parts.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]+$/.test(text)) throw damaged();
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
