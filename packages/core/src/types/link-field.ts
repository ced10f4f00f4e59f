import type { Field, FieldType } from './declared-type.js';
import type { PlainTypeTable } from './plain-type-table.js';
import type { Relation, RelationInput } from './relation.js';
import type { Class } from './type-declaration.js';

/** Returns the type of a field that is declared by a name or a class; undefined for an unknown name. */
export function linkedFieldType(input: string | Class, table: PlainTypeTable): FieldType | undefined {
  const named = typeof input === 'string' ? table.find(input) : builtInOrRegistered(input, table);
  if (named !== undefined) return { kind: 'named', name: named.name };
  switch (input) {
    case 'Date':
    case Date:
      return { kind: 'date' };
    case 'Decimal':
      return { kind: 'decimal' };
    case 'Any':
    case Object:
      return { kind: 'any' };
    case 'Map':
      return { kind: 'instance', class: Map };
    case 'Set':
      return { kind: 'instance', class: Set };
    default:
      return typeof input === 'string' ? undefined : { kind: 'instance', class: input };
  }
}

function builtInOrRegistered(input: Class, table: PlainTypeTable) {
  if (input === Object) return undefined;
  return input === Number ? table.find('Float') : table.findByClass(input);
}

/** Returns the field that a relation declares. */
export function relationField({ name, kind, type }: Relation, input: RelationInput): Field {
  const related: FieldType = { kind: 'named', name: type };
  return kind === 'one'
    ? { name, type: related, nullable: true, optional: input.kind === 'one' && input.optional === true }
    : { name, type: { kind: 'list', of: related, hasNil: false }, nullable: false, optional: false };
}
