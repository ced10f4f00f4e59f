// cspell:ignore datetimeoffset datetz nvarchar timestamptz bpchar citext bigserial mediumint smallint tinyint smallserial usize jsonb bigdecimal

import { nearNames, orListed } from '../internal/near-names.js';

/** The names of types in other languages and in databases, in lower case, by the name of the same type in a declaration. */
const foreignNames: Readonly<Record<string, string>> = {
  Boolean: 'bool boolean',
  Integer:
    'int integer int2 int4 int8 int16 int32 int64 i32 i64 u32 u64 uint usize size_t long bigint smallint mediumint tinyint bigserial smallserial',
  Float: 'float f32 f64 float4 float8 float32 float64 double real',
  'Integer Float': 'number num',
  String: 'char str string text varchar nvarchar bpchar citext uuid guid cuid ulid objectid',
  List: 'list array',
  Dictionary: 'dict dictionary hash hashmap hash_map object',
  Date: 'date datetime datetime2 datetimeoffset datetz timestamp timestamptz',
  Decimal: 'decimal numeric bigdecimal decimal128',
  Any: 'any unknown mixed json jsonb',
  oneOf: 'enum',
};

const byForeignName = new Map(
  Object.entries(foreignNames).flatMap(([types, names]) =>
    names.split(' ').map((name) => [name, types.split(' ')] as const),
  ),
);

const typesFor = (name: string): readonly string[] => byForeignName.get(name.toLowerCase()) ?? [];

/** The names for which oso suggests a type, as oso spells them. */
const namesInOso = new Set(
  (
    'int i32 i64 u32 u64 usize size_t integer float f32 f64 double char str string ' +
    'list array Array dict Dict dictionary hash Hash map Map HashMap hashmap hash_map'
  ).split(' '),
);

/** The types that a policy can test a value for. */
const builtIns = new Set(['Boolean', 'Integer', 'Float', 'String', 'List', 'Dictionary']);

/** Returns the built-in type that a policy probably means by the name of a type in another language. */
export function builtInTypeFor(name: string, isOso: boolean): string | undefined {
  if (isOso && !namesInOso.has(name)) return undefined;
  if (name.toLowerCase() === 'map') return 'Dictionary';
  const [first] = typesFor(name);
  return first === undefined || !builtIns.has(first) ? undefined : first;
}

/** Returns whether a name means a type that a field can have, but for which a policy cannot test a value: `DateTime`. */
export const isTypeOfFieldsOnly = (name: string): boolean =>
  typesFor(name).some((type) => type === 'Date' || type === 'Decimal');

/** Returns whether a name means the type of a point in time. */
export const isTimeName = (name: string): boolean => typesFor(name).includes('Date');

/** Returns the item of a list that is spelled as other languages do: `[User]`, `User[]`, `Array<User>`. */
function itemOf(type: string): string | undefined {
  const [, ...items] = /^\[(.+)\]$|^(.+)\[\]$|^(?:List|Array|Set)<(.+)>$/.exec(type) ?? [];
  return items.find((item) => item !== undefined);
}

/** Returns how to correct the unknown type of a field. */
export function adviceForFieldType(name: string, known: readonly string[]): string {
  const item = itemOf(name);
  if (item !== undefined) return `a list is declared as ['${item}']`;
  const meant = typesFor(name);
  if (meant.includes('List')) return "a list is declared by the type of its elements, such as ['String']";
  if (meant.includes('oneOf'))
    return "an enumeration is declared by its values, such as oneOf('draft', 'final')";
  const near = [...new Set([...meant, ...nearNames(name, known)])];
  return near.length === 0 ? 'add the type to the option `types`' : `did you mean ${orListed(near)}?`;
}
