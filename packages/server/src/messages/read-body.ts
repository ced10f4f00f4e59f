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
  request: ServerRequest,
  maxBytes: number,
  signal: AbortSignal,
): Promise<JsonObject> {
  const [mediaType = ''] = (request.headers.get('Content-Type') ?? '').split(';', 1);
  if (mediaType.trim().toLowerCase() !== 'application/json')
    throw badRequest('expected the header Content-Type: application/json');
  // A proxy would read another body than this server.
  if (!/^(identity)?$/i.test(request.headers.get('Content-Encoding') ?? ''))
    throw new RequestError(415, 'the body must not be compressed', { 'Accept-Encoding': 'identity' });
  const bytes = await readBytes(request, maxBytes, signal);
  if (bytes.length === 0) throw badRequest('expected a JSON object, found an empty body');
  const message = parseStrictJson(decode(bytes));
  if (!isJsonObject(message)) throw badRequest('expected a JSON object as body');
  return message;
}

async function readBytes(request: ServerRequest, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const tooLarge = (): RequestError =>
    new RequestError(413, `the body is larger than ${maxBytes} bytes`, { Connection: 'close' });
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  if (request.bodyUsed) throw new Error('the body of the request was read before');
  const reader = request.body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', cancel);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one chunk after the other
      const { done, value } = await reader.read().catch(() => {
        throw badRequest('the body ended too early');
      });
      // A canceled reader ends as a complete body does.
      if (signal.aborted)
        throw new RequestError(408, 'the body did not arrive in time', { Connection: 'close' });
      if (done || value === undefined) break;
      size += value.byteLength;
      if (size > maxBytes) throw tooLarge();
      chunks.push(value);
    }
  } catch (error) {
    cancel();
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  return concat(chunks, size);
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
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
