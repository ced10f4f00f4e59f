import type { Field, FieldType } from './declared-type.js';
import type { LinkedDeclaration, PlainTypeTable } from './plain-type-table.js';
import type { Relation } from './relation.js';
import type { Class, FieldTypeInput } from './type-declaration.js';

// Links declarations that were checked when a policy was compiled. A precompiled policy compares the result with its own declarations, so
// that another or a wrong declaration is an error there.

/** Adds the declared fields to types. */
export function linkFields(declared: readonly LinkedDeclaration[], table: PlainTypeTable): void {
  for (const [type, { fields }] of declared)
    for (const [name, input] of Object.entries(fields ?? {})) {
      const required =
        typeof input === 'object' && 'optional' in input
          ? input.optional
          : typeof input === 'string'
            ? input.replace(/\?$/, '')
            : input;
      const field = { name, type: fieldTypeOf(required, table), optional: required !== input };
      (type.fields as Map<string, Field>).set(name, field);
    }
}

/** Adds the declared relations to types. A relation is a field as well: policies read it. */
export function linkRelations(declared: readonly LinkedDeclaration[]): void {
  for (const [type, { relations }] of declared)
    for (const [name, input] of Object.entries(relations ?? {})) {
      // Compiled code reads only the name, the kind and the type of a relation.
      (type.relations as Map<string, Relation>).set(name, { ...input, name } as unknown as Relation);
      const related: FieldType = { kind: 'named', name: input.type };
      const isOne = input.kind === 'one';
      (type.fields as Map<string, Field> | undefined)?.set(name, {
        name,
        type: isOne ? related : { kind: 'list', of: related },
        optional: isOne && input.optional === true,
      });
    }
}

function fieldTypeOf(input: FieldTypeInput, table: PlainTypeTable): FieldType {
  if (Array.isArray(input)) return { kind: 'list', of: fieldTypeOf(input[0] as FieldTypeInput, table) };
  const found =
    typeof input === 'string'
      ? table.find(input)
      : input === Number
        ? table.find('Float')
        : input === Object
          ? undefined
          : table.findByClass(input as Class);
  return found === undefined
    ? { kind: 'any', isDate: input === 'Date' || input === Date }
    : { kind: 'named', name: found.name };
}
