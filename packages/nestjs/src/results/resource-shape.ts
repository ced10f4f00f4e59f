/** What a value is that a policy cannot be asked about as one resource, in words; `undefined` for what may be one, or is nothing. */
export function describeNonResource(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'bytes';
  if (streamMethods.some((name) => typeof (value as Record<string, unknown>)[name] === 'function'))
    return 'a stream';
  if (value instanceof Map || value instanceof Set || isIterator(value))
    return 'a collection that is no list';
  return undefined;
}

/** Of Node's streams, of the web's, and of `StreamableFile`. */
const streamMethods = ['pipe', 'getReader', 'getStream'];

const isIterator = (value: object): boolean =>
  typeof (value as Partial<Iterator<unknown>>).next === 'function' &&
  (Symbol.iterator in value || Symbol.asyncIterator in value);
