import { charactersPerStep, spendOn, type Meter } from './meter.js';
import { MissingValue } from './missing-value.js';
import { textOfElement, wrongArgument } from './built-in-arguments.js';
import { kindOf } from '../internal/descriptions.js';

// Calls the methods of built-in values. A result may be much larger than its operands, and larger than the memory, so its size is counted
// before it is built.

/** Number of elements that a method reads or copies in the time of one step. */
const elementsPerStep = 32;

export function callBuiltIn(
  receiver: unknown,
  name: string,
  args: readonly unknown[],
  meter: Meter,
): unknown {
  const wrong = wrongArgument(receiver, name, args);
  if (wrong !== undefined) return wrong;
  if (Array.isArray(receiver)) return callOfList(receiver, name, args, meter);
  const method = (receiver as Record<string, ((...a: unknown[]) => unknown) | undefined>)[name];
  if (method === undefined)
    return new MissingValue('POLAR_UNDECIDED_MISSING_METHOD', { name, on: kindOf(receiver), known: [] });
  if (typeof receiver === 'string') countOfString(receiver, name, args, meter);
  const result: unknown = Reflect.apply(method, receiver, args);
  // The length of these results is known only afterwards. It is at most a few times that of the text.
  if (typeof receiver === 'string' && typeof result === 'string' && !isCountedBefore.has(name))
    meter.grow(result.length);
  return result;
}

/** Counts the size of the result of a static method of a built-in type. */
export function countStatic(name: string, args: readonly unknown[], meter: Meter): void {
  let size = args.length;
  const [first] = args;
  if (name === 'entries' || name === 'keys' || name === 'values') size += 3 * keyCount(first);
  else for (const arg of args) if (typeof arg === 'string') spendOn(arg.length, charactersPerStep, meter);
  spendOn(size, elementsPerStep, meter);
  meter.grow(size);
}

/** Returns the number of keys, as far as it is known without a list of them. */
function keyCount(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.length;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  return Object.keys(value).length;
}

// ── strings ──

const isCountedBefore = new Set(['concat', 'replace', 'replaceAll']);
const searches = new Set([
  'endsWith',
  'includes',
  'indexOf',
  'lastIndexOf',
  'replace',
  'replaceAll',
  'split',
  'startsWith',
]);

function countOfString(text: string, name: string, args: readonly unknown[], meter: Meter): void {
  spendOn(text.length, charactersPerStep, meter);
  const [first] = args;
  if (searches.has(name) && typeof first === 'string') {
    // In the worst case each character is compared with each other one.
    spendOn(text.length * Math.min(first.length, text.length), charactersPerSearchStep, meter);
  }
  switch (name) {
    case 'concat': {
      let length = text.length;
      for (const arg of args) length += (arg as string).length;
      meter.grow(length);
      break;
    }
    case 'normalize':
    case 'localeCompare':
    case 'toUpperCase':
    case 'toLowerCase':
      spendOn(text.length, charactersPerStep / 8, meter);
      break;
    case 'replace':
    case 'replaceAll':
      meter.grow(lengthReplaced(text, first as string, args[1] as string, name === 'replaceAll'));
      break;
    case 'split': {
      const parts = first === undefined ? 1 : countParts(text, first as string);
      spendOn(parts, elementsPerStep, meter);
      meter.grow(text.length + parts);
    }
  }
}

/** Number of pairs of characters that a search compares in the time of one step. */
const charactersPerSearchStep = 1_024;

/** Returns the number of parts that `split` returns. */
function countParts(text: string, separator: string): number {
  if (separator === '') return text.length;
  let parts = 1;
  for (let at = text.indexOf(separator); at !== -1; at = text.indexOf(separator, at + separator.length))
    parts++;
  return parts;
}

/** Returns the length of the result of `replace` and `replaceAll`. */
function lengthReplaced(text: string, wanted: string, replacement: string, all: boolean): number {
  const { length } = text;
  const before = replacement.split('$`').length - 1;
  const after = replacement.split("$'").length - 1;
  const same = replacement.split('$&').length - 1;
  let size = length;
  // An empty match is found between any two characters.
  const next = Math.max(wanted.length, 1);
  for (let at = text.indexOf(wanted); at !== -1 && at <= length; at = text.indexOf(wanted, at + next)) {
    // `$$`, and `$` patterns without a value, make the result shorter.
    size += replacement.length + before * at + after * (length - at) + same * wanted.length;
    if (!all || (wanted === '' && at === length)) break;
  }
  return size;
}

// ── lists ──

function callOfList(list: readonly unknown[], name: string, args: readonly unknown[], meter: Meter): unknown {
  spendOn(list.length, elementsPerStep, meter);
  switch (name) {
    case 'at':
    case 'includes':
    case 'indexOf':
    case 'lastIndexOf':
      break;
    case 'join':
      return joined(list, name, (args[0] as string | undefined) ?? ',', meter, new Set());
    case 'toString':
      return joined(list, name, ',', meter, new Set());
    case 'sort':
    case 'toSorted':
      return sorted(list, name, meter);
    case 'concat': {
      let size = list.length;
      for (const arg of args) size += Array.isArray(arg) ? arg.length : 1;
      spendOn(size, elementsPerStep, meter);
      meter.grow(size);
      break;
    }
    case 'flat':
      countFlat(list, (args[0] as number | undefined) ?? 1, meter);
      break;
    default:
      meter.grow(list.length);
  }
  // Called on a copy, so that no list of the application changes.
  const copy = [...list] as unknown as Record<string, ((...a: unknown[]) => unknown) | undefined>;
  const method = copy[name];
  if (method === undefined)
    return new MissingValue('POLAR_UNDECIDED_MISSING_METHOD', { name, on: kindOf(list), known: [] });
  return Reflect.apply(method, copy, args);
}

/** Counts the elements of the result of `flat`: nested lists may share their parts. */
function countFlat(list: readonly unknown[], depth: number, meter: Meter): void {
  meter.step();
  for (const item of list) {
    if (depth >= 1 && Array.isArray(item)) countFlat(item, depth - 1, meter);
    else meter.grow(1);
  }
}

/** Joins the texts of elements. A nested list is joined with commas, and a list inside itself is empty. */
function joined(
  list: readonly unknown[],
  name: string,
  separator: string,
  meter: Meter,
  outer: Set<unknown>,
): string {
  if (outer.has(list)) return '';
  outer.add(list);
  meter.step();
  const parts: string[] = [];
  for (const item of list) {
    const part = textOf(item, name, meter, outer);
    meter.grow(part.length + separator.length);
    spendOn(part.length, charactersPerStep, meter);
    parts.push(part);
  }
  outer.delete(list);
  return parts.join(separator);
}

function textOf(value: unknown, name: string, meter: Meter, outer: Set<unknown>): string {
  if (Array.isArray(value) && value.toString === Array.prototype.toString)
    return joined(value, name, ',', meter, outer);
  const text = textOfElement(value, name);
  if (typeof value === 'object') meter.called();
  return text;
}

/** Sorts a list as JavaScript does: by the texts of the elements, each made once. */
function sorted(list: readonly unknown[], name: string, meter: Meter): unknown[] {
  meter.grow(list.length);
  let length = 0;
  const keyed: { readonly key: string; readonly item: unknown }[] = [];
  for (const item of list) {
    const key = textOf(item, name, meter, new Set());
    if (typeof item === 'object') meter.grow(key.length);
    length += key.length;
    keyed.push({ key, item });
  }
  spendOn(length * Math.ceil(Math.log2(list.length + 2)), charactersPerStep, meter);
  keyed.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  return keyed.map(({ item }) => item);
}
