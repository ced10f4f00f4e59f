import { sha256Words } from '@nanook/core/internal';

/** The SHA-256 hash of a key, as eight words of 32 bits. */
export type Hash = Int32Array;

const utf8 = new TextEncoder();

/**
 * Returns the hash of a key. WebCrypto computes it in another thread, which takes longer for a short text than all other work of a request.
 */
export const hashOf = (key: string): Hash => sha256Words(bytesOf(key));

/** Returns the hash that 64 hexadecimal digits describe. */
export const hashOfDigits = (digits: string): Hash =>
  Int32Array.from({ length: 8 }, (_, i) => Number(`0x${digits.slice(8 * i, 8 * i + 8)}`));

/** Returns the UTF-8 of a text. A usual key has only ASCII, for which the encoder would take longer than the hash. */
function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return utf8.encode(text);
    bytes[i] = unit;
  }
  return bytes;
}

/** Compares two hashes in a time that does not depend on the place of the first difference. */
export function equalInConstantTime(left: Hash, right: Hash): boolean {
  let difference = left.length ^ right.length;
  for (let i = 0; i < left.length; i++) difference |= left[i]! ^ right[i]!;
  return difference === 0;
}
