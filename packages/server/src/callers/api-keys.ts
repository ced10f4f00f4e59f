import { sha256 as sha256OfBytes } from '@nanook/core/internal';

const utf8 = new TextEncoder();

/**
 * Returns the SHA-256 hash of a text, as hexadecimal digits. WebCrypto computes it in another thread, which takes longer for a short text
 * than all other work of a request.
 */
export const sha256 = (text: string): string => sha256OfBytes(bytesOf(text));

/** The bytes of a usual key. A new list of bytes for each request costs more than the hash. */
const buffer = new Uint8Array(512);

function bytesOf(text: string): Uint8Array {
  const { read, written } = utf8.encodeInto(text, buffer);
  return read === text.length ? buffer.subarray(0, written) : utf8.encode(text);
}

/** Compares two texts in a time that does not depend on the place of the first difference. */
export function equalInConstantTime(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let i = 0; i < left.length; i++) difference |= left.charCodeAt(i) ^ right.charCodeAt(i);
  return difference === 0;
}
