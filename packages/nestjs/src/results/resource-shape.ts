/** Describes a value that cannot be one resource. Returns `undefined` for a value that can be a resource, and for `null` and `undefined`. */
export function describeNonResource(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'bytes';
  if (streamMethods.some((name) => typeof (value as Record<string, unknown>)[name] === 'function'))
    return 'a stream';
  if (value instanceof Map || value instanceof Set || isIterator(value))
    return 'a collection that is not a list';
  return undefined;
}

/** Methods of the streams of Node and of the web, and of `StreamableFile`. */
const streamMethods = ['pipe', 'getReader', 'getStream'];

const isIterator = (value: object): boolean =>
  typeof (value as Partial<Iterator<unknown>>).next === 'function' &&
  (Symbol.iterator in value || Symbol.asyncIterator in value);
