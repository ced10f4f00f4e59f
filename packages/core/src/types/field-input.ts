import type { FieldTypeInput, Nullable, OneOf, Optional } from './type-declaration.js';

/** The declaration of a field without its modifiers, and whether the field may be `null` or absent. */
export interface FieldInput {
  readonly type: Exclude<FieldTypeInput, Optional | Nullable>;
  readonly nullable: boolean;
  readonly optional: boolean;
}

/** Separates the type of a field from `optional`, `nullable` and the `?` of a name. */
export function readFieldInput(input: FieldTypeInput): FieldInput {
  if (hasPart(input, 'optional'))
    return { ...readFieldInput(input.optional), nullable: true, optional: true };
  if (hasPart(input, 'nullable')) return { ...readFieldInput(input.nullable), nullable: true };
  return typeof input === 'string' && input.endsWith('?')
    ? { type: input.slice(0, -1), nullable: true, optional: false }
    : { type: input as FieldInput['type'], nullable: false, optional: false };
}

export const isOneOf = (input: FieldTypeInput): input is OneOf => hasPart(input, 'oneOf');

function hasPart<Part extends string>(
  input: FieldTypeInput,
  part: Part,
): input is Extract<FieldTypeInput, Record<Part, unknown>> {
  return typeof input === 'object' && input !== null && part in input;
}
