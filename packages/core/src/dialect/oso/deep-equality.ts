/**
 * Compares two values in depth, as oso does by default: objects are equal when they have the same class and equal fields, dates, numbers and
 * strings in objects by their value, maps and sets by their elements, and functions only by identity. Cycles are compared once.
 */
export const deepEqual = (left: unknown, right: unknown): boolean =>
  left === right || areEqual(left, right, undefined, false);

/** The pairs that are being compared. There are few, so they are searched one by one. */
class OpenPairs {
  /** Each object, and after it its partner. */
  readonly #pairs: object[] = [];

  partnerOf(object: object): object | undefined {
    const at = this.#find(object);
    return at === -1 ? undefined : this.#pairs[at + 1];
  }

  open(object: object, partner: object): void {
    const at = this.#find(object);
    if (at === -1) this.#pairs.push(object, partner);
    else this.#pairs[at + 1] = partner;
  }

  close(object: object): void {
    const at = this.#find(object);
    if (at === -1) return;
    if (at === this.#pairs.length - 2) this.#pairs.length = at;
    else this.#pairs.splice(at, 2);
  }

  #find(object: object): number {
    let at = this.#pairs.length - 2;
    while (at >= 0 && this.#pairs[at] !== object) at -= 2;
    return Math.max(at, -1);
  }
}

/** Compares values that are not identical. @param inAnyOrder whether lists are compared without their order, as oso does in maps and sets */
function areEqual(left: unknown, right: unknown, pairs: OpenPairs | undefined, inAnyOrder: boolean): boolean {
  if (!isObject(left) && !isObject(right)) return Number.isNaN(left) && Number.isNaN(right);
  if (left === null || left === undefined || right === null || right === undefined) return false;
  const kind = kindOf(left);
  if (kind !== kindOf(right)) return false;
  if (!isObject(left) || !isObject(right)) return haveEqualPrimitives(kind, left, right);
  switch (kind) {
    case '[object Object]':
      return haveEqualFields(left, right, pairs, inAnyOrder);
    case '[object Array]':
      return haveEqualItems(left as unknown[], right as unknown[], pairs, inAnyOrder);
    case '[object Map]':
    case '[object Set]':
      return haveEqualElements(left as Set<unknown>, right as Set<unknown>, pairs);
    case '[object Error]':
      return isSame(left, right, 'name') && isSame(left, right, 'message');
    case '[object ArrayBuffer]':
      return haveEqualBytes(left as ArrayBuffer, right as ArrayBuffer);
    case '[object DataView]':
      return (
        isSame(left, right, 'byteLength') &&
        isSame(left, right, 'byteOffset') &&
        haveEqualBytes((left as DataView).buffer, (right as DataView).buffer)
      );
    default:
      if (!ArrayBuffer.isView(left)) return haveEqualPrimitives(kind, left, right);
      if (isNodeBuffer(left) && !isNodeBuffer(right)) return false;
      return haveEqualItems(left as never, right as never, pairs, inAnyOrder);
  }
}

/** Compares values of one kind, one or both of them objects, by their primitives. Promises, functions and weak maps have none. */
function haveEqualPrimitives(kind: string, left: {}, right: {}): boolean {
  switch (kind) {
    case '[object Boolean]':
    case '[object Date]':
    case '[object Number]': {
      const [a, b] = [Number(left), Number(right)];
      return a === b || (Number.isNaN(a) && Number.isNaN(b));
    }
    case '[object RegExp]':
    case '[object String]':
      // oxlint-disable-next-line eqeqeq, prefer-template -- JavaScript chooses the primitive of each side
      return left == (right as string) + '';
    case '[object Symbol]':
      return left.valueOf() === right.valueOf();
    default:
      return false;
  }
}

/** Compares objects by their fields. Most pairs differ in a field without an object, so these come first. */
function haveEqualFields(
  left: object,
  right: object,
  pairs: OpenPairs | undefined,
  inAnyOrder: boolean,
): boolean {
  const parts: object[] = [];
  const keys = Object.keys(left);
  if (!haveEqualPlainParts(left, right, keys, parts)) return false;
  const symbols = symbolsOf(left);
  if (!haveEqualPlainParts(left, right, symbols, parts)) return false;
  if (!haveFields(right, keys, symbols)) return false;
  if (parts.length > 0 && !haveEqualParts(left, right, parts, pairs, inAnyOrder)) return false;
  return keys.includes('constructor') || haveSameClass(left, right);
}

function haveEqualItems(
  left: ArrayLike<unknown>,
  right: ArrayLike<unknown>,
  pairs: OpenPairs | undefined,
  inAnyOrder: boolean,
): boolean {
  if (left.length !== right.length) return false;
  if (inAnyOrder) return haveEqualItemsInAnyOrder(left, right, pairs);
  const parts: object[] = [];
  for (let i = 0; i < left.length; i++) if (!isEqualPlainPart(left[i], right[i], parts)) return false;
  return parts.length === 0 || haveEqualParts(left, right, parts, pairs, false);
}

function haveEqualPlainParts(
  left: object,
  right: object,
  fields: readonly (string | symbol)[],
  parts: object[],
): boolean {
  for (const field of fields) {
    const a = (left as Record<PropertyKey, unknown>)[field];
    const b = (right as Record<PropertyKey, unknown>)[field];
    if (!isEqualPlainPart(a, b, parts)) return false;
  }
  return true;
}

/** Compares two values unless both are objects, which are added to the parts. */
function isEqualPlainPart(left: unknown, right: unknown, parts: object[]): boolean {
  if (left === right) return true;
  if (!isObject(left) || !isObject(right)) return areEqual(left, right, undefined, false);
  parts.push(left, right);
  return true;
}

/** Compares the objects of fields and items. @param parts each one of the left object, and after it that of the right object */
function haveEqualParts(
  left: object,
  right: object,
  parts: readonly object[],
  pairs = new OpenPairs(),
  inAnyOrder = false,
): boolean {
  const partner = pairs.partnerOf(left);
  if (partner !== undefined && pairs.partnerOf(right) !== undefined) return partner === right;
  pairs.open(left, right);
  pairs.open(right, left);
  let equal = true;
  for (let i = 0; equal && i < parts.length; i += 2)
    equal = areEqual(parts[i], parts[i + 1], pairs, inAnyOrder);
  pairs.close(right);
  pairs.close(left);
  return equal;
}

function haveEqualItemsInAnyOrder(
  left: ArrayLike<unknown>,
  right: ArrayLike<unknown>,
  pairs = new OpenPairs(),
): boolean {
  const partner = pairs.partnerOf(left);
  if (partner !== undefined && pairs.partnerOf(right) !== undefined) return partner === right;
  pairs.open(left, right);
  pairs.open(right, left);
  const rest = Array.from(right);
  let equal = true;
  for (let i = 0; equal && i < left.length; i++) {
    const item = left[i];
    const found = rest.findIndex((other) => item === other || areEqual(item, other, pairs, true));
    rest.splice(found, 1);
    equal = found !== -1;
  }
  pairs.close(right);
  pairs.close(left);
  return equal;
}

/** Compares maps or sets. An entry of a map is a list of its key and its value, and equals one with key and value exchanged, as in oso. */
function haveEqualElements(
  left: ReadonlySet<unknown>,
  right: ReadonlySet<unknown>,
  pairs = new OpenPairs(),
): boolean {
  if (left.size !== right.size) return false;
  const partner = pairs.partnerOf(left);
  if (partner !== undefined) return partner === right;
  pairs.open(left, right);
  const equal = haveEqualItemsInAnyOrder([...left], [...right], pairs);
  pairs.close(left);
  return equal;
}

const haveEqualBytes = (left: ArrayBufferLike, right: ArrayBufferLike): boolean =>
  haveEqualItems(new Uint8Array(left), new Uint8Array(right), undefined, false);

const isSame = (left: object, right: object, member: string): boolean =>
  // oxlint-disable-next-line eqeqeq -- as in oso
  (left as Record<string, unknown>)[member] == (right as Record<string, unknown>)[member];

/** Returns the enumerable fields of an object that have a symbol as their name. */
function symbolsOf(object: object): symbol[] {
  const symbols = Object.getOwnPropertySymbols(object);
  if (symbols.length === 0) return symbols;
  return symbols.filter((symbol) => Object.prototype.propertyIsEnumerable.call(object, symbol));
}

/** Returns whether an object has these fields, and no more enumerable ones. */
function haveFields(object: object, keys: readonly string[], symbols: readonly symbol[]): boolean {
  const own = Object.keys(object);
  if (own.length + symbolsOf(object).length !== keys.length + symbols.length) return false;
  for (let i = 0; i < keys.length; i++)
    if (own[i] !== keys[i] && !Object.hasOwn(object, keys[i]!)) return false;
  return symbols.every((symbol) => Object.hasOwn(object, symbol));
}

/** Returns false for objects of different classes. Objects of another realm, and those without a class, are not told apart. */
function haveSameClass(left: object, right: object): boolean {
  const [a, b] = [left.constructor as unknown, right.constructor as unknown];
  if (a === b || !('constructor' in left) || !('constructor' in right)) return true;
  const isRoot = (of: unknown): boolean => typeof of === 'function' && of instanceof of;
  return isRoot(a) && isRoot(b);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isNodeBuffer = (value: unknown): boolean =>
  (globalThis as { Buffer?: { isBuffer(value: unknown): boolean } }).Buffer?.isBuffer(value) === true;

/** Returns the built-in class of a value, such as `[object Date]`. `Symbol.toStringTag` changes it only where it cannot be assigned, as in oso. */
function kindOf(value: {}): string {
  const kind = Object.prototype.toString.call(value);
  if (kind === '[object Object]') return kind;
  if (Array.isArray(value)) return '[object Array]';
  if (kind === '[object Arguments]') return '[object Object]';
  if (!hasAssignableTag(value)) return kind;
  return `[object ${untagged.find((type) => value instanceof type)?.name ?? 'Object'}]`;
}

function hasAssignableTag(value: {}): boolean {
  if (!isObject(value) || !(Symbol.toStringTag in value)) return false;
  let holder: object = value;
  while (!Object.hasOwn(holder, Symbol.toStringTag)) holder = Object.getPrototypeOf(holder) as object;
  const { writable } = Object.getOwnPropertyDescriptor(holder, Symbol.toStringTag)!;
  return writable === true && (holder === value || Object.isExtensible(value));
}

/** The built-in classes without `Symbol.toStringTag`. */
const untagged = [Boolean, Date, Error, Number, RegExp, String];
