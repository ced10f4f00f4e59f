import type { FieldType } from './declared-type.js';
import { isOneOf, readFieldInput, type FieldInput } from './field-input.js';
import { addField, addRelation, linkedFieldType } from './link-field.js';
import type { LinkedDeclaration, PlainTypeTable } from './plain-type-table.js';
import type { Relation } from './relation.js';
import type { Class, FieldTypeInput, OneOf } from './type-declaration.js';

// Links declarations that were checked when a policy was compiled. A precompiled policy compares the result with its own declarations, so
// that another or a wrong declaration is an error there.

/** Adds the declared fields to types. */
export function linkFields(declared: readonly LinkedDeclaration[], table: PlainTypeTable): void {
  for (const [type, { fields }] of declared)
    for (const [name, input] of Object.entries(fields ?? {})) {
      const { type: of, nullable, optional } = readFieldInput(input);
      addField(type, { name, type: fieldTypeOf(of, table), nullable, optional, kind: 'field' }, table);
    }
}

/** Adds the declared relations to types. A relation is a field as well: policies read it. */
export function linkRelations(declared: readonly LinkedDeclaration[], table: PlainTypeTable): void {
  for (const [type, { relations }] of declared)
    for (const [name, input] of Object.entries(relations ?? {}))
      // Compiled code reads only the name, the kind and the type of a relation.
      addRelation(type, { ...input, name } as unknown as Relation, input, table);
}

function fieldTypeOf(input: FieldInput['type'], table: PlainTypeTable): FieldType {
  if (Array.isArray(input)) {
    const { type, nullable } = readFieldInput(input[0] as FieldTypeInput);
    return { kind: 'list', of: fieldTypeOf(type, table), hasNil: nullable };
  }
  if (isOneOf(input as FieldTypeInput))
    return { kind: 'one-of', values: [...new Set((input as OneOf).oneOf)] };
  return linkedFieldType(input as string | Class, table) ?? { kind: 'any' };
}
