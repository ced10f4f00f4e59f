import type { Column, Comparable, Computed } from '@nanook/core/filter';
import { bound, joined, type Fragment } from './fragment.js';
import type { ColumnSide, Comparison } from './side.js';

/** The numbers of a policy, as a database computes with them: no expression ends a query with an error, and one without a result is `NULL`. */
export interface NumberForms {
  /** Prints a column as a number; `NULL` where a check reads no number that it computes with. */
  column(side: ColumnSide): Fragment;
  value(value: number | bigint, isWhole: boolean): Fragment;
  /** Converts a number to a floating-point number. */
  float(sql: Fragment, isWhole: boolean): Fragment;
  /** The remainder of two whole numbers, with the sign of the first one; `NULL` for a division by zero. */
  remainder(left: Fragment, right: Fragment): Fragment;
  /** Tests that a number has a fraction. */
  hasFraction(sql: Fragment): Fragment;
  /**
   * Compares a number with a decimal column, as exactly as a check compares the shortest text of the number.
   *
   * @param compare prints the comparison of a number with a decimal
   */
  besideDecimal(
    sql: Fragment,
    isWhole: boolean,
    column: Fragment,
    compare: (number: Fragment, decimal: Fragment) => Fragment,
  ): Fragment;
}

const maxInteger = Number.MAX_SAFE_INTEGER;

/** Prints arithmetic on columns. */
export class ComputedPrinter {
  constructor(
    readonly numbers: NumberForms,
    readonly sideOf: (column: Column) => ColumnSide,
  ) {}

  /** Prints a comparison of which at least one side is computed. */
  compare(operator: Comparison, left: Comparable, right: Comparable): Fragment {
    const decimal = [left, right].find((side) => side.kind === 'column' && side.type === 'decimal');
    if (decimal === undefined) return [this.#side(left), ` ${operator} `, this.#side(right)];
    const isLeft = decimal === left;
    const number = (isLeft ? right : left) as Computed;
    return this.numbers.besideDecimal(
      this.#number(number),
      isWhole(number),
      this.sideOf(decimal as Column).sql,
      (sql, column) => (isLeft ? [column, ` ${operator} `, sql] : [sql, ` ${operator} `, column]),
    );
  }

  /** Prints the test that a number has a result, if its operands have one. A whole result beyond ±(2^53 − 1) does not count. */
  isComputable(number: Computed, holds: boolean): Fragment {
    const sql = this.#number(number);
    const sides = [number.left, number.right];
    const isNeverWhole = sides.some((side) => side.kind === 'value' && !Number.isInteger(side.value));
    if (number.max <= maxInteger || isNeverWhole) return [sql, holds ? ' IS NOT NULL' : ' IS NULL'];
    const isSafe: Fragment = ['abs(', sql, `) <= ${maxInteger}`];
    const haveFraction = sides
      .filter((side) => side.kind !== 'value' && !isWhole(side))
      .map((side) => this.numbers.hasFraction(this.#number(side)));
    if (haveFraction.length === 0) return ['((', isSafe, holds ? ') IS TRUE)' : ') IS NOT TRUE)'];
    const test: Fragment = ['(', sql, ' IS NOT NULL AND (', joined([isSafe, ...haveFraction], ' OR '), '))'];
    return holds ? test : ['NOT ', test];
  }

  /** Prints a side of a comparison with a computed number. */
  #side(side: Comparable): Fragment {
    return side.kind === 'column' ? this.sideOf(side).sql : this.#number(side);
  }

  #number(side: Comparable): Fragment {
    const { numbers } = this;
    if (side.kind === 'value') return numbers.value(side.value as number | bigint, isWhole(side));
    if (side.kind === 'column') return numbers.column(this.sideOf(side));
    const { operator } = side;
    const [left, right] = [side.left, side.right].map((each): Fragment => {
      const sql = this.#number(each);
      return side.type === 'float' ? numbers.float(sql, isWhole(each)) : sql;
    }) as [Fragment, Fragment];
    switch (operator) {
      case '+':
      case '-':
      case '*':
        return ['(', left, ` ${operator} `, right, ')'];
      case '/':
        return ['(', left, ' / NULLIF(', right, ', 0))'];
      case 'rem':
        return numbers.remainder(left, right);
      case 'mod': {
        const remainder = numbers.remainder(left, right);
        const isOther: Fragment = [remainder, ' <> 0 AND (', remainder, ' < 0) <> (', right, ' < 0)'];
        return ['(CASE WHEN ', isOther, ' THEN ', remainder, ' + ', right, ' ELSE ', remainder, ' END)'];
      }
    }
  }
}

/** Returns whether a side has no fraction for any row. */
const isWhole = (side: Comparable): boolean =>
  side.kind === 'value' ? Number.isSafeInteger(side.value) : side.type === 'integer';

/** The decimals that a check reads as numbers: up to 15 digits before the point, and 40 places after it. */
const isPlain = (sql: Fragment): Fragment => [
  sql,
  ' > -1e15 AND ',
  sql,
  ' < 1e15 AND (',
  sql,
  ' = 0 OR ',
  sql,
  ' >= 1e-40 OR ',
  sql,
  ' <= -1e-40)',
];

const isSafeInteger = (sql: Fragment): Fragment => [sql, ` BETWEEN ${-maxInteger} AND ${maxInteger}`];

const where = (test: Fragment, sql: Fragment): Fragment => ['CASE WHEN ', test, ' THEN ', sql, ' END'];

/** Whole numbers are computed as `numeric`, which does not overflow, and others as `float8`. */
export const postgresNumbers: NumberForms = {
  column: ({ column: { type }, sql }) => {
    if (type === 'integer') return where(isSafeInteger(sql), [sql, '::numeric']);
    const isShort: Fragment = ['length(btrim(translate(', sql, "::text, '-.', ''), '0')) <= 15"];
    return where([isPlain(sql), ' AND ', isShort], [sql, '::float8']);
  },
  value: (value, isWhole) =>
    isWhole || typeof value === 'bigint' ? [bound(value, 'bigint'), '::numeric'] : bound(value, 'float8'),
  float: (sql, isWhole) => (isWhole ? ['(', sql, ')::float8'] : sql),
  remainder: (left, right) => ['mod(', left, ', NULLIF(', right, ', 0))'],
  hasFraction: (sql) => [sql, ' <> floor(', sql, ')'],
  besideDecimal: (sql, isWhole, column, compare) =>
    compare(isWhole ? sql : ['(', sql, ')::text::numeric'], column),
};

/** All numbers are computed as `double`, which holds the whole numbers of a check exactly. */
export const mysqlNumbers: NumberForms = {
  column: ({ column: { type }, sql }) => {
    if (type === 'integer') return where(isSafeInteger(sql), [sql, ' + 0e0']);
    const digits: Fragment = ['REPLACE(REPLACE(', sql, ", '-', ''), '.', '')"];
    const isShort: Fragment = ["CHAR_LENGTH(TRIM(BOTH '0' FROM ", digits, ')) <= 15'];
    return where([isPlain(sql), ' AND ', isShort], [sql, ' + 0e0']);
  },
  value: (value) => ['(', bound(value), ' + 0e0)'],
  float: (sql) => sql,
  remainder: (left, right) => ['MOD(', left, ', NULLIF(', right, ', 0))'],
  hasFraction: (sql) => [sql, ' <> FLOOR(', sql, ')'],
  // The text of a `double` is its shortest one. It is needed only for a decimal that rounds to the number.
  besideDecimal: (sql, _isWhole, column, compare) => {
    const rounded: Fragment = ['(', column, ' + 0e0)'];
    const exact: Fragment = ['CAST(CAST(', sql, ' AS CHAR) AS DECIMAL(65, 30))'];
    return [
      'CASE WHEN ',
      sql,
      ' <> ',
      rounded,
      ' THEN ',
      compare(sql, rounded),
      ' ELSE ',
      compare(exact, column),
      ' END',
    ];
  },
};

export const sqliteNumbers: NumberForms = {
  column: ({ column: { type }, sql }) =>
    where(type === 'integer' ? isSafeInteger(sql) : isPlain(sql), ['CAST(', sql, ' AS REAL)']),
  value: (value) => ['CAST(', bound(value), ' AS REAL)'],
  float: (sql) => sql,
  remainder: (left, right) => ['(CAST(', left, ' AS INTEGER) % CAST(', right, ' AS INTEGER))'],
  hasFraction: (sql) => ['(abs(', sql, ') < 9007199254740992 AND ', sql, ' <> CAST(', sql, ' AS INTEGER))'],
  besideDecimal: (sql, _isWhole, column, compare) => compare(sql, column),
};
