import type { ColumnValues, FieldKind } from '../../metadata/entity-table.js';
import type { PrismaField, PrismaProvider } from './prisma-schema.js';

// cspell:ignore citext timetz

const kinds: Readonly<Record<string, FieldKind>> = {
  String: 'String',
  Int: 'Integer',
  BigInt: 'Integer',
  Float: 'Float',
  Decimal: 'Decimal',
  Boolean: 'Boolean',
  DateTime: 'Date',
};

/**
 * Types of a database whose columns hold other values than JavaScript reads: padded or case-insensitive text, numbers of single precision,
 * unsigned numbers, dates without a time, and dates with more digits than milliseconds.
 */
const other: Record<PrismaProvider, RegExp> = {
  postgresql:
    /^(Char|Citext|Bit|VarBit|Inet|Xml|Oid|Money|Real|Date|Time|Timetz)\b|^Timestamp(tz)?($|\([456]\))/,
  mysql: /^(Bit|Date|Time|Float|Unsigned\w*)\b|^(DateTime|Timestamp)\([456]\)/,
  sqlite: /^$/,
};

/** Returns the type of the values of a field; `undefined` when a query cannot compare them as JavaScript does. */
export function comparableKind(field: PrismaField, provider: PrismaProvider): FieldKind | undefined {
  if (field.list === true) return undefined;
  if (field.values !== undefined) return 'String';
  if (field.native !== undefined && other[provider].test(field.native)) return undefined;
  return Object.hasOwn(kinds, field.type) ? kinds[field.type] : undefined;
}

/** Describes the values of a field. */
export function valuesOf(field: PrismaField, provider: PrismaProvider): ColumnValues {
  return {
    kind: comparableKind(field, provider),
    values: field.list === true ? undefined : field.values,
    elements: field.list === true ? comparableKind({ ...field, list: false }, provider) : undefined,
    isNullable: field.nullable === true,
  };
}

/** Returns the type of a field as the schema writes it. */
export const typeText = ({ type, list, native }: PrismaField): string =>
  `${type}${list === true ? '[]' : ''}${native === undefined ? '' : ` @db.${native}`}`;
