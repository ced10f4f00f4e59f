import { currentTimeName } from '../internal/current-time.js';
import { didYouMean } from '../internal/near-names.js';
import { adviceForFieldType } from '../diagnostics/foreign-type-names.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { areConditions, checkDeclaration, invalidFieldType } from './check-declaration.js';
import { type DeclaredType, type FieldType, isUnionName } from './declared-type.js';
import { isOneOf, readFieldInput, type FieldInput } from './field-input.js';
import { addField, addRelation, linkedFieldType } from './link-field.js';
import type { Declarations, LinkedDeclaration, PlainTypeTable } from './plain-type-table.js';
import { linkRelation, type RelationInput } from './relation.js';
import type { Class, FieldTypeInput, OneOf } from './type-declaration.js';

const nameForm = /^[\p{L}_][\p{L}\p{N}_]*(::[\p{L}_][\p{L}\p{N}_]*)*$/u;
const reservedWords = new Set(
  'true false inf nan new in cut debug print isa forall if and or not matches type mod rem'.split(' '),
);

export const isPolarName = (name: string): boolean => nameForm.test(name) && !reservedWords.has(name);

/** Checks each declaration, and links fields and relations. */
export const declarations: Declarations = {
  checkName(name, constantsOf) {
    if (constantsOf !== undefined && name === currentTimeName) return;
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
  for (const [type] of declared) checkBases(type, table);
  for (const [type, { fields }] of declared) if (fields !== undefined) declareFields(type, fields, table);
  for (const [type, { relations }] of declared)
    if (relations !== undefined) declareRelations(type, relations, table);
}

/** Checks that a type extends types without a class, and not itself. */
function checkBases(type: DeclaredType, table: PlainTypeTable): void {
  const invalid = (reason: string): PolarError =>
    new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name: type.name, reason });
  const known = table.typeNames.filter((name) => table.find(name)?.builtIn === false);
  const pending = [...type.bases];
  const seen = new Set<string>();
  for (const name of pending) {
    const base = table.find(name);
    if (base === undefined || base.builtIn)
      throw invalid(`it extends \`${name}\`, which is not a declared type${didYouMean(name, known)}`);
    if (base === type) throw invalid('it extends itself');
    if (base.class !== undefined || base.is !== undefined)
      throw invalid(
        `it extends \`${name}\`, whose values a class or a function recognizes; extend a type of rows`,
      );
    if (seen.has(name)) continue;
    seen.add(name);
    pending.push(...base.bases);
  }
}

function declareFields(
  type: DeclaredType,
  inputs: Readonly<Record<string, FieldTypeInput>>,
  table: PlainTypeTable,
): void {
  const fields = type.fields!;
  for (const [name, input] of Object.entries(inputs)) {
    const { type: declared, nullable, optional } = readFieldInput(input);
    const of = fieldTypeOf(type.name, name, declared, table);
    addField(type, { name, type: of, nullable, optional, kind: 'field' }, table);
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
  const { fields } = type;
  const invalid = (reason: string): PolarError =>
    new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name: type.name, reason });
  for (const [name, input] of Object.entries(inputs)) {
    const relation = linkRelation(name, input);
    if (typeof relation === 'string') throw invalid(relation);
    if (!areConditions(input.where)) throw invalid(`relation \`${name}\` must name its values in \`where\``);
    const target = table.find(relation.type);
    if (target === undefined || target.builtIn)
      throw unknownType(type.name, name, relation.type, table.typeNames);
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
    addRelation(type, relation, input, table);
  }
}

function fieldTypeOf(
  type: string,
  field: string,
  input: FieldInput['type'],
  table: PlainTypeTable,
): FieldType {
  const invalid = (): PolarError => invalidFieldType(type, field, input);
  if (Array.isArray(input)) {
    if (input.length !== 1) throw invalid();
    const item = readFieldInput(input[0] as FieldTypeInput);
    if (item.optional) throw invalid();
    return { kind: 'list', of: fieldTypeOf(type, field, item.type, table), hasNil: item.nullable };
  }
  if (isOneOf(input as FieldTypeInput)) {
    const { oneOf: values } = input as OneOf;
    const areTexts = Array.isArray(values) && values.length > 0 && values.every((v) => typeof v === 'string');
    if (!areTexts) throw invalid();
    return { kind: 'one-of', values: [...new Set(values)] };
  }
  if (typeof input !== 'string' && typeof input !== 'function') throw invalid();
  const found = linkedFieldType(input as string | Class, table);
  if (found === undefined)
    throw unknownType(type, field, String(input), [...table.typeNames, ...opaqueFieldTypes]);
  return found;
}

const unknownType = (type: string, field: string, expected: string, known: readonly string[]): PolarError =>
  new PolarError('POLAR_TYPE_UNKNOWN_FIELD_TYPE', {
    type,
    field,
    expected,
    known,
    advice: adviceForFieldType(expected, known),
  });

/** Names of types that need no registration as the type of a field. */
const opaqueFieldTypes = ['Date', 'Decimal', 'Map', 'Set', 'Any'];
