import type { Leave, Offer } from './continuation.js';
import type { Emission } from './emission.js';

/** Prints the call of a function that says whether the success was enough. */
export const emitInvocation = (e: Emission, name: string, end: Leave | Offer): string =>
  `{ const r = ${e.awaited(`${name}()`)}; if (r !== false) { ${emitEnd(e, end)} } }`;

/** Prints the end of the search, after the result `r` other than `false`. */
export function emitEnd(e: Emission, end: Leave | Offer): string {
  const cut = e.hasCut ? `if (cut) return ${e.localFunctions === 0 ? 'false' : '"stop"'};\n` : '';
  return `${cut}${end.kind === 'leave' ? end.text : 'return r;'}`;
}
