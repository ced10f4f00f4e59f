import type { FieldTypeInput } from '@nanook/core';

/** Returns whether a declaration says that a field can be `nil`. */
export const isOptional = (input: FieldTypeInput): boolean =>
  typeof input === 'string' ? input.endsWith('?') : typeof input === 'object' && 'optional' in input;
