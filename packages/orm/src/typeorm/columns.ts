import type { DataSource, EntityMetadata } from 'typeorm';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import {
  dateStorage,
  kindsByName,
  storageOfType,
  type EntityColumn,
  type FieldKind,
} from '../metadata/entity-table.js';
import type { DialectName } from '../sql/dialect.js';

export type ColumnMetadata = EntityMetadata['columns'][number];

const sqliteTypes = [
  'better-sqlite3',
  'sqljs',
  'sqlite',
  'expo',
  'capacitor',
  'cordova',
  'nativescript',
  'react-native',
];

export function dialectOf({ options: { type } }: DataSource): DialectName {
  if (type === 'postgres' || type === 'aurora-postgres') return 'postgres';
  if (type === 'mysql' || type === 'mariadb' || type === 'aurora-mysql') return 'mysql';
  if (sqliteTypes.includes(type)) return 'sqlite';
  throw new NanookOrmError('NANOOK_ORM_TABLES', {
    reason: `found a data source of the type ${type}, not of PostgreSQL, MySQL, MariaDB or SQLite`,
  });
}

// cspell:ignore citext clob mediumtext tinytext

// Columns of single precision hold other numbers than JavaScript reads, and PostgreSQL pads the text of a `char`, so they are not here.
const kinds: Record<DialectName, ReadonlyMap<string, FieldKind>> = {
  postgres: kindsByName({
    String: 'text, varchar, character varying, citext, uuid, enum, simple-enum, bigint, int8, date',
    Integer: 'int, int2, int4, integer, smallint',
    Float: 'double precision, float8, float',
    Decimal: 'numeric, decimal',
    Boolean: 'boolean, bool',
    Date: 'timestamp, timestamptz, timestamp with time zone, timestamp without time zone',
  }),
  mysql: kindsByName({
    String:
      'varchar, nvarchar, national varchar, char, nchar, text, tinytext, mediumtext, longtext, enum, simple-enum, uuid, bigint',
    Integer: 'int, integer, tinyint, smallint, mediumint, year',
    Float: 'double, double precision, real',
    Decimal: 'decimal, dec, numeric, fixed',
    Boolean: 'boolean, bool',
    Date: 'datetime, timestamp',
  }),
  sqlite: kindsByName({
    String:
      'varchar, text, character, varying character, nchar, native character, nvarchar, clob, uuid, simple-enum, date',
    Integer: 'int, integer, tinyint, smallint, mediumint, bigint, int2, int8',
    Float: 'real, double, double precision, float',
    Decimal: 'decimal, numeric',
    Boolean: 'boolean',
    Date: 'datetime',
  }),
};

// The column types that TypeORM chooses for the constructors of properties. It reads a `Number` as a whole number.
const constructors = new Map<unknown, FieldKind>([
  [String, 'String'],
  [Number, 'Integer'],
  [Boolean, 'Boolean'],
  [Date, 'Date'],
]);

export function describeColumn(column: ColumnMetadata, dataSource: DataSource): EntityColumn {
  const dialect = dialectOf(dataSource);
  const found = kindOf(column, dialect, dataSource.options);
  const kind = column.isArray ? undefined : found;
  const isText = column.type === String || (dialect !== 'postgres' && column.type !== 'enum');
  return {
    name: column.databaseName,
    isNullable: column.isNullable,
    kind,
    values: kind === undefined ? undefined : (column.enum as readonly string[] | undefined),
    elements: column.isArray ? found : undefined,
    listsIn: listsIn(column, dialect),
    ormType: typeof column.type === 'string' ? column.type : column.type.name,
    storage:
      kind === 'Date'
        ? dateStorage(column.precision)
        : isText
          ? 'text'
          : storageOfType(column.type as string),
  };
}

/** The types of which the elements of an array are others in JavaScript than in JSON. */
const otherElements: readonly unknown[] = ['bigint', 'int8', 'date'];

/** TypeORM stores `simple-array`, and the `simple-json` of PostgreSQL, as one text. */
function listsIn(
  { isArray, type, transformer }: ColumnMetadata,
  dialect: DialectName,
): EntityColumn['listsIn'] {
  if (transformer !== undefined) return undefined;
  if (isArray) return otherElements.includes(type) ? undefined : 'array';
  const isJson = type === 'json' || type === 'jsonb' || (type === 'simple-json' && dialect !== 'postgres');
  return isJson ? 'json' : undefined;
}

/** The options of data sources that change the values of rows. */
interface DriverOptions {
  readonly parseInt8?: boolean;
  readonly supportBigNumbers?: boolean;
  readonly bigNumberStrings?: boolean;
  readonly dateStrings?: boolean | string[];
}

function kindOf(column: ColumnMetadata, dialect: DialectName, options: object): FieldKind | undefined {
  const { type } = column;
  if (column.transformer !== undefined || column.isVirtualProperty) return undefined;
  // TypeORM shows a member that looks like a number as a number.
  if (column.enum?.some((member: unknown) => !Number.isNaN(Number(member))) === true) return undefined;
  if (typeof type !== 'string') return constructors.get(type);
  const { parseInt8, supportBigNumbers, bigNumberStrings, dateStrings } = options as DriverOptions;
  if (dialect === 'postgres' && parseInt8 === true && (type === 'bigint' || type === 'int8'))
    return 'Integer';
  if (dialect === 'mysql' && type === 'timestamp' && Boolean(dateStrings)) return undefined;
  const showsText = supportBigNumbers !== false && bigNumberStrings !== false;
  if (dialect === 'mysql' && type === 'bigint' && !showsText) return undefined;
  return kinds[dialect].get(type);
}
