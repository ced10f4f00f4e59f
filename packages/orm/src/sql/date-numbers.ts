import type { Column, DateMethod } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { joined, type Fragment } from './fragment.js';

// cspell:ignore dayofmonth dayofweek regtype timestampdiff unixepoch

/**
 * Prints the number that a method of JavaScript returns for the date in a column; `NULL` where the column holds no date of JavaScript.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_SQL_INEXPRESSIBLE` for a column whose dates are not known to be in UTC
 */
export type PrintDateNumber = (sql: Fragment, date: StoredDate) => Fragment;

export interface StoredDate {
  readonly method: DateMethod;
  /** The column that holds the date. */
  readonly column: Column;
  /** Returns a date as it is stored in the column. */
  readonly bind: ((date: Date, column: Column) => unknown) | undefined;
}

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000] as const;
/** The dates of JavaScript, in milliseconds. */
export const maxTime = 8_640_000_000_000_000;

const where = (test: Fragment, sql: Fragment): Fragment => ['(CASE WHEN ', test, ' THEN ', sql, ' END)'];

/** The remainder of a division of whole numbers that is never negative. */
const remainder = (sql: Fragment, divisor: number): Fragment => [
  `((`,
  sql,
  ` % ${divisor} + ${divisor}) % ${divisor})`,
];

/** Returns the part of a time of day, in milliseconds, that a method returns; undefined for a method of days. */
function partOfDay(method: DateMethod, time: Fragment): Fragment | undefined {
  switch (method) {
    case 'getUTCHours':
      return ['(', remainder(time, day), ` / ${hour})`];
    case 'getUTCMinutes':
      return ['(', remainder(time, hour), ` / ${minute})`];
    case 'getUTCSeconds':
      return ['(', remainder(time, minute), ` / ${second})`];
    case 'getUTCMilliseconds':
      return remainder(time, second);
    default:
      return undefined;
  }
}

/** The first day of months in both halves of several years. A zone without a difference there is UTC. */
const isProcessInUtc = (): boolean =>
  [1850, 1900, 1945, 1970, 1985, 2000, 2026].every((year) =>
    [0, 6].every((month) => new Date(Date.UTC(year, month)).getTimezoneOffset() === 0),
  );

/** Returns whether a column without a time zone holds dates in UTC, or that it depends on the driver, which takes a `Date`. */
function storesUtc({ bind, column }: StoredDate): boolean | 'by driver' {
  const epoch: unknown = bind === undefined ? new Date(0) : bind(new Date(0), column);
  return typeof epoch === 'string' ? /^1970-01-01[ T]00:00:00/.test(epoch) : 'by driver';
}

const notInUtc = ({ method, column }: StoredDate): NanookOrmError =>
  new NanookOrmError('NANOOK_ORM_SQL_INEXPRESSIBLE', {
    construct: `\`${method}\` of \`${column.field}\`, whose dates are stored in another time zone than UTC. Run the process with TZ=UTC, and store the dates in UTC`,
  });

export const postgresDateNumber: PrintDateNumber = (sql, date) => {
  // A column without a time zone is read as UTC. In another zone, such a column ends the query with an error.
  const isZoned: Fragment = ['pg_typeof(', sql, ") = 'timestamptz'::regtype"];
  const refusal: Fragment = [
    "CAST('a part of a date needs a column with a time zone, or a process with TZ=UTC: ' || ",
    sql,
    '::text AS timestamptz)',
  ];
  const inUtc = storesUtc(date);
  const read: Fragment =
    inUtc === true || (inUtc === 'by driver' && isProcessInUtc())
      ? sql
      : ['CASE WHEN ', isZoned, ' THEN ', sql, ' ELSE ', refusal, ' END'];
  // The epoch of a timestamp is that of UTC, with or without a time zone. It is infinite for an infinite date.
  const numeric: Fragment = ["round(extract(epoch FROM date_trunc('milliseconds', ", read, ')) * 1000)'];
  const time: Fragment = ['(', numeric, ')::bigint'];
  const ofDay = (part: string): Fragment => [
    `extract(${part} FROM date '1970-01-01' + ((`,
    [time, ' - ', remainder(time, day)],
    `) / ${day})::int)::int`,
  ];
  return where([numeric, ` BETWEEN ${-maxTime} AND ${maxTime}`], number());

  function number(): Fragment {
    switch (date.method) {
      case 'getTime':
        return time;
      case 'getUTCFullYear':
        // The year before 1 is 1 BC in PostgreSQL, and 0 in JavaScript.
        return ['(', ofDay('year'), ' + (', ofDay('year'), ' < 0)::int)'];
      case 'getUTCMonth':
        return ['(', ofDay('month'), ' - 1)'];
      case 'getUTCDate':
        return ofDay('day');
      case 'getUTCDay':
        return ofDay('dow');
      default:
        return partOfDay(date.method, time)!;
    }
  }
};

const mysqlNumbers: Readonly<Record<DateMethod, (sql: Fragment) => Fragment>> = {
  getUTCFullYear: (sql) => ['YEAR(', sql, ')'],
  getUTCMonth: (sql) => ['MONTH(', sql, ') - 1'],
  getUTCDate: (sql) => ['DAYOFMONTH(', sql, ')'],
  getUTCDay: (sql) => ['DAYOFWEEK(', sql, ') - 1'],
  getUTCHours: (sql) => ['HOUR(', sql, ')'],
  getUTCMinutes: (sql) => ['MINUTE(', sql, ')'],
  getUTCSeconds: (sql) => ['SECOND(', sql, ')'],
  getUTCMilliseconds: (sql) => ['MICROSECOND(', sql, ') DIV 1000'],
  getTime: (sql) => ["FLOOR(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ", sql, ') / 1000)'],
};

/** Tests that a date is one of the calendar: MySQL can store `0000-00-00`, and days that a month does not have. */
export const mysqlIsDay = (sql: Fragment): Fragment => [
  'DAYOFMONTH(',
  sql,
  ') BETWEEN 1 AND DAYOFMONTH(LAST_DAY(',
  sql,
  '))',
];

export const mysqlDateNumber: PrintDateNumber = (sql, date) => {
  const inUtc = storesUtc(date);
  if (inUtc === false || (inUtc === 'by driver' && !isProcessInUtc())) throw notInUtc(date);
  return where(mysqlIsDay(sql), mysqlNumbers[date.method](sql));
};

/** The milliseconds in 400 years, after which days of the week and leap years repeat, and the first of 400 years that SQLite reads. */
const [period, firstTime] = [12_622_780_800_000, 946_684_800_000] as const;

export const sqliteDateNumber: PrintDateNumber = (sql, date) => {
  const { method, bind, column } = date;
  const stored: unknown = bind?.(new Date(day), column);
  if (typeof stored === 'string') {
    if (storesUtc(date) !== true) throw notInUtc(date);
    return textNumber(sql, method);
  }
  const unit = typeof stored === 'number' ? day / stored : undefined;
  if (unit !== 1 && unit !== second)
    throw new NanookOrmError('NANOOK_ORM_SQL_INEXPRESSIBLE', {
      construct: `\`${method}\` of \`${column.field}\`, whose form in SQLite is not known. Give the option \`date\``,
    });
  const time: Fragment = ['CAST(', sql, unit === 1 ? '' : ` * ${unit}`, ' AS INTEGER)'];
  return where([time, ` BETWEEN ${-maxTime} AND ${maxTime}`], numberOfTime(time, method));
};

function numberOfTime(time: Fragment, method: DateMethod): Fragment {
  if (method === 'getTime') return time;
  const ofDay = partOfDay(method, time);
  if (ofDay !== undefined) return ofDay;
  const moved = remainder([time, ` - ${firstTime}`], period);
  const readable: Fragment = ['(', moved, ` + ${firstTime}) / 1000, 'unixepoch'`];
  const number = daysNumber(method, readable);
  if (method !== 'getUTCFullYear') return number;
  const periods: Fragment = ['(', time, ` - ${firstTime} - `, moved, `) / ${period}`];
  return ['(', number, ' + 400 * (', periods, '))'];
}

/** The texts of `strftime` are numbers with zeros before them. */
function daysNumber(method: DateMethod, date: Fragment): Fragment {
  const formats: Partial<Record<DateMethod, string>> = {
    getUTCFullYear: '%Y',
    getUTCMonth: '%m',
    getUTCDate: '%d',
    getUTCDay: '%w',
    getUTCHours: '%H',
    getUTCMinutes: '%M',
    getUTCSeconds: '%S',
    getTime: '%s',
  };
  const number: Fragment = [`CAST(strftime('${formats[method]!}', `, date, ') AS INTEGER)'];
  return method === 'getUTCMonth' ? ['(', number, ' - 1)'] : number;
}

/** A text in UTC, such as `2026-05-06 07:08:09.123Z`. SQLite would round more digits than three to the next second. */
function textNumber(sql: Fragment, method: DateMethod): Fragment {
  const seconds: Fragment = ['substr(', sql, ', 1, 19)'];
  const digits: Fragment = ['substr(replace(substr(', sql, ", 21), 'Z', '') || '000', 1, 3)"];
  const milliseconds: Fragment = ['CAST(', digits, ' AS INTEGER)'];
  if (method === 'getUTCMilliseconds') return milliseconds;
  const number = daysNumber(method, seconds);
  return method === 'getTime' ? ['(', joined([[number, ' * 1000'], milliseconds], ' + '), ')'] : number;
}
