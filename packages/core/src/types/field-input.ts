import type { FieldTypeInput, Nullable, OneOf, Optional, Secret } from './type-declaration.js';

/** The declaration of a field without its modifiers, and whether the field may be `null` or absent. */
export interface FieldInput {
  readonly type: Exclude<FieldTypeInput, Optional | Nullable | Secret>;
  readonly nullable: boolean;
  readonly optional: boolean;
}

/** Separates the type of a field from `optional`, `nullable`, `secret` and the `?` of a name. */
export function readFieldInput(input: FieldTypeInput): FieldInput {
  if (hasPart(input, 'optional'))
    return { ...readFieldInput(input.optional), nullable: true, optional: true };
  if (hasPart(input, 'nullable')) return { ...readFieldInput(input.nullable), nullable: true };
  if (hasPart(input, 'secret')) return readFieldInput(input.secret);
  return typeof input === 'string' && input.endsWith('?')
    ? { type: input.slice(0, -1), nullable: true, optional: false }
    : { type: input as FieldInput['type'], nullable: false, optional: false };
}

/** Returns whether the values of a field, or the elements of one that is a list, are declared secret. */
export function isSecret(input: FieldTypeInput): boolean {
  if (hasPart(input, 'optional')) return isSecret(input.optional);
  if (hasPart(input, 'nullable')) return isSecret(input.nullable);
  return Array.isArray(input) ? input.some(isSecret) : hasPart(input, 'secret');
}

export const isOneOf = (input: FieldTypeInput): input is OneOf => hasPart(input, 'oneOf');

function hasPart<Part extends string>(
  input: FieldTypeInput,
  part: Part,
): input is Extract<FieldTypeInput, Record<Part, unknown>> {
  return typeof input === 'object' && input !== null && part in input;
}
