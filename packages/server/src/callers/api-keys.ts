import { sha256 as sha256OfBytes } from '@nanook/core/internal';

const utf8 = new TextEncoder();

/**
 * Returns the SHA-256 hash of a text, as hexadecimal digits. WebCrypto computes it in another thread, which takes longer for a short text
 * than all other work of a request.
 */
export const sha256 = (text: string): string => sha256OfBytes(utf8.encode(text));

/** Compares two texts in a time that does not depend on the place of the first difference. */
export function equalInConstantTime(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let i = 0; i < left.length; i++) difference |= left.charCodeAt(i) ^ right.charCodeAt(i);
  return difference === 0;
}
