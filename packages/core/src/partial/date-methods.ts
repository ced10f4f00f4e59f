import { whenPresent } from '../filter/comparisons.js';
import {
  and,
  readable,
  always,
  derivedNumber,
  type Condition,
  type DateMethod,
} from '../filter/condition.js';
import type { MethodGoal } from '../ir/goal.js';
import { untranslatable, type Place } from './untranslatable.js';
import { ColumnValue } from './unknown.js';

const methods: ReadonlyMap<string, DateMethod> = new Map([
  ['getUTCFullYear', 'getUTCFullYear'],
  ['getUTCMonth', 'getUTCMonth'],
  ['getUTCDate', 'getUTCDate'],
  ['getUTCDay', 'getUTCDay'],
  ['getUTCHours', 'getUTCHours'],
  ['getUTCMinutes', 'getUTCMinutes'],
  ['getUTCSeconds', 'getUTCSeconds'],
  ['getUTCMilliseconds', 'getUTCMilliseconds'],
  ['getTime', 'getTime'],
  ['valueOf', 'getTime'],
]);

/** The methods that read a date in the time zone of the process. */
const inOwnZone = /^get(FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds|TimezoneOffset)$/;

/** The number that a method of a date returns, and the condition that the method can be called. */
interface CalledMethod {
  readonly isPresent: Condition;
  readonly number: ColumnValue;
}

/**
 * Returns the result of a method of a date column which returns a number. Undefined for every other method.
 *
 * @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE` for a method that depends on the time zone of the process
 */
export function dateMethodOf(
  { method, args }: MethodGoal,
  receiver: unknown,
  at: Place,
): CalledMethod | undefined {
  if (!(receiver instanceof ColumnValue) || receiver.column.type !== 'date' || args.length > 0)
    return undefined;
  if (inOwnZone.test(method))
    throw untranslatable(
      `\`${method}\` of the column \`${receiver.column.field}\`, which depends on the time zone of the process`,
      method === 'getTimezoneOffset' ? 'compare dates' : `call \`${method.replace('get', 'getUTC')}\``,
      at,
    );
  const known = methods.get(method);
  if (known === undefined) return undefined;
  const column = derivedNumber(receiver.column, known);
  // A column can hold a date that JavaScript has not, such as `infinity`.
  const isPresent = and(whenPresent(receiver.column, always), readable(column));
  return { isPresent, number: new ColumnValue(column) };
}
