/** A value that identifies an actor. */
export type ActorIdentity = string | number | bigint;

export const isIdentity = (value: unknown): value is ActorIdentity =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';

/**
 * Returns the place of a text between 0 and 1, without 1. It is the same in every process, and the places of many texts are evenly
 * distributed. It is the 32-bit FNV-1a hash of the UTF-16 code units, mixed as in MurmurHash3 because the high bits of FNV-1a depend
 * too little on the last characters.
 */
export function placeOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
