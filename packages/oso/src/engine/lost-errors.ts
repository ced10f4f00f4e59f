import type { PolarError } from '@nanook/core';
import { placeOf } from '@nanook/core/syntax';
import { printWarning } from '../messages.js';

/**
 * Returns a function that warns about errors that are lost below a negation, once for each place. The negation holds then, as in oso, so that
 * a value whose attribute is missing can be allowed.
 */
export function lostErrorWarnings(): (error: PolarError) => void {
  const known = new Set<string>();
  return ({ message, span }) => {
    const place = span === undefined ? message : placeOf(span);
    if (known.has(place)) return;
    known.add(place);
    printWarning(
      `an error below a negation is lost, and the negation holds: ${message}\nCorrect the policy or the data, or pass { strict: true } to \`new Oso()\`.`,
    );
  };
}
