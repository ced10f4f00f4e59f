import { kindOf, show } from '../internal/descriptions.js';
import type { PlainTypeTable } from '../types/plain-type-table.js';

/** Shows a value in an error. If any type declares a secret field, it names only the kind, because the value can come from that field. */
export const shownInError = (value: unknown, { secretNames }: PlainTypeTable): string =>
  secretNames.size === 0 ? show(value) : kindOf(value);
