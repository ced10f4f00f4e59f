import { Incomparable, textCondition } from '../filter/comparisons.js';
import { undecided, type Column, type Condition, type TextMethod } from '../filter/condition.js';
import type { MethodGoal } from '../ir/goal.js';
import { untranslatable, type Place } from './untranslatable.js';
import { ColumnValue, isUnknown } from './unknown.js';

const textTests: ReadonlySet<string> = new Set<TextMethod>(['startsWith', 'endsWith', 'includes']);

/**
 * Returns the condition of a method that looks for a text in another one, if one of the two is a column. Undefined for every other method.
 *
 * @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE`
 */
export function textTestOf(
  { method, hasKeywords }: MethodGoal,
  receiver: unknown,
  args: readonly unknown[],
  at: Place,
): Condition | undefined {
  if (!textTests.has(method) || hasKeywords || args.length !== 1) return undefined;
  const [arg] = args;
  if (!isColumn(receiver) && !isColumn(arg)) return undefined;
  const [text, part] = [receiver, arg].map(textOf);
  if (text === 'other' || part === 'other') return undecided;
  if (text === undefined || part === undefined) return undefined;
  try {
    return textCondition(method as TextMethod, text.text, part.text);
  } catch (error) {
    throw error instanceof Incomparable ? untranslatable(error.construct, error.instead, at) : error;
  }
}

const isColumn = (value: unknown): value is ColumnValue => value instanceof ColumnValue;

/** Returns a text, or `other` for a value that certainly is not a text; undefined if the value is not known here. */
function textOf(value: unknown): { readonly text: Column | string } | 'other' | undefined {
  if (isColumn(value)) {
    if (value.column.type === 'string') return { text: value.column };
    // An application receives a decimal as a number or as a text.
    return value.column.type === 'decimal' ? undefined : 'other';
  }
  if (typeof value === 'string') return { text: value };
  return isUnknown(value) || (typeof value === 'object' && value !== null) ? undefined : 'other';
}
