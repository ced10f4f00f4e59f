import { isThenable } from '../internal/promise.js';
import { acceptDeclared } from '../host/declared-value.js';
import { later } from '../host/later.js';
import { MissingValue } from '../host/missing-value.js';
import type { PlainTypeSets } from '../host/plain-type-sets.js';
import type { Field } from '../types/declared-type.js';

/**
 * Returns the name and the value of a declared field, as an element of a dictionary. The value is tested as `row.key` tests it: a contradiction
 * takes the place of the pair, and a promised value makes a promise of the pair, which starts when it is awaited.
 */
export function declaredPair(value: unknown, field: Field, typeSets: PlainTypeSets): unknown {
  if (isThenable(value)) return later(value, (settled) => declaredPair(settled, field, typeSets));
  const found = acceptDeclared(value, field, typeSets);
  return found instanceof MissingValue ? found : [field.name, found];
}
