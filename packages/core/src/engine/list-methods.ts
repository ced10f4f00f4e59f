import { acceptDeclared, typeText } from '../host/declared-value.js';
import { MissingValue } from '../host/missing-value.js';
import type { PlainTypeSets } from '../host/plain-type-sets.js';
import { fieldOf, forApplication, raw, Reference } from '../host/reference.js';
import { isThenable } from '../host/value.js';
import { isObject } from '../internal/is-object.js';
import { elements } from '../terms/engine-value.js';
import type { Field } from '../types/declared-type.js';

const sameList = new Set(['reverse', 'slice', 'sort', 'toReversed', 'toSorted']);

/**
 * Returns the object whose method is called. A built-in method of a declared list reads its elements as values of their declared type: 1 for
 * `1n`, and the number or the shortest text of a decimal.
 *
 * @throws {MissingValue} for an element that contradicts its declaration
 */
export function receiverOf(reference: unknown): unknown {
  const receiver = raw(reference);
  if (!(reference instanceof Reference) || !Array.isArray(receiver)) return receiver;
  if (Object.getPrototypeOf(receiver) !== Array.prototype) return receiver;
  const values = reference[elements]()!.map((accepted, i) => {
    const element: unknown = receiver[i];
    return isThenable(element) ? element : forApplication(accepted);
  });
  return values.every((value, i) => value === receiver[i]) ? receiver : values;
}

/**
 * Returns the field whose type the result of a method of a list has, if the elements were read from declared fields. Returns the reason if the
 * result has no such field, and an element contradicts its declaration or would lose its type.
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
  if (result === undefined || result instanceof MissingValue) return undefined;
  // An object of the application can have methods of these names.
  if (!Array.isArray(raw(list))) return undefined;
  if (method === 'concat')
    return Array.isArray(result) ? fieldOfJoined(result, [list, ...args], typeSets) : undefined;
  const isKept = sameList.has(method) || method === 'at' || method === 'flat';
  if (!isKept) {
    // Other methods read the elements themselves.
    const element = fieldOf(list)?.element;
    return element && contradictionIn(raw(list), element, typeSets);
  }
  const field = fieldOf(list) ?? fieldOfItems(elementsOf(list), typeSets);
  if (field?.element === undefined) return lostType(elementsOf(list), method, typeSets);
  if (sameList.has(method)) return field;
  return method === 'at' ? field.element : flattened(field, args.length === 0 ? 1 : Number(args[0]));
}

function contradictionIn(list: unknown, element: Field, typeSets: PlainTypeSets): MissingValue | undefined {
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
  joined: unknown[],
  parts: readonly unknown[],
  typeSets: PlainTypeSets,
): Field | MissingValue | undefined {
  const elements = parts.flatMap((part) => (Array.isArray(raw(part)) ? elementsOf(part) : [elementOf(part)]));
  const common = fieldOfItems(elements, typeSets);
  if (common !== undefined || !elements.some(({ field }) => field)) return common;
  for (const [i, { value, field }] of elements.entries()) {
    if (field === undefined || isThenable(value)) continue;
    const found = acceptDeclared(value, field, typeSets);
    if (found instanceof MissingValue) return found;
    // The joined list is new. It declares no type, so that its elements are values as the policy reads them.
    joined[i] = raw(found);
  }
  return lostType(elements, 'concat', typeSets);
}

/** An element of a list, with the field from which it was read. */
interface Element {
  readonly value: unknown;
  readonly field: Field | undefined;
}

/** Returns an element of a list without a field. It can be a proxy of the application, so that its prototype is not read. */
const elementOf = (value: unknown): Element =>
  Reference.isReference(value) ? { value: raw(value), field: fieldOf(value) } : { value, field: undefined };

/** Returns the elements of a list, which can be a list that the policy writes. */
function elementsOf(list: unknown): readonly Element[] {
  const field = fieldOf(list)?.element;
  // The list can have another prototype than that of lists.
  return Array.from(
    raw(list) as readonly unknown[],
    field === undefined ? elementOf : (value) => ({ value, field }),
  );
}

/** Returns the field of a list whose elements all have the type of one field: from the field or, if they have none, by themselves. */
function fieldOfItems(elements: readonly Element[], typeSets: PlainTypeSets): Field | undefined {
  const fields = elements.flatMap(({ field }) => field ?? []);
  const [first] = fields;
  if (first === undefined) return undefined;
  const isNil = ({ value, field }: Element): boolean => field === undefined && value === null;
  const nullable = fields.some((field) => field.nullable) || elements.some(isNil);
  const isOfFirst = ({ value, field }: Element): boolean =>
    field === undefined ? hasOwnType(value, first, typeSets) : typeText(field.type) === typeText(first.type);
  return elements.every((each) => isNil(each) || isOfFirst(each))
    ? listOf({ ...first, nullable })
    : undefined;
}

function hasOwnType(value: unknown, field: Field, typeSets: PlainTypeSets): boolean {
  if (isThenable(value) || acceptDeclared(value, field, typeSets) instanceof MissingValue) return false;
  return !isObject(value) || typeSets.of(value).isRegistered;
}

/** Returns the reason why a list of different types has no answer: a row in it has its type from its field only. */
function lostType(
  elements: readonly Element[],
  method: string,
  typeSets: PlainTypeSets,
): MissingValue | undefined {
  const isLost = ({ value, field }: Element): boolean =>
    field !== undefined && (isThenable(value) || (isObject(value) && !typeSets.of(value).isRegistered));
  if (!elements.some(isLost)) return undefined;
  const types = new Set(elements.flatMap(({ field }) => (field === undefined ? [] : typeText(field.type))));
  return new MissingValue('POLAR_UNDECIDED_MIXED_LIST', { method, types: [...types] });
}

const listOf = (element: Field): Field => ({
  ...element,
  type: { kind: 'list', of: element.type, hasNil: element.nullable },
  nullable: false,
  optional: false,
  kind: 'field',
  element: { ...element, optional: false, kind: 'element' },
});
