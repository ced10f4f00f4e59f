import { whenPresent } from '../filter/comparisons.js';
import { always, type Condition } from '../filter/condition.js';
import type { MethodGoal } from '../ir/goal.js';
import { untranslatable, type Place } from './untranslatable.js';
import { ColumnValue, isUnknown, JoinedTextValue } from './unknown.js';

/** The result of `concat`, and the condition that the method has one. */
interface JoinedText {
  readonly isPresent: Condition;
  readonly text: JoinedTextValue;
}

/**
 * Returns the result of `concat` for a column and known texts. Undefined for every other method, and for other values that depend on a row.
 *
 * @returns the condition that is undecided for each row, if an argument is certainly not a text
 * @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE` for two columns
 */
export function joinedTextOf(
  { method, hasKeywords }: MethodGoal,
  receiver: unknown,
  args: readonly unknown[],
  at: Place,
): JoinedText | 'undecided' | undefined {
  const parts = [receiver, ...args];
  const columns = parts.filter((part) => part instanceof ColumnValue || part instanceof JoinedTextValue);
  if (method !== 'concat' || hasKeywords || columns.length === 0 || !isTextPart(receiver)) return undefined;
  if (!parts.every((part) => isTextPart(part) || isOther(part))) return undefined;
  if (args.some(isOther)) return 'undecided';
  if (columns.length > 1)
    throw untranslatable('`concat` of two columns', 'compare each column with its part of the text', at);
  const own = columns[0]!;
  const place = parts.indexOf(own);
  const [before, after] = [parts.slice(0, place).join(''), parts.slice(place + 1).join('')];
  if (own instanceof JoinedTextValue)
    return {
      isPresent: always,
      text: new JoinedTextValue(before + own.before, own.column, own.after + after),
    };
  return { isPresent: whenPresent(own.column, always), text: new JoinedTextValue(before, own.column, after) };
}

const isTextPart = (value: unknown): boolean =>
  typeof value === 'string' ||
  value instanceof JoinedTextValue ||
  (value instanceof ColumnValue && value.column.type === 'string');

/** Returns whether a value certainly is not a text. An application receives a decimal as a number or as a text. */
const isOther = (value: unknown): boolean =>
  value instanceof ColumnValue
    ? !['string', 'decimal'].includes(value.column.type)
    : !isUnknown(value) && typeof value !== 'string';
