import { Incomparable, textCondition } from '../filter/comparisons.js';
import type { Column, Condition, TextMethod } from '../filter/condition.js';
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
  const [text, part] = [receiver, arg].map(textOf);
  if (text === undefined || (typeof text === 'string' && typeof arg === 'string')) return undefined;
  if (part === undefined) {
    if (isUnknown(arg)) return undefined;
    throw untranslatable(`\`${method}\` with an argument that is not a text`, 'pass a text', at);
  }
  try {
    return textCondition(method as TextMethod, text, part);
  } catch (error) {
    throw error instanceof Incomparable ? untranslatable(error.construct, error.instead, at) : error;
  }
}

function textOf(value: unknown): Column | string | undefined {
  if (value instanceof ColumnValue) return value.column.type === 'string' ? value.column : undefined;
  return typeof value === 'string' ? value : undefined;
}
