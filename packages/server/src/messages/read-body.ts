import { badRequest, RequestError } from './request-error.js';
import type { ServerRequest } from './server-request.js';
import { parseStrictJson } from './strict-json.js';

/** A JSON object of a request. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the JSON object in the body of a request.
 *
 * @param signal ends the reading
 * @throws {RequestError} 400; 408 when the time is over; 413 for a body that is too large; 415 for a compressed one
 */
export async function readJsonBody(
  { headers, readBody }: ServerRequest,
  maxBytes: number,
  signal: AbortSignal,
): Promise<JsonObject> {
  if (!/^\s*application\/json\s*(;|$)/i.test(headers.get('content-type') ?? ''))
    throw badRequest('expected the header Content-Type: application/json');
  // A proxy would read another body than this server.
  const encoding = headers.get('content-encoding');
  if (encoding !== null && !/^(identity)?$/i.test(encoding))
    throw new RequestError(415, 'the body must not be compressed', { 'Accept-Encoding': 'identity' });
  if (Number(headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  await readBody((chunk) => {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }, signal);
  if (signal.aborted) throw new RequestError(408, 'the body did not arrive in time', { Connection: 'close' });
  if (size === 0) throw badRequest('expected a JSON object, found an empty body');
  const message = parseStrictJson(decode(concat(chunks, size)));
  if (!isJsonObject(message)) throw badRequest('expected a JSON object as body');
  return message;
}

const tooLarge = (maxBytes: number): RequestError =>
  new RequestError(413, `the body is larger than ${maxBytes} bytes`, { Connection: 'close' });

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = chunks;
  if (first?.byteLength === size) return first;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw badRequest('the body is not UTF-8');
  }
}
