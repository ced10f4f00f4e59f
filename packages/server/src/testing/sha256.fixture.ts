import { createHash } from 'node:crypto';

/** Returns the SHA-256 hash of a key, as the option `callers.keys` expects it. */
export const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');
