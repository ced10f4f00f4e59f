import type { Model, ModelAttributeColumnOptions, ModelStatic, Sequelize } from 'sequelize';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { kindsByName, type EntityColumn, type FieldKind } from '../metadata/entity-table.js';
import type { DialectName } from '../sql/dialect.js';
import type { ColumnStorage } from '../sql/side.js';

export type AnyModel = ModelStatic<Model>;

export function dialectOf(db: Sequelize): DialectName {
  const name = db.getDialect();
  if (name === 'postgres' || name === 'mysql' || name === 'sqlite') return name;
  if (name === 'mariadb') return 'mysql';
  throw new NanookOrmError('NANOOK_ORM_TABLES', {
    reason: `found the dialect ${name}, not PostgreSQL, MySQL, MariaDB or SQLite`,
  });
}

// cspell:ignore CITEXT DATEONLY

// Columns of single precision hold other numbers than JavaScript reads, and PostgreSQL pads the text of a `CHAR`. A driver of MySQL shows
// a BIGINT as a number or as a text, depending on its size. None of these is here.
const kinds: Record<DialectName, ReadonlyMap<string, FieldKind>> = {
  postgres: kindsByName({
    String: 'STRING, TEXT, CITEXT, UUID, ENUM, BIGINT, DATEONLY',
    Integer: 'INTEGER, SMALLINT',
    Float: 'DOUBLE PRECISION, FLOAT',
    Decimal: 'DECIMAL',
    Boolean: 'BOOLEAN',
    Date: 'DATE',
  }),
  mysql: kindsByName({
    String: 'STRING, TEXT, CHAR, UUID, ENUM',
    Integer: 'INTEGER, SMALLINT, MEDIUMINT, TINYINT',
    Float: 'DOUBLE PRECISION, REAL',
    Decimal: 'DECIMAL',
    Boolean: 'BOOLEAN',
    Date: 'DATE',
  }),
  sqlite: kindsByName({
    String: 'STRING, TEXT, CITEXT, CHAR, UUID, ENUM, DATEONLY',
    Integer: 'INTEGER, SMALLINT, MEDIUMINT, TINYINT, BIGINT',
    Float: 'DOUBLE PRECISION, REAL, FLOAT',
    Decimal: 'DECIMAL',
    Boolean: 'BOOLEAN',
    Date: 'DATE',
  }),
};

/** The types of which the elements of an array are others in JavaScript than in JSON. */
const otherElements: readonly unknown[] = ['BIGINT', 'DATEONLY'];

function listsIn(key: string, element: string | undefined): EntityColumn['listsIn'] {
  if (key === 'JSON' || key === 'JSONB') return 'json';
  return key === 'ARRAY' && !otherElements.includes(element) ? 'array' : undefined;
}

export function describeColumn(
  attribute: ModelAttributeColumnOptions,
  name: string,
  dialect: DialectName,
): EntityColumn {
  const key = keyOf(attribute);
  // A getter returns other values than the column has.
  const isShown = attribute.get === undefined && !isFlag(attribute, dialect);
  const { type, values } = attribute.type as {
    readonly type?: { readonly key: string };
    readonly values?: readonly string[];
  };
  const kind = isShown ? kinds[dialect].get(key) : undefined;
  return {
    name: attribute.field ?? name,
    isNullable: attribute.allowNull !== false && attribute.primaryKey !== true,
    kind,
    // SQLite stores any text in an enum.
    values: key === 'ENUM' && kind !== undefined && dialect !== 'sqlite' ? values : undefined,
    elements: key === 'ARRAY' && isShown && type !== undefined ? kinds[dialect].get(type.key) : undefined,
    listsIn: isShown ? listsIn(key, type?.key) : undefined,
    ormType: key,
    storage: dialect === 'postgres' || key === 'ENUM' ? storageOf(key) : 'text',
  };
}

export const isVirtual = (attribute: ModelAttributeColumnOptions): boolean => keyOf(attribute) === 'VIRTUAL';

const keyOf = ({ type }: ModelAttributeColumnOptions): string => (typeof type === 'string' ? type : type.key);

/** Returns whether rows have booleans although the type is a number: Sequelize reads a TINYINT(1) of MySQL so. */
const isFlag = ({ type }: ModelAttributeColumnOptions, dialect: DialectName): boolean =>
  dialect === 'mysql' &&
  typeof type === 'object' &&
  type.key === 'TINYINT' &&
  (type as { options?: { length?: number } }).options?.length === 1;

function storageOf(key: string): ColumnStorage {
  if (key === 'UUID') return 'uuid';
  return key === 'STRING' || key === 'TEXT' ? 'text' : 'other';
}
