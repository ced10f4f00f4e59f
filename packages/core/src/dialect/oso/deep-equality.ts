import { isPolicyDictionary } from '../../host/value.js';

/**
 * Compares two values in depth, as oso does by default: objects are equal when they have the same class and equal fields, dates, numbers and
 * strings in objects by their value, maps and sets by their elements, and functions only by identity. Cycles are compared once.
 */
export const deepEqual = (left: unknown, right: unknown): boolean => new DeepComparison().equal(left, right);

class DeepComparison {
  /** The pairs that are being compared. */
  readonly #open = new Map<object, object>();

  equal(left: unknown, right: unknown): boolean {
    if (left === right) return true;
    if (!isObject(left) && !isObject(right)) return Number.isNaN(left) && Number.isNaN(right);
    if (left === null || left === undefined || right === null || right === undefined) return false;
    const [a, b] = [kindOf(left), kindOf(right)];
    if (a !== b) return false;
    if (!isObject(left) || !isObject(right)) return this.#equalValues(a, left, right);
    const known = this.#open.get(left);
    if (known !== undefined && this.#open.has(right)) return known === right;
    this.#open.set(left, right);
    this.#open.set(right, left);
    try {
      return this.#equalObjects(a, left, right);
    } finally {
      this.#open.delete(left);
      this.#open.delete(right);
    }
  }

  /** Compares values of one kind by their primitive. */
  #equalValues(kind: string, left: unknown, right: unknown): boolean {
    switch (kind) {
      case 'Boolean':
      case 'Date':
      case 'Number': {
        const [a, b] = [Number(left), Number(right)];
        return a === b || (Number.isNaN(a) && Number.isNaN(b));
      }
      case 'String':
      case 'RegExp':
        return String(left) === String(right);
      default:
        return false;
    }
  }

  #equalObjects(kind: string, left: object, right: object): boolean {
    switch (kind) {
      case 'Boolean':
      case 'Date':
      case 'Number':
      case 'String':
      case 'RegExp':
        return this.#equalValues(kind, left, right);
      case 'Symbol':
        return left.valueOf() === right.valueOf();
      case 'Error':
        return (
          (left as Error).name === (right as Error).name &&
          (left as Error).message === (right as Error).message
        );
      case 'ArrayBuffer':
        return this.#equalLists(new Uint8Array(left as ArrayBuffer), new Uint8Array(right as ArrayBuffer));
      case 'DataView':
        return this.#equalViews(left as DataView, right as DataView);
      case 'Map':
        return this.#equalElements(
          [...(left as Map<unknown, unknown>)],
          [...(right as Map<unknown, unknown>)],
        );
      case 'Set':
        return this.#equalElements([...(left as Set<unknown>)], [...(right as Set<unknown>)]);
      case 'Array':
        return this.#equalLists(left as unknown[], right as unknown[]);
      case 'Object':
      case 'Arguments':
      case 'Dictionary':
        return this.#equalFields(left, right);
      default:
        if (ArrayBuffer.isView(left))
          return this.#equalLists(left as unknown as unknown[], right as unknown as unknown[]);
        // A promise, a function, a weak map: only identity makes them equal.
        return false;
    }
  }

  #equalViews(left: DataView, right: DataView): boolean {
    if (left.byteOffset !== right.byteOffset) return false;
    const bytes = (view: DataView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    return this.#equalLists(bytes(left), bytes(right));
  }

  #equalLists(left: ArrayLike<unknown>, right: ArrayLike<unknown>): boolean {
    if (left.length !== right.length) return false;
    for (let i = 0; i < left.length; i++) if (!this.equal(left[i], right[i])) return false;
    return true;
  }

  /** Compares elements in any order. */
  #equalElements(left: readonly unknown[], right: readonly unknown[]): boolean {
    if (left.length !== right.length) return false;
    const rest = [...right];
    for (const element of left) {
      const found = rest.findIndex((other) => this.equal(element, other));
      if (found === -1) return false;
      rest.splice(found, 1);
    }
    return true;
  }

  #equalFields(left: object, right: object): boolean {
    const keys = fieldsOf(left);
    if (keys.length !== fieldsOf(right).length) return false;
    if (!keys.every((key) => Object.hasOwn(right, key))) return false;
    const field = (of: object, key: PropertyKey): unknown => (of as Record<PropertyKey, unknown>)[key];
    for (const key of keys) if (!this.equal(field(left, key), field(right, key))) return false;
    if (keys.includes('constructor')) return true;
    return haveSameClass(left, right);
  }
}

/** Returns the enumerable fields of an object, symbols included. */
function fieldsOf(object: object): (string | symbol)[] {
  const symbols = Object.getOwnPropertySymbols(object);
  if (symbols.length === 0) return Object.keys(object); // nearly all objects
  const isEnumerable = (symbol: symbol) => Object.prototype.propertyIsEnumerable.call(object, symbol);
  return [...Object.keys(object), ...symbols.filter(isEnumerable)];
}

/** Returns false for objects of different classes. Objects of another realm, and those without a class, are not told apart. */
function haveSameClass(left: object, right: object): boolean {
  const [a, b] = [left.constructor as unknown, right.constructor as unknown];
  if (a === b || !('constructor' in left) || !('constructor' in right)) return true;
  const isRoot = (of: unknown): boolean => typeof of === 'function' && of instanceof of;
  return isRoot(a) && isRoot(b);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Returns the built-in class of a value, such as `Date`. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'Array';
  if (isObject(value) && isPolicyDictionary(value)) return 'Dictionary';
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return kind === 'DOMException' ? 'Error' : kind;
}
