import {
  ReferenceKind,
  types,
  type EntityProperty,
  type MikroORM,
  type Platform,
  type Type,
} from '@mikro-orm/core';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { dateStorage, storageOfType, type EntityColumn, type FieldKind } from '../metadata/entity-table.js';
import type { DialectName } from '../sql/dialect.js';

const dialectNames: ReadonlyMap<string, DialectName> = new Map([
  ['BasePostgreSqlPlatform', 'postgres'],
  ['BaseMySqlPlatform', 'mysql'],
  ['SqlitePlatform', 'sqlite'],
  // MikroORM 6
  ['PostgreSqlPlatform', 'postgres'],
  ['MySqlPlatform', 'mysql'],
  ['BaseSqlitePlatform', 'sqlite'],
]);

/** Finds the dialect by the name of the platform, because the packages of the drivers are not installed together. */
export function dialectOf(orm: MikroORM): DialectName {
  const platform = orm.em.getPlatform();
  for (let each: object = platform; each !== Object.prototype; each = Object.getPrototypeOf(each) as object) {
    const dialect = dialectNames.get(each.constructor.name);
    if (dialect !== undefined) return dialect;
  }
  throw new NanookOrmError('NANOOK_ORM_TABLES', {
    reason: `found the platform ${platform.constructor.name}, not that of PostgreSQL, MySQL, MariaDB or SQLite`,
  });
}

/** Describes a column of a property. A foreign key of several columns has one position each. */
export function describeColumn(property: EntityProperty, position: number, orm: MikroORM): EntityColumn {
  const dialect = dialectOf(orm);
  const ormType = property.columnTypes[position]!;
  const kind = kindOf(property, position, dialect, orm.em.getPlatform());
  const isEnum = kind === 'String' && property.enum === true && property.items !== undefined;
  return {
    name: property.fieldNames[position]!,
    isNullable: property.nullable === true,
    kind,
    values: isEnum ? (property.items as readonly string[]) : undefined,
    elements: isTextList(property) ? 'String' : undefined,
    listsIn: listsIn(property, dialect),
    ormType,
    storage: kind === 'Date' ? dateStorage(digitsOf(ormType, dialect)) : textStorage(ormType, dialect),
  };
}

/** Returns whether rows have a list of texts, which MikroORM also reads from one text. */
const isTextList = ({ customType, runtimeType, getter, hydrate }: EntityProperty): boolean =>
  customType?.constructor === types.array &&
  runtimeType === 'string[]' &&
  getter !== true &&
  hydrate !== false;

/** Only PostgreSQL stores such lists as arrays. The others store one text, in which commas separate the elements. */
function listsIn(property: EntityProperty, dialect: DialectName): EntityColumn['listsIn'] {
  const { customType, getter, hydrate } = property;
  if (isTextList(property)) return dialect === 'postgres' ? 'array' : undefined;
  return customType?.constructor === types.json && getter !== true && hydrate !== false ? 'json' : undefined;
}

const textStorage = (ormType: string, dialect: DialectName) =>
  dialect === 'postgres' || ormType.startsWith('enum') ? storageOfType(ormType) : 'text';

/** Returns the digits of the seconds of a column: `timestamptz(3)` has three. Without a number, MySQL has none and PostgreSQL six. */
function digitsOf(ormType: string, dialect: DialectName): number | undefined {
  const [, digits] = /\((\d)\)/.exec(ormType) ?? [];
  return digits !== undefined ? Number(digits) : dialect === 'mysql' ? 0 : undefined;
}

function kindOf(
  property: EntityProperty,
  position: number,
  dialect: DialectName,
  platform: Platform,
): FieldKind | undefined {
  const { kind: relation, columnTypes, customType, customTypes, ref, getter, hydrate } = property;
  // Rows have a wrapper, the result of a getter, or nothing.
  const isWrapped = ref === true && relation === ReferenceKind.SCALAR;
  if (isWrapped || getter === true || hydrate === false) return undefined;
  const columnType = columnTypes[position]!;
  const type = customType ?? customTypes?.[position] ?? platform.getMappedType(columnType);
  const kind = kindOfType(type, dialect);
  const [referenced] = property.targetMeta?.getPrimaryProps(true).slice(position) ?? [];
  const { runtimeType } = referenced ?? property;
  // SQLite has no booleans, and MikroORM reads them from whole numbers.
  if (kind === 'Integer' && runtimeType === 'boolean' && dialect === 'sqlite') return 'Boolean';
  const isBigint = kind === 'Integer' && runtimeType === 'bigint';
  return kind !== undefined && (isBigint || runtimeTypes[kind] === runtimeType) ? kind : undefined;
}

const runtimeTypes: Record<FieldKind, string> = {
  String: 'string',
  Integer: 'number',
  Float: 'number',
  Decimal: 'string',
  Boolean: 'boolean',
  Date: 'Date',
};

// A class that extends one of these converts values in its own way, so only the classes of MikroORM count. A decimal number as a `number`
// is rounded when it is read.
function kindOfType(type: Type<unknown>, dialect: DialectName): FieldKind | undefined {
  switch (type.constructor) {
    case types.string:
    case types.text:
    case types.uuid:
    case types.enum:
      return 'String';
    // PostgreSQL pads the text of a `char`.
    case types.character:
      return dialect === 'postgres' ? undefined : 'String';
    case types.decimal:
      return 'Decimal';
    // A driver of MySQL may show a `Date`.
    case types.date:
      return dialect === 'mysql' ? undefined : 'String';
    case types.bigint:
      return bigintKind(type as InstanceType<typeof types.bigint>, dialect);
    case types.integer:
    case types.smallint:
    case types.mediumint:
    case types.tinyint:
      return 'Integer';
    case types.double:
      return 'Float';
    // Only SQLite stores it with double precision. The others have other numbers than JavaScript reads.
    case types.float:
      return dialect === 'sqlite' ? 'Float' : undefined;
    case types.boolean:
      return 'Boolean';
    case types.datetime:
      return 'Date';
    default:
      return undefined;
  }
}

function bigintKind(
  { mode }: InstanceType<typeof types.bigint>,
  dialect: DialectName,
): FieldKind | undefined {
  if (mode === 'number') return 'Integer';
  // The drivers of SQLite round before MikroORM makes a bigint.
  if (mode === undefined || mode === 'bigint') return dialect === 'sqlite' ? undefined : 'Integer';
  return mode === 'string' && dialect !== 'sqlite' ? 'String' : undefined;
}
