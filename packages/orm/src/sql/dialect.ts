import { readDecimal, type Column, type DateMethod, type TextTest } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import {
  dateRange,
  fourDigits,
  outsideOf,
  postgresDate,
  postgresRange,
  postgresReadable,
  sideOf,
  type DateForms,
} from './date-range.js';
import {
  maxTime,
  mysqlDateNumber,
  mysqlIsDay,
  postgresDateNumber,
  sqliteDateNumber,
} from './date-numbers.js';
import { mysqlNumbers, postgresNumbers, sqliteNumbers, type NumberForms } from './computed-numbers.js';
import { bound, joined, type Fragment } from './fragment.js';
import { mysqlJson, postgresJson, sqliteJson, type JsonForms } from './json-members.js';
import { mysqlLists, postgresLists, sqliteLists, type ListElements } from './list-elements.js';
import type { ColumnSide, Comparison, Side } from './side.js';

export type DialectName = 'postgres' | 'mysql' | 'sqlite';
/** The parts of SQL that databases write differently. */
export interface Dialect {
  readonly name: DialectName;
  quote(identifier: string): string;
  text(operator: Comparison, left: Side, right: Side): Fragment;
  textIn(column: ColumnSide, values: readonly string[]): Fragment;
  /**
   * Compares the key of a related row as the database does: a condition that holds wherever the keys are equal and the related one is
   * among the values. `undefined` where the database compares keys by the collation of the other column.
   */
  keyIn(column: Fragment, values: readonly string[]): Fragment | undefined;
  /**
   * Tests whether a text contains another one at a place, by code point, or is one of ASCII in lower case. `NULL` if one of them is `NULL`.
   */
  textTest(test: TextTest, text: Side, part: Side): Fragment;
  /** Prints the number of the code points of a text. */
  textLength(column: Fragment): Fragment;
  readonly lists: ListElements;
  readonly json: JsonForms;
  readonly numbers: NumberForms;
  /** Prints the number that a method returns for the date in a column. */
  dateNumber(sql: Fragment, column: Column, method: DateMethod): Fragment;
  number(operator: Comparison, left: Side, right: Side): Fragment;
  numberIn(column: Fragment, values: readonly (number | bigint)[], isWhole: boolean): Fragment;
  /** Compares a decimal with another number, exactly. */
  decimal(operator: Comparison, left: Side, right: Side): Fragment;
  date(operator: Comparison, left: Side, right: Side): Fragment;
  boolean(column: Fragment, value: boolean): Fragment;
  isNaN(column: Fragment): Fragment | undefined;
  /** Returns the condition that a column holds a value of its type, or does not; `undefined` if the database accepts no other value. */
  readable(side: ColumnSide, holds: boolean): Fragment | undefined;
  /** Whether an equality with a value holds for values of the type of the column only. */
  readonly comparesByType: boolean;
  /** Returns the expression to sort a column by: the column itself, so that its indexes serve, where its own order is that of `inOrder`. */
  sortable(side: ColumnSide): Fragment;
  /** Compares a text with a column in the order of `sortable`. */
  inOrder(operator: Comparison, left: Side, right: Side): Fragment;
  /** Returns the microseconds of a date beyond its milliseconds; `undefined` where columns hold no finer dates. */
  microseconds(sql: Fragment): Fragment | undefined;
}

export interface DialectOptions {
  /** Returns a date as the database stores it in a column. By default the driver gets the `Date`. */
  readonly date?: (date: Date, column: Column) => unknown;
}

/** The number of values beyond which a list is bound as one value. */
const maxListed = 500;

/** PostgreSQL has no text with NUL in it. */
const hasNul = (text: string): boolean => text.includes('\0');

const smallLetters = 'abcdefghijklmnopqrstuvwxyz';
const capitals = smallLetters.toUpperCase();
/** The only other character whose lower case is a letter of ASCII. */
const kelvin = '\u212a';

const isUuid = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(text);

/** Reads a text of PostgreSQL as a UUID, and any other text as `NULL`. */
const uuidOf = (text: Fragment): Fragment => [
  '(SELECT CASE WHEN ',
  text,
  " ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN ",
  text,
  '::uuid END)',
];

const listed = <Value>(values: readonly Value[], print: (value: Value) => Fragment): Fragment =>
  joined(values.map(print), ', ');

/**
 * Returns whether PostgreSQL reads texts as labels of the enum of a column: it fails to read another text. A comparison with labels uses an
 * index of the column. It has no cast, so that it needs no name of the enum.
 */
const areLabels = ({ storage, labels }: ColumnSide, texts: readonly string[]): boolean =>
  storage === 'other' && labels !== undefined && texts.every((text) => labels.includes(text));

const columnSql = (...sides: readonly Side[]): Fragment => sides.find((side) => side.kind === 'column')!.sql;

const columnSide = (...sides: readonly Side[]): ColumnSide => sides.find((side) => side.kind === 'column')!;

/** The text that a comparison in an order has beside its column. */
const valueOf = (...sides: readonly Side[]): string =>
  sides.flatMap((side) => (side.kind === 'value' ? [side.value as string] : []))[0]!;

/** The column of a comparison that has at least one. */
const columnOf = (...sides: readonly Side[]): Column => sides.find((side) => side.kind === 'column')!.column;

const truncated = (sql: Fragment): Fragment => ["date_trunc('milliseconds', ", sql, ')'];

export function postgres({ date: bindDate = (value) => value }: DialectOptions): Dialect {
  // Not all drivers write such years as PostgreSQL reads them.
  const bind: DateForms['bind'] = (date, column) =>
    sideOf(fourDigits, date) === undefined && date.getUTCFullYear() > 0
      ? bindDate(date, column)
      : postgresDate(date);
  const exact = (side: Side): Fragment =>
    side.kind === 'column' ? [side.sql, '::text COLLATE "C"'] : [bound(side.value, 'text'), ' COLLATE "C"'];
  const numeric =
    (whole: boolean) =>
    (side: Side): Fragment =>
      side.kind === 'column' ? side.sql : bound(side.value, whole ? 'bigint' : 'float8');
  const isNaN = (column: Fragment): Fragment => [column, "::float8 = 'NaN'::float8"];
  // A cast from a float to a decimal rounds, but its text is exact.
  const decimalSide = (side: Side): Fragment =>
    side.kind === 'value'
      ? bound(side.value, 'numeric')
      : side.column.type === 'float'
        ? [side.sql, '::text::numeric']
        : side.sql;
  return {
    name: 'postgres',
    lists: postgresLists,
    json: postgresJson,
    numbers: postgresNumbers,
    dateNumber: (sql, column, method) => postgresDateNumber(sql, { column, method, bind: bindDate }),
    quote: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
    text: (operator, left, right) => {
      const isExact: Fragment = [exact(left), ` ${operator} `, exact(right)];
      const [storage, ...others] = [left, right].flatMap((s) => (s.kind === 'column' ? [s.storage] : []));
      const value = left.kind === 'value' ? left : right.kind === 'value' ? right : undefined;
      if (value !== undefined && hasNul(value.value as string))
        return operator === '<>' ? [columnSql(left, right), ' IS NOT NULL'] : '1=0';
      if (operator === '=' && value === undefined && storage !== others[0]) {
        const [uuid, text] = storage === 'uuid' ? [left, right] : [right, left];
        // A cast of the text keeps the index of the UUID.
        if ((uuid as ColumnSide).storage === 'uuid' && (text as ColumnSide).storage === 'text')
          return [(uuid as ColumnSide).sql, ' = ', uuidOf((text as ColumnSide).sql)];
      }
      if (operator !== '=' || storage === 'other' || others.some((other) => other !== storage)) {
        const column = left.kind === 'column' ? left : (right as ColumnSide);
        if (operator !== '=' || value === undefined || !areLabels(column, [value.value as string]))
          return isExact;
        return ['(', column.sql, ' = ', bound(value.value), ' AND ', isExact, ')'];
      }
      // PostgreSQL shows a UUID in one form only, and fails to read a text of another form.
      if (storage === 'uuid' && value !== undefined && !isUuid(value.value as string)) return '1=0';
      const cast = storage === 'uuid' ? 'uuid' : 'text';
      const plain = (side: Side): Fragment => (side.kind === 'column' ? side.sql : bound(side.value, cast));
      const isPlain: Fragment = [plain(left), ' = ', plain(right)];
      // The collation of a column may hold different texts for equal. The plain comparison keeps its index.
      return storage === 'uuid' ? isPlain : ['(', isPlain, ' AND ', isExact, ')'];
    },
    textIn: (side, given) => {
      const { sql, storage } = side;
      const values = given.filter((value) => !hasNul(value));
      if (values.length === 0) return '1=0';
      const among = (column: Fragment, cast: string, each: readonly string[]): Fragment =>
        each.length > maxListed
          ? [column, ' = ANY(', bound(each, `${cast}[]`), ')']
          : [column, ' IN (', listed(each, (value) => bound(value, cast)), ')'];
      if (storage === 'uuid') {
        const uuids = values.filter(isUuid);
        return uuids.length === 0 ? '1=0' : among(sql, 'uuid', uuids);
      }
      const isExact = among([sql, '::text COLLATE "C"'], 'text', values);
      if (areLabels(side, values)) {
        const labels = listed(values, (value) => bound(value));
        return ['(', sql, ' IN (', labels, ') AND ', isExact, ')'];
      }
      return storage === 'other' ? isExact : ['(', among(sql, 'text', values), ' AND ', isExact, ')'];
    },
    textTest: (test, text, part) => {
      const [hasNulInText, hasNulInPart] = [text, part].map(
        (side) => side.kind === 'value' && hasNul(side.value as string),
      );
      if (hasNulInText) throw inexpressible('a test of a text with NUL, which PostgreSQL does not store');
      if (hasNulInPart) return [columnSql(text), ' IS NULL AND NULL'];
      const [whole, sought] = [exact(text), exact(part)];
      switch (test) {
        case 'startsWith':
          return ['starts_with(', whole, ', ', sought, ')'];
        case 'endsWith':
          return ['right(', whole, ', char_length(', sought, ')) = ', sought];
        case 'includes':
          return ['strpos(', whole, ', ', sought, ') > 0'];
        case 'lowers-to':
          // `lower` depends on the locale of the database.
          return ['translate(', whole, `, '${capitals}${kelvin}', '${smallLetters}k') = `, sought];
      }
    },
    textLength: (column) => ['char_length(', column, '::text)'],
    keyIn: (column, given) => {
      const values = given.filter((value) => !hasNul(value));
      if (values.length === 0) return '1=0';
      return [column, ' IN (', listed(values, (value) => bound(value, 'text')), ')'];
    },
    number: (operator, left, right) => {
      const side = numeric(columnOf(left, right).type === 'integer');
      return [side(left), ` ${operator} `, side(right)];
    },
    numberIn: (column, values, isWhole) =>
      values.length > maxListed
        ? [column, ' IN (SELECT unnest(', bound(values, isWhole ? 'bigint[]' : 'float8[]'), '))']
        : [
            column,
            ' IN (',
            joined(
              values.map((value) => bound(value, isWhole ? 'bigint' : 'float8')),
              ', ',
            ),
            ')',
          ],
    decimal: (operator, left, right) => [decimalSide(left), ` ${operator} `, decimalSide(right)],
    date: (operator, left, right) =>
      dateRange(operator, left, right, { bind, truncate: truncated, range: postgresRange }),
    boolean: (column, value) => [column, value ? ' = TRUE' : ' = FALSE'],
    isNaN,
    readable: ({ column, sql }, holds) => {
      if (column.type === 'date') return postgresReadable(sql, column.nullable, holds);
      // The difference of infinity and itself is NaN.
      const isOther: Fragment | undefined =
        column.type === 'float'
          ? isNaN(sql)
          : column.type === 'decimal'
            ? [sql, ' - ', sql, ' <> 0']
            : undefined;
      return isOther && ['(', isOther, holds ? ') IS NOT TRUE' : ') IS TRUE'];
    },
    comparesByType: true,
    sortable: ({ sql }) => sql,
    inOrder: (operator, left, right) => {
      const value = valueOf(left, right);
      const { storage, column } = columnSide(left, right);
      const isStorable = storage === 'uuid' ? isUuid(value) : (column.values?.includes(value) ?? true);
      if (hasNul(value) || !isStorable) return '1=0';
      // Without a cast, the value has the type and the collation of the column.
      const plain = (side: Side): Fragment => (side.kind === 'column' ? side.sql : bound(side.value));
      return [plain(left), ` ${operator} `, plain(right)];
    },
    microseconds: (sql) => ['right(to_char(', sql, ", 'US'), 3)::int"],
  };
}

/** Prints a date of MySQL as a text without microseconds. Such texts have the order of the dates, also before 1970. */
const wholeMilliseconds = (sql: Fragment): Fragment => [
  'LEFT(DATE_FORMAT(',
  sql,
  ", '%Y-%m-%d %H:%i:%s.%f'), 23)",
];

/** MySQL sorts an enum by the positions of its texts, but compares it as a text. */
const isEnum = ({ storage, column: { values } }: ColumnSide): boolean =>
  storage === 'other' || values !== undefined;

export function mysql({ date: bind = (value) => value }: DialectOptions): Dialect {
  const exact = (side: Side): Fragment =>
    side.kind === 'column'
      ? ['CAST(CONVERT(', side.sql, ' USING utf8mb4) AS BINARY)']
      : ['CAST(', bound(side.value), ' AS BINARY)'];
  const plain = (side: Side): Fragment => (side.kind === 'column' ? side.sql : bound(side.value));
  return {
    name: 'mysql',
    lists: mysqlLists,
    json: mysqlJson,
    numbers: mysqlNumbers,
    dateNumber: (sql, column, method) => mysqlDateNumber(sql, { column, method, bind }),
    quote: (identifier) => `\`${identifier.replaceAll('`', '``')}\``,
    text: (operator, left, right) =>
      operator === '=' && !(left.kind === 'column' && right.kind === 'column')
        ? ['(', plain(left), ' = ', plain(right), ' AND ', exact(left), ' = ', exact(right), ')']
        : [exact(left), ` ${operator} `, exact(right)],
    textIn: ({ sql: column }, values) => {
      const list = JSON.stringify(values);
      return values.length > maxListed
        ? [
            'CAST(CONVERT(',
            column,
            ' USING utf8mb4) AS BINARY) IN (SELECT CAST(v AS BINARY) FROM json_table(',
            bound(list),
            ", '$[*]' COLUMNS (v longtext PATH '$')) nanook_values)",
          ]
        : [
            '(',
            column,
            ' IN (',
            joined(
              values.map((value) => bound(value)),
              ', ',
            ),
            ') AND CAST(CONVERT(',
            column,
            ' USING utf8mb4) AS BINARY) IN (',
            joined(
              values.map((value): Fragment => ['CAST(', bound(value), ' AS BINARY)']),
              ', ',
            ),
            '))',
          ];
    },
    textTest: (test, text, part) => {
      if (test === 'lowers-to') {
        const known: Fragment = [
          'REPLACE(CONVERT(',
          columnSql(text),
          ` USING utf8mb4) COLLATE utf8mb4_bin, _utf8mb4 X'E284AA', 'k')`,
        ];
        const isAscii: Fragment = ['LENGTH(', known, ') = CHAR_LENGTH(', known, ')'];
        return [isAscii, ' AND CAST(LOWER(', known, ') AS BINARY) = ', exact(part)];
      }
      const [whole, sought] = [exact(text), exact(part)];
      if (test === 'includes') return ['LOCATE(', sought, ', ', whole, ') > 0'];
      const end = test === 'startsWith' ? 'LEFT(' : 'RIGHT(';
      return [end, whole, ', LENGTH(', sought, ')) = ', sought];
    },
    textLength: (column) => ['CHAR_LENGTH(', column, ')'],
    keyIn: (column, values) => [column, ' IN (', listed(values, (value) => bound(value)), ')'],
    number: (operator, left, right) => {
      const value = left.kind === 'value' ? left.value : right.kind === 'value' ? right.value : 0;
      if (isFinite(value as number | bigint)) return [numericSide(left), ` ${operator} `, numericSide(right)];
      // No column holds an infinite number.
      const isColumnLeft = left.kind === 'column';
      const place = (value as number) > 0 ? 'after' : 'before';
      return outsideOf(operator, (isColumnLeft ? left : right) as ColumnSide, place, isColumnLeft);
    },
    numberIn: (column, given, isWhole) => {
      const values = given.filter(isFinite);
      if (values.length === 0) return '1=0';
      return values.length > maxListed
        ? [
            column,
            ' IN (SELECT v FROM json_table(',
            bound(jsonList(values)),
            `, '$[*]' COLUMNS (v ${isWhole ? 'bigint' : 'double'} PATH '$')) nanook_values)`,
          ]
        : [
            column,
            ' IN (',
            joined(
              values.map((value) => bound(value)),
              ', ',
            ),
            ')',
          ];
    },
    decimal: (operator, left, right) => {
      const isFloat = (side: Side) => side.kind === 'column' && side.column.type === 'float';
      if (isFloat(left) || isFloat(right))
        throw inexpressible('a comparison of a decimal column with a floating-point column');
      return [mysqlDecimal(left), ` ${operator} `, mysqlDecimal(right)];
    },
    date: (operator, left, right) =>
      dateRange(operator, left, right, { bind, truncate: wholeMilliseconds, range: fourDigits }),
    boolean: (column, value) => [column, value ? ' <> 0' : ' = 0'],
    isNaN: () => undefined,
    readable: ({ column, sql }, holds) => {
      if (column.type !== 'date') return undefined;
      const isNull: Fragment = column.nullable ? [sql, ' IS NULL OR '] : '';
      return [holds ? '((' : 'NOT ((', isNull, mysqlIsDay(sql), ') IS TRUE)'];
    },
    comparesByType: true,
    sortable: (side) => {
      if (isEnum(side)) return exact(side);
      return side.column.type === 'boolean' ? ['(', side.sql, ' <> 0)'] : side.sql;
    },
    inOrder: (operator, left, right) => {
      const print = isEnum(columnSide(left, right)) ? exact : plain;
      return [print(left), ` ${operator} `, print(right)];
    },
    microseconds: (sql) => ['MOD(MICROSECOND(', sql, '), 1000)'],
  };
}

export function sqlite({ date: bind }: DialectOptions): Dialect {
  const plain = (side: Side): Fragment => (side.kind === 'column' ? side.sql : bound(side.value));
  const binary = (side: Side): Fragment => [plain(side), ' COLLATE BINARY'];
  return {
    name: 'sqlite',
    lists: sqliteLists,
    json: sqliteJson,
    numbers: sqliteNumbers,
    dateNumber: (sql, column, method) => sqliteDateNumber(sql, { column, method, bind }),
    quote: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
    text: (operator, left, right) =>
      operator === '='
        ? ['(', plain(left), ' = ', plain(right), ' AND ', binary(left), ' = ', plain(right), ')']
        : [binary(left), ` ${operator} `, plain(right)],
    textIn: ({ sql: column }, values) =>
      values.length > maxListed
        ? [column, ' COLLATE BINARY IN (SELECT value FROM json_each(', bound(JSON.stringify(values)), '))']
        : [
            '(',
            column,
            ' IN (',
            joined(
              values.map((value) => bound(value)),
              ', ',
            ),
            ') AND ',
            column,
            ' COLLATE BINARY IN (',
            joined(
              values.map((value) => bound(value)),
              ', ',
            ),
            '))',
          ],
    textTest: (test, text, part) => {
      // `lower` changes ASCII only.
      if (test === 'lowers-to')
        return ['replace(lower(', plain(text), `), '${kelvin}', 'k') COLLATE BINARY = `, plain(part)];
      if (test !== 'endsWith')
        return ['instr(', plain(text), ', ', plain(part), `) ${test === 'startsWith' ? '= 1' : '> 0'}`];
      // `substr` ends a text at NUL, and returns NULL for an empty blob.
      const whole: Fragment = ["CAST('.' || ", plain(text), ' AS BLOB)'];
      const sought: Fragment = ['CAST(', plain(part), ' AS BLOB)'];
      const [end, length]: Fragment[] = [
        ['length(', whole, ')'],
        ['length(', sought, ')'],
      ];
      const found: Fragment = ['substr(', whole, ', ', end!, ' - ', length!, ' + 1, ', length!, ')'];
      return ['(', length!, ' < ', end!, ' AND ', found, ' = ', sought, ')'];
    },
    textLength: (column) => {
      // `length` ends a text at NUL, which JSON writes as an escape.
      const json: Fragment = ['json_quote(replace(', column, String.raw`, '\', '/'))`];
      const withoutNul: Fragment = ['json_extract(replace(', json, String.raw`, '\u0000', ' '), '$')`];
      const hasNoNul: Fragment = ['instr(', column, ', char(0)) = 0'];
      return ['CASE WHEN ', hasNoNul, ' THEN length(', column, ') ELSE length(', withoutNul, ') END'];
    },
    keyIn: () => undefined,
    number: (operator, left, right) => [numericSide(left), ` ${operator} `, numericSide(right)],
    numberIn: (column, values) =>
      values.length > maxListed
        ? longList(column, values, (finite) => ['SELECT value FROM json_each(', bound(jsonList(finite)), ')'])
        : [
            column,
            ' IN (',
            joined(
              values.map((value) => bound(value)),
              ', ',
            ),
            ')',
          ],
    date: (operator, left, right) => {
      const column = columnOf(left, right);
      const bindDate = (date: Date): unknown => (bind === undefined ? date : bind(date, column));
      for (const [value, other] of [
        [left, right],
        [right, left],
      ] as const) {
        const outside = value.kind === 'value' ? sideOf(fourDigits, value.value as Date) : undefined;
        // Texts have four digits for the year, in which they are ordered.
        if (outside !== undefined && typeof bindDate(new Date(0)) === 'string')
          return outsideOf(operator, other as ColumnSide, outside, other === left);
      }
      const side = (each: Side): Fragment =>
        each.kind === 'column' ? each.sql : bound(bindDate(each.value as Date));
      return [side(left), ` ${operator} `, side(right)];
    },
    decimal: (operator, left, right) => [sqliteDecimal(left), ` ${operator} `, sqliteDecimal(right)],
    boolean: (column, value) => [column, value ? ' <> 0' : ' = 0'],
    isNaN: () => undefined,
    readable: (side, holds) => {
      const test = storedAs(side, bind);
      if (test === undefined) return undefined;
      const isNull: Fragment = side.column.nullable ? [' OR ', side.sql, ' IS NULL'] : '';
      return [holds ? '(' : 'NOT (', test, isNull, ')'];
    },
    comparesByType: false,
    sortable: (side) => {
      return side.column.type === 'boolean' ? ['(', side.sql, ' <> 0)'] : side.sql;
    },
    inOrder: (operator, left, right) => [plain(left), ` ${operator} `, plain(right)],
    microseconds: () => undefined,
  };
}

// cspell:ignore julianday

/** Returns the condition that SQLite stores a value of the type of a column, because its columns can hold values of any type. */
function storedAs({ column, sql }: ColumnSide, bindDate: DialectOptions['date']): Fragment | undefined {
  const isStored = (...types: readonly string[]): Fragment => [
    'typeof(',
    sql,
    types.length === 1 ? `) = '${types[0]}'` : `) IN (${types.map((type) => `'${type}'`).join(', ')})`,
  ];
  const isExact: Fragment = [sql, ` BETWEEN ${-Number.MAX_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`];
  switch (column.type) {
    case 'string':
      return isStored('text');
    case 'boolean':
      return [isStored('integer'), ' AND ', sql, ' IN (0, 1)'];
    case 'integer':
      return [isStored('integer'), ' AND ', isExact];
    case 'float':
      return isStored('integer', 'real');
    case 'decimal': {
      const isFinite: Fragment = [sql, ` BETWEEN ${-Number.MAX_VALUE} AND ${Number.MAX_VALUE}`];
      return ['(', isStored('integer'), ' AND ', isExact, ' OR ', isStored('real'), ' AND ', isFinite, ')'];
    }
    case 'date': {
      const stored = bindDate?.(new Date(1000), column);
      if (typeof stored === 'string') {
        // SQLite reads `now` and `12:00`, and February 30 as March 2.
        const day: Fragment = ['substr(', sql, ', 1, 10)'];
        return [isStored('text'), ' AND julianday(', sql, ') IS NOT NULL AND date(', day, ') IS ', day];
      }
      if (typeof stored !== 'number') return undefined;
      const last = (maxTime / 1000) * stored;
      return [isStored('integer', 'real'), ' AND ', sql, ` BETWEEN ${-last} AND ${last}`];
    }
  }
}

/** Binds the text of a decimal with as many digits as it has. */
function mysqlDecimal(side: Side): Fragment {
  if (side.kind === 'column') return side.sql;
  const text = side.value as string;
  const [whole, fraction = ''] = text.replace('-', '').split('.') as [string, string?];
  if (text.includes('e') || fraction.length > 30 || whole.length + fraction.length > 65)
    throw inexpressible(`a comparison with ${text}, which has more digits than a decimal of MySQL`);
  return ['CAST(', bound(text), ` AS DECIMAL(${whole.length + fraction.length}, ${fraction.length}))`];
}

/** SQLite stores a decimal as a floating-point number, which holds 15 digits exactly. */
function sqliteDecimal(side: Side): Fragment {
  if (side.kind === 'column') return side.sql;
  const text = side.value as string;
  if (typeof readDecimal(text) !== 'number')
    throw inexpressible(`a comparison with ${text}, which has more digits than SQLite stores`);
  return bound(Number(text));
}

const inexpressible = (construct: string): NanookOrmError =>
  new NanookOrmError('NANOOK_ORM_SQL_INEXPRESSIBLE', { construct });

/** JSON writes infinite numbers as `null`, so they are compared beside the list. */
function longList(
  column: Fragment,
  values: readonly (number | bigint)[],
  select: (finite: readonly (number | bigint)[]) => Fragment,
): Fragment {
  const finite = values.filter(isFinite);
  const infinite = values.filter((value) => !isFinite(value));
  const parts: Fragment[] = [[column, ' IN (', select(finite), ')']];
  for (const value of infinite) parts.push([column, ' = ', bound(value)]);
  return ['(', joined(parts, ' OR '), ')'];
}

const isFinite = (value: number | bigint): boolean => typeof value === 'bigint' || Number.isFinite(value);

/** Returns a list as JSON, which has no form for a `bigint` of its own. */
const jsonList = (values: readonly (number | bigint)[]): string => `[${values.join(',')}]`;

const numericSide = (side: Side): Fragment => (side.kind === 'column' ? side.sql : bound(side.value));

export const dialects = { postgres, mysql, sqlite } as const;
