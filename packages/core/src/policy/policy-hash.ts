import type { Source } from '../diagnostics/source.js';
import { sha256 } from '../internal/sha256.js';

/**
 * What a policy says, as 64 hexadecimal digits: the same for the same texts in the same order, whatever the files are called.
 * Each text counts with its length, so that moving a rule from one file to the next is a change. Taken over UTF-16 code
 * units, which tell all JavaScript strings apart.
 */
export function policyHash(sources: readonly Source[]): string {
  const size = sources.reduce((sum, { text }) => sum + 4 + 2 * text.length, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { text } of sources) {
    view.setUint32(at, text.length);
    at += 4;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      bytes[at++] = unit >> 8;
      bytes[at++] = unit;
    }
  }
  return sha256(bytes);
}
