import { acceptDeclared, typeText } from '../host/declared-value.js';
import { MissingValue } from '../host/missing-value.js';
import type { PlainTypeSets } from '../host/plain-type-sets.js';
import { fieldOf, raw } from '../host/reference.js';
import { isThenable } from '../host/value.js';
import type { Field } from '../types/declared-type.js';

const sameList = new Set(['reverse', 'slice', 'sort', 'toReversed', 'toSorted']);

/**
 * Returns the field whose type the result of a method of a list has, if the list or an argument was read from a declared field. Returns the
 * contradiction if the result declares no type, and an element contradicts its declaration.
 *
 * @param list the list, or the reference to it
 */
export function fieldOfResult(
  list: unknown,
  method: string,
  args: readonly unknown[],
  result: unknown,
  typeSets: PlainTypeSets,
): Field | MissingValue | undefined {
  if (result === undefined) return undefined;
  if (method === 'concat') return fieldOfJoined(result, [list, ...args], typeSets);
  const field = fieldOf(list);
  if (field?.element === undefined) return undefined;
  if (sameList.has(method)) return field;
  if (method === 'at') return field.element;
  if (method === 'flat') return flattened(field, args.length === 0 ? 1 : Number(args[0]));
  // Other methods read the elements themselves.
  return contradictionIn(raw(list), field.element, typeSets);
}

function contradictionIn(list: unknown, element: Field, typeSets: PlainTypeSets): MissingValue | undefined {
  if (!Array.isArray(list)) return undefined;
  for (const each of list as readonly unknown[]) {
    const found = isThenable(each) ? each : acceptDeclared(each, element, typeSets);
    if (found instanceof MissingValue) return found;
  }
  return undefined;
}

function flattened(field: Field, depth: number): Field {
  let list = field;
  for (let level = 1; level <= depth && list.element?.element !== undefined; level++) list = list.element;
  return list;
}

function fieldOfJoined(
  joined: unknown,
  parts: readonly unknown[],
  typeSets: PlainTypeSets,
): Field | MissingValue | undefined {
  // An object of the application can have a method of this name.
  if (!Array.isArray(joined) || !Array.isArray(raw(parts[0]))) return undefined;
  if (!parts.some((part) => fieldOf(part) !== undefined || hasFields(raw(part)))) return undefined;
  const [first, ...others] = parts.flatMap(fieldsOfElements);
  if (first === undefined && others.length === 0) return undefined;
  const isOfFirst = (field: Field | undefined) => field && typeText(field.type) === typeText(first!.type);
  if (first !== undefined && others.every(isOfFirst))
    return listOf({ ...first, nullable: [first, ...others].some((field) => field!.nullable) });
  let i = 0;
  for (const part of parts) {
    const element = fieldOf(part)?.element;
    const value = raw(part);
    const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const each of elements) {
      const isTested = element !== undefined && !isThenable(each);
      const found = isTested ? acceptDeclared(each, element, typeSets) : each;
      if (found instanceof MissingValue) return found;
      // The joined list is new. It declares no type, so that its elements are values as the policy reads them.
      if (isTested) joined[i] = raw(found);
      i++;
    }
  }
  return undefined;
}

const hasFields = (part: unknown): boolean =>
  Array.isArray(part) && part.some((each) => fieldOf(each) !== undefined);

/** Returns the fields of the elements that a part adds. All elements of a declared list have one. */
function fieldsOfElements(part: unknown): readonly (Field | undefined)[] {
  const elements = raw(part);
  if (!Array.isArray(elements)) return [fieldOf(part)];
  if (elements.length === 0) return [];
  const field = fieldOf(part);
  return field === undefined ? elements.map(fieldOf) : [field.element];
}

const listOf = (element: Field): Field => ({
  ...element,
  type: { kind: 'list', of: element.type, hasNil: element.nullable },
  nullable: false,
  optional: false,
  kind: 'field',
  element: { ...element, optional: false, kind: 'element' },
});
