import { PolarError } from '../diagnostics/polar-error.js';
import { checkDeclaration, invalidFieldType } from './check-declaration.js';
import type { DeclaredType, Field, FieldType } from './declared-type.js';
import type { Declarations, LinkedDeclaration, PlainTypeTable } from './plain-type-table.js';
import { linkRelation, type Relation, type RelationInput } from './relation.js';
import type { Class, FieldTypeInput, Optional } from './type-declaration.js';
import { isUnionName } from './union-name.js';

const nameForm = /^[\p{L}_][\p{L}\p{N}_]*(::[\p{L}_][\p{L}\p{N}_]*)*$/u;
const reservedWords = new Set(
  'true false inf nan new in cut debug print isa forall if and or not matches type mod rem'.split(' '),
);

export const isPolarName = (name: string): boolean => nameForm.test(name) && !reservedWords.has(name);

/** Checks each declaration, and links fields and relations. */
export const declarations: Declarations = {
  checkName(name, constantsOf) {
    if (isUnionName(name)) throw new PolarError('POLAR_TYPE_RESERVED_NAME', { name });
    if (!isPolarName(name)) throw new PolarError('POLAR_TYPE_INVALID_NAME', { name });
    if (constantsOf?.find(name) !== undefined)
      throw new PolarError('POLAR_TYPE_DUPLICATE', { name, other: name });
  },
  checkClass(name, declared, table) {
    const earlier = table.findByClass(declared);
    if (earlier !== undefined && !earlier.builtIn && !table.dialect.predicatesReplaceClasses)
      throw new PolarError('POLAR_TYPE_DUPLICATE', { name, other: earlier.name });
  },
  check: checkDeclaration,
  link: linkDeclarations,
};

/** Checks the declared fields and relations, and adds them to types. */
function linkDeclarations(declared: readonly LinkedDeclaration[], table: PlainTypeTable): void {
  for (const [type, { fields }] of declared) if (fields !== undefined) declareFields(type, fields, table);
  for (const [type, { relations }] of declared)
    if (relations !== undefined) declareRelations(type, relations, table);
}

function declareFields(
  type: DeclaredType,
  inputs: Readonly<Record<string, FieldTypeInput>>,
  table: PlainTypeTable,
): void {
  const fields = type.fields as Map<string, Field>;
  for (const [name, input] of Object.entries(inputs)) {
    const isOptional = typeof input === 'string' ? input.endsWith('?') : isOptionalField(input);
    const required = isOptionalField(input)
      ? input.optional
      : typeof input === 'string'
        ? input.replace(/\?$/, '')
        : input;
    fields.set(name, { name, type: fieldTypeOf(type.name, name, required, table), optional: isOptional });
  }
  for (const key of type.key ?? []) {
    if (!fields.has(key) && !(type.class && key in type.class.prototype)) {
      const reason = `the key \`${key}\` is not one of its fields (${[...fields.keys()].join(', ')})`;
      throw new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name: type.name, reason });
    }
  }
}

/** A relation is a field as well: policies read it. */
function declareRelations(
  type: DeclaredType,
  inputs: Readonly<Record<string, RelationInput>>,
  table: PlainTypeTable,
): void {
  const relations = type.relations as Map<string, Relation>;
  const fields = type.fields as Map<string, Field> | undefined;
  const invalid = (reason: string): PolarError =>
    new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name: type.name, reason });
  for (const [name, input] of Object.entries(inputs)) {
    const relation = linkRelation(name, input);
    if (typeof relation === 'string') throw invalid(relation);
    const target = table.find(relation.type);
    if (target === undefined || target.builtIn)
      throw new PolarError('POLAR_TYPE_UNKNOWN_FIELD_TYPE', {
        type: type.name,
        field: name,
        expected: relation.type,
        known: table.typeNames,
      });
    if (fields?.has(name) === true) throw invalid(`\`${name}\` is declared as a field and as a relation`);
    for (const [owner, keys] of [
      [type, relation.local],
      [target, relation.foreign],
      [target, [...relation.where.keys()]],
    ] as const) {
      const unknown = keys.find((key) => owner.fields !== undefined && !owner.fields.has(key));
      if (unknown !== undefined)
        throw invalid(
          `relation \`${name}\` uses \`${owner.name}.${unknown}\`, which \`fields\` does not declare`,
        );
    }
    relations.set(name, relation);
    const related: FieldType = { kind: 'named', name: target.name };
    const fieldType: FieldType = relation.kind === 'one' ? related : { kind: 'list', of: related };
    const optional = input.kind === 'one' && input.optional === true;
    fields?.set(name, { name, type: fieldType, optional });
  }
}

function fieldTypeOf(type: string, field: string, input: FieldTypeInput, table: PlainTypeTable): FieldType {
  if (input === Number) return { kind: 'named', name: 'Float' };
  if (typeof input === 'function') {
    const found = input === Object ? undefined : table.findByClass(input as Class);
    return found === undefined
      ? { kind: 'any', isDate: input === Date }
      : { kind: 'named', name: found.name };
  }
  if (typeof input === 'string') {
    if (table.find(input) !== undefined) return { kind: 'named', name: input };
    if (opaqueFieldTypes.has(input)) return { kind: 'any', isDate: input === 'Date' };
    throw new PolarError('POLAR_TYPE_UNKNOWN_FIELD_TYPE', {
      type,
      field,
      expected: input,
      known: [...table.typeNames, ...opaqueFieldTypes],
    });
  }
  if (Array.isArray(input) && input.length === 1) {
    return { kind: 'list', of: fieldTypeOf(type, field, input[0] as FieldTypeInput, table) };
  }
  throw invalidFieldType(type, field, input);
}

const isOptionalField = (input: FieldTypeInput): input is Optional =>
  typeof input === 'object' && input !== null && 'optional' in input;
/** JavaScript types that need no registration as the type of a field. */
const opaqueFieldTypes = new Set(['Date', 'Map', 'Set', 'Any']);
