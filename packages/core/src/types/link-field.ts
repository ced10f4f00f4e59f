import type { DeclaredType, Field, FieldType } from './declared-type.js';
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

/** Adds a field to a type. */
export function addField(
  type: DeclaredType,
  field: Omit<Field, 'on' | 'element'>,
  table: PlainTypeTable,
): void {
  const added = withElement({ ...field, on: type.name, element: undefined });
  (type.fields as Map<string, Field> | undefined)?.set(field.name, added);
  if (!table.dialect.fieldsHoldAnything) (type.places as Map<string, Field>).set(field.name, added);
}

/** Adds a relation to a type. It is a field as well: policies read it. */
export function addRelation(
  type: DeclaredType,
  relation: Relation,
  input: RelationInput,
  table: PlainTypeTable,
): void {
  (type.relations as Map<string, Relation>).set(relation.name, relation);
  const related: FieldType = { kind: 'named', name: relation.type };
  const isOne = relation.kind === 'one';
  const field = {
    name: relation.name,
    type: isOne ? related : ({ kind: 'list', of: related, hasNil: false } as const),
    nullable: isOne && !isGuaranteed(type, relation),
    optional: input.kind === 'one' && input.optional === true,
    kind: 'relation' as const,
  };
  addField(type, field, table);
}

/** Returns whether a related row is there, because a foreign key of the database guarantees it and its columns are required. */
const isGuaranteed = ({ fields }: DeclaredType, { enforced, local }: Relation): boolean =>
  enforced && [local].flat().every((name) => fields?.get(name)?.nullable === false);

function withElement(field: Field): Field {
  const { type } = field;
  if (type.kind !== 'list') return field;
  const element: Field = { ...field, type: type.of, nullable: type.hasNil, optional: false, kind: 'element' };
  return { ...field, element: withElement(element) };
}
