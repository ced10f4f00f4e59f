import type { Fragment } from './fragment.js';
import { bound, joined } from './fragment.js';
import type { ColumnSide, Side } from './side.js';

/** The lists in columns, as a database reads them. No test is `NULL`, except `equals` with a column that is. */
export interface ListElements {
  /** Tests that a column holds a list. `nil` counts as one where the column may hold it. */
  isList(column: ColumnSide): Fragment;
  /** The elements of a column, as the source of a query; none where the column holds no list. */
  source(column: Fragment, alias: string): Fragment;
  /** Tests that an element has its declared type, without `nil`; and that it equals an item. */
  isElement(column: ColumnSide, alias: string, item?: Side): Fragment;
  isNil(column: ColumnSide, alias: string): Fragment;
}

/** `Number.MAX_SAFE_INTEGER`, beyond which JavaScript reads another number. */
const maxInteger = String(Number.MAX_SAFE_INTEGER);

const all = (...parts: readonly Fragment[]): Fragment => ['(', joined(parts, ' AND '), ')'];

/** Arrays of PostgreSQL, and JSON: `to_jsonb` makes one of the other. */
export const postgresLists: ListElements = {
  isList: ({ column, sql }) => [
    'coalesce(jsonb_typeof(to_jsonb(',
    sql,
    `)), 'null') ${column.nullable ? "IN ('array', 'null')" : "= 'array'"}`,
  ],
  source: (sql, alias) => [
    'jsonb_array_elements(CASE WHEN jsonb_typeof(to_jsonb(',
    sql,
    ")) = 'array' THEN to_jsonb(",
    sql,
    `) ELSE '[]'::jsonb END) AS ${alias}(nanook_value)`,
  ],
  isElement: ({ column }, alias, item) => {
    const value = `${alias}.nanook_value`;
    const type = `jsonb_typeof(${value})`;
    const equal = (print: (value: unknown) => Fragment): readonly Fragment[] => {
      if (item === undefined) return [];
      // PostgreSQL has no text with NUL.
      if (item.kind === 'value' && String(item.value).includes('\0')) return ['1=0'];
      return [[`${value} = to_jsonb(`, item.kind === 'column' ? item.sql : print(item.value), ')']];
    };
    switch (column.type) {
      case 'string': {
        const text = (each: unknown): Fragment => bound(each, 'text');
        const isEqual =
          item?.kind === 'column' ? [[`${value} = to_jsonb(`, item.sql, '::text)']] : equal(text);
        const texts = column.values?.map((each): Fragment => ['to_jsonb(', text(each), ')']);
        const isListed: readonly Fragment[] =
          texts === undefined ? [] : [[`${value} IN (`, joined(texts, ', '), ')']];
        return all(`${type} = 'string'`, ...isListed, ...isEqual);
      }
      case 'integer': {
        const number = `(${value})::numeric`;
        const isWhole = `${number} = trunc(${number}) AND abs(${number}) <= ${maxInteger}`;
        return [
          `CASE WHEN ${type} = 'number' THEN `,
          all(isWhole, ...equal((each) => bound(each, 'bigint'))),
          ' ELSE FALSE END',
        ];
      }
      default:
        return all(`${type} = 'boolean'`, ...equal((each) => (each === true ? 'TRUE' : 'FALSE')));
    }
  },
  isNil: (_column, alias) => `jsonb_typeof(${alias}.nanook_value) = 'null'`,
};

// cspell:ignore ORDINALITY

/** Lists that MySQL and MariaDB store as JSON. Only `JSON_TYPE` tells a number from its text. */
export const mysqlLists: ListElements = {
  isList: ({ column, sql }) => [
    'CASE WHEN ',
    sql,
    ` IS NULL THEN ${column.nullable ? 'TRUE' : 'FALSE'} WHEN JSON_VALID(`,
    sql,
    ') THEN JSON_TYPE(',
    sql,
    `) IN ('ARRAY'${column.nullable ? ", 'NULL'" : ''}) ELSE FALSE END`,
  ],
  source: (sql, alias) => [
    'JSON_TABLE(CASE WHEN NOT JSON_VALID(',
    sql,
    ") THEN '[]' WHEN JSON_TYPE(",
    sql,
    ") = 'ARRAY' THEN ",
    sql,
    ` ELSE '[]' END, '$[*]' COLUMNS (nanook_place FOR ORDINALITY, nanook_value longtext PATH '$')) ${alias}`,
  ],
  isElement: (side, alias, item) => {
    const { column } = side;
    const value = `${alias}.nanook_value`;
    const type = jsonType(side, alias);
    const binary = (text: Fragment): Fragment => ['CAST(CONVERT(', text, ' USING utf8mb4) AS BINARY)'];
    const printed = (each: Side): Fragment => (each.kind === 'column' ? each.sql : bound(each.value));
    switch (column.type) {
      case 'string': {
        const texts = column.values?.map((each): Fragment => ['CAST(', bound(each), ' AS BINARY)']);
        return all(
          [type, " = 'STRING'"],
          ...(texts === undefined ? [] : [[binary(value), ' IN (', joined(texts, ', '), ')']]),
          ...(item === undefined
            ? []
            : [
                [
                  binary(value),
                  ' = ',
                  item.kind === 'column'
                    ? binary(item.sql)
                    : (['CAST(', bound(item.value), ' AS BINARY)'] as const),
                ],
              ]),
        );
      }
      case 'integer': {
        const number = `(${value} + 0e0)`;
        return [
          'CASE WHEN ',
          type,
          " IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN ",
          all(
            `${number} = FLOOR(${number}) AND ABS(${number}) <= ${maxInteger}`,
            ...(item === undefined ? [] : [[`${number} = `, printed(item)]]),
          ),
          ' ELSE FALSE END',
        ];
      }
      default:
        return all(
          [type, " = 'BOOLEAN'"],
          ...(item === undefined ? [] : [isTrue(`${value} = 'true'`, item)]),
        );
    }
  },
  isNil: (side, alias) => [jsonType(side, alias), " = 'NULL'"],
};

const jsonType = ({ sql }: ColumnSide, alias: string): Fragment => [
  'JSON_TYPE(JSON_EXTRACT(',
  sql,
  `, CONCAT('$[', ${alias}.nanook_place - 1, ']')))`,
];

/** Lists that SQLite stores as texts of JSON. */
export const sqliteLists: ListElements = {
  isList: ({ column, sql }) => [
    'CASE WHEN ',
    sql,
    ` IS NULL THEN ${column.nullable ? 'TRUE' : 'FALSE'} WHEN typeof(`,
    sql,
    ") <> 'text' THEN FALSE WHEN json_valid(",
    sql,
    ') THEN json_type(',
    sql,
    `) IN ('array'${column.nullable ? ", 'null'" : ''}) ELSE FALSE END`,
  ],
  source: (sql, alias) => [
    'json_each(CASE WHEN typeof(',
    sql,
    ") <> 'text' THEN '[]' WHEN NOT json_valid(",
    sql,
    ") THEN '[]' WHEN json_type(",
    sql,
    ") = 'array' THEN ",
    sql,
    ` ELSE '[]' END) ${alias}`,
  ],
  isElement: ({ column }, alias, item) => {
    const [type, value] = [`${alias}.type`, `${alias}.value`];
    const printed = (each: Side): Fragment => (each.kind === 'column' ? each.sql : bound(each.value));
    const isEqual: readonly Fragment[] =
      item === undefined ? [] : [[`${value} COLLATE BINARY = `, printed(item)]];
    switch (column.type) {
      case 'string': {
        const texts = column.values?.map((each) => bound(each));
        return all(
          `${type} = 'text'`,
          ...(texts === undefined ? [] : [[`${value} IN (`, joined(texts, ', '), ')']]),
          ...isEqual,
        );
      }
      case 'integer':
        return all(
          `${type} IN ('integer', 'real')`,
          `abs(${value}) <= ${maxInteger}`,
          `${value} = CAST(${value} AS INTEGER)`,
          ...isEqual,
        );
      default:
        return all(
          `${type} IN ('true', 'false')`,
          ...(item === undefined ? [] : [isTrue(`${type} = 'true'`, item)]),
        );
    }
  },
  isNil: (_column, alias) => `${alias}.type = 'null'`,
};

/** Compares a condition with a boolean. */
const isTrue = (condition: string, item: Side): Fragment =>
  item.kind === 'column'
    ? [`(${condition}) = (`, item.sql, ' <> 0)']
    : `(${condition}) = ${item.value === true ? '1' : '0'}`;
