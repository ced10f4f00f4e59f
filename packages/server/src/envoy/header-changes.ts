import { describeValue } from '@nanook/core/internal';
import { isRecord } from '../errors/check-options.js';
import type { HeaderChanges } from './envoy-options.js';

/** The header of an answer in the HTTP mode that names the headers to remove. */
export const removalHeader = 'x-envoy-auth-headers-to-remove';

/** Headers of one connection, or of the size of one message. They would break the answer to Envoy, or the request to the upstream. */
const reserved = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  removalHeader,
]);

/**
 * Checks the result of the option `headers`. A header that is lost could be one that the client has forged.
 *
 * @throws {Error} for a result that is no object, and for a name or a value that HTTP does not allow
 */
export function checkedChanges(changes: unknown): Required<HeaderChanges> {
  if (!isRecord(changes))
    throw new Error(`\`headers\` must return an object, found ${describeValue(changes)}`);
  const { set = {}, remove = [] } = changes as HeaderChanges;
  if (!isRecord(set) || !Array.isArray(remove))
    throw new Error('`headers` must return an object `set` and a list `remove`');
  for (const name of remove) checkName(name);
  return { set: checkedHeaders(set), remove };
}

/** Checks headers of an answer, and returns them with names in small letters. @throws {Error} */
export function checkedHeaders(headers: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const checked = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    checkName(name);
    const lower = name.toLowerCase();
    if (checked.has(lower)) throw new Error(`the header ${name} must be given once`);
    if (typeof value !== 'string' || !/^[\t\x20-\x7e]*$/.test(value))
      throw new Error(
        `the header ${name} must be a text of ASCII characters; encode others, for example with encodeURIComponent`,
      );
    checked.set(lower, value);
  }
  return Object.fromEntries(checked);
}

function checkName(name: unknown): void {
  if (typeof name !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(name))
    throw new Error(`expected the name of a header, found ${describeValue(name)}`);
  if (reserved.has(name.toLowerCase())) throw new Error(`the header ${name} cannot be changed`);
}
