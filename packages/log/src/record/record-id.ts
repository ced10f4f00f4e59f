import { randomUUID } from 'node:crypto';

let lastMs = 0;
let prefix = '';

/** Returns a new UUID, version 7: the time in milliseconds, then 74 random bits. @see RFC 9562, section 5.7 */
export function recordId(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    const hex = now.toString(16).padStart(12, '0');
    prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
  }
  // The random UUID has the same variant, and another version.
  return prefix + randomUUID().slice(15);
}
