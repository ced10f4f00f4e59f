import { isPolicyDictionary } from '@nanook/core/compat';
import { repr } from '../helpers.js';
import { Predicate } from '../predicate.js';
import { Dict, type Class, type HostTypes } from '../types.js';
import { Variable } from '../variable.js';

/** Returns a value as oso shows it in messages: values of the application with the name of their class. */
export function valueText(value: unknown, types: HostTypes): string {
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map((each) => valueText(each, types)).join(', ')}]`;
  if (value instanceof Variable) return value.name;
  if (value instanceof Predicate) return callText(value, types);
  if (value instanceof Dict || isDictionary(value)) {
    const fields = Object.entries(value).map(([key, each]) => `${key}: ${valueText(each, types)}`);
    return `{${fields.join(', ')}}`;
  }
  const own =
    types.get(value as Class) ?? types.get((value as { constructor?: Class } | null)?.constructor ?? '');
  return `${repr(value)} TYPE \`${own?.name ?? 'UNKNOWN'}\``;
}

const isDictionary = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && isPolicyDictionary(value);

/** Returns a call as oso shows it in messages. */
export const callText = ({ name, args }: Predicate, types: HostTypes): string =>
  `${name}(${args.map((arg) => valueText(arg, types)).join(', ')})`;
