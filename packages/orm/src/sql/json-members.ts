import type { Column } from '@nanook/core/filter';
import type { Fragment } from './fragment.js';

/** The members of JSON in a column, as a database reads them. */
export interface JsonForms {
  /** The type of a place, in the words of the database; `NULL` for an absent one. */
  typeOf(column: Fragment, path: readonly string[]): Fragment;
  /** The word for the type of `null`. */
  readonly nil: string;
  /** The value of a place; `NULL` where it has another type than its column. */
  value(column: Fragment, path: readonly string[], type: Column['type'] | 'object'): Fragment;
}

/** `Number.MAX_SAFE_INTEGER`, beyond which JavaScript reads another number. */
const maxInteger = String(Number.MAX_SAFE_INTEGER);

const where = (test: Fragment, sql: Fragment): Fragment => ['(CASE WHEN ', test, ' THEN ', sql, ' END)'];

const postgresPlace = (column: Fragment, path: readonly string[]): Fragment => [
  '(to_jsonb(',
  column,
  ')',
  ...path.map((name) => ` -> '${name}'`),
  ')',
];

export const postgresJson: JsonForms = {
  nil: 'null',
  typeOf: (column, path) => ['jsonb_typeof', postgresPlace(column, path)],
  value: (column, path, type) => {
    const place = postgresPlace(column, path);
    const isOf = (name: string): Fragment => ['jsonb_typeof', place, ` = '${name}'`];
    switch (type) {
      case 'string':
        return where(isOf('string'), [place, " #>> '{}'"]);
      case 'boolean':
        return where(isOf('boolean'), [place, '::boolean']);
      case 'integer': {
        const number: Fragment = [place, '::numeric'];
        const isWhole: Fragment = [number, ' = trunc(', number, ') AND abs(', number, `) <= ${maxInteger}`];
        return where(isOf('number'), where(isWhole, [number, '::bigint']));
      }
      default:
        return where(isOf('object'), place);
    }
  },
};

const jsonPath = (path: readonly string[]): string => `'$${path.map((name) => `.${name}`).join('')}'`;

/** MySQL refuses to read another text than JSON. */
const mysqlPlace = (column: Fragment, path: readonly string[]): Fragment => [
  'JSON_EXTRACT(CASE WHEN JSON_VALID(',
  column,
  ') THEN ',
  column,
  ` END, ${jsonPath(path)})`,
];

export const mysqlJson: JsonForms = {
  nil: 'NULL',
  typeOf: (column, path) => ['JSON_TYPE(', mysqlPlace(column, path), ')'],
  value: (column, path, type) => {
    const place = mysqlPlace(column, path);
    const isOf = (...names: readonly string[]): Fragment => [
      'JSON_TYPE(',
      place,
      `) IN (${names.map((name) => `'${name}'`).join(', ')})`,
    ];
    switch (type) {
      case 'string':
        return where(isOf('STRING'), ['JSON_UNQUOTE(', place, ')']);
      case 'boolean':
        return where(isOf('BOOLEAN'), ['JSON_UNQUOTE(', place, ") = 'true'"]);
      case 'integer': {
        const number: Fragment = ['(', place, ' + 0e0)'];
        const isWhole: Fragment = [number, ' = FLOOR(', number, ') AND ABS(', number, `) <= ${maxInteger}`];
        return where(isOf('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL'), where(isWhole, number));
      }
      default:
        return where(isOf('OBJECT'), place);
    }
  },
};

/** The JSON of a column; `NULL` for another text, or a value of another type. */
const sqliteText = (column: Fragment): Fragment =>
  where(['typeof(', column, ") = 'text' AND json_valid(", column, ')'], column);

export const sqliteJson: JsonForms = {
  nil: 'null',
  typeOf: (column, path) => ['json_type(', sqliteText(column), `, ${jsonPath(path)})`],
  value: (column, path, type) => {
    const typeOf = sqliteJson.typeOf(column, path);
    const place: Fragment = ['json_extract(', sqliteText(column), `, ${jsonPath(path)})`];
    switch (type) {
      case 'string':
        return where([typeOf, " = 'text'"], place);
      case 'boolean':
        return where([typeOf, " IN ('true', 'false')"], place);
      case 'integer': {
        const isWhole: Fragment = [
          place,
          ' = CAST(',
          place,
          ' AS INTEGER) AND abs(',
          place,
          `) <= ${maxInteger}`,
        ];
        return where([typeOf, " IN ('integer', 'real') AND ", isWhole], ['CAST(', place, ' AS INTEGER)']);
      }
      default:
        return where([typeOf, " = 'object'"], place);
    }
  },
};
