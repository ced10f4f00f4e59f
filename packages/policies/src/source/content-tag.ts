import { createHash } from 'node:crypto';

/** Returns the SHA-256 hash of a text as hexadecimal digits. */
export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
