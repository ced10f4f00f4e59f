import { PolarError } from '../diagnostics/polar-error.js';
import { raw } from '../host/reference.js';
import type { TypeSet } from '../host/type-set.js';
import { isPlainObject } from '../host/value.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import { messageOfThrown } from '../internal/message-of-thrown.js';
import { DecimalValue } from '../types/decimal-value.js';
import type { PlainTypeTable } from '../types/plain-type-table.js';

/**
 * Returns the text that an explanation shows instead of a value; undefined to show the value.
 *
 * @param name the expression in the policy, such as `user.email`; for a key of an object, the name of the object before it
 */
export type Mask = (name: string, value: unknown) => string | undefined;

/** The text instead of a value of a secret field. */
const secretText = '***';
/** A text contains a hidden one only if the hidden one is not shorter. */
const shortestPart = 4;
const maxDepth = 3;
/** The number of own fields, or elements, that are searched in an object. Others are found when a policy reads them. */
const maxSearched = 1_000;

/**
 * The values that an explanation hides. A value is hidden if the mask replaces it, if it was read from a secret field, or if it was computed
 * from such a value. It is hidden wherever it appears, under every name, because values move through variables, lists and calls.
 */
export class HiddenValues {
  /** Hidden values with the texts that replace them. */
  readonly #texts = new Map<unknown, string>();
  /** Hidden texts that other texts may contain. */
  readonly #parts = new Map<string, string>();
  /** Objects with a hidden field: a method can return its value. */
  readonly #carriers = new WeakMap<object, string>();
  /** Objects without declared fields that methods of carriers returned: their attributes and elements can be hidden values. */
  readonly #derived = new WeakMap<object, string>();
  /** The names under which the fields of an object were searched. */
  readonly #searched = new WeakMap<object, Set<string>>();
  readonly #secretNames: ReadonlySet<string>;
  #maskError: PolarError | undefined = undefined;

  constructor(
    types: PlainTypeTable,
    /** Returns the types of a value without a call of the application; undefined if they are not known. */
    readonly typesOf: (value: unknown) => TypeSet | undefined,
    readonly mask: Mask | undefined,
  ) {
    this.#secretNames = types.secretNames;
  }

  /** Whether no value can be hidden. */
  static areNone(types: PlainTypeTable, mask: Mask | undefined): boolean {
    return mask === undefined && types.secretNames.size === 0;
  }

  /** @throws {PolarError} if the mask has failed */
  checkMask(): void {
    if (this.#maskError !== undefined) throw this.#maskError;
  }

  /** Returns the text that replaces a value with a name; undefined to show the value. */
  textFor(name: string, value: unknown): string | undefined {
    return this.#maskText(name, value) ?? this.#known(value);
  }

  /** Returns the text that replaces a text which contains a hidden one. */
  textForMessage(message: string): string | undefined {
    for (const [part, text] of this.#parts) if (message.includes(part)) return text;
    return undefined;
  }

  /** Returns whether a field is declared secret for an object of these types. Without a type, a name counts that any type declares secret. */
  isSecretField(name: string, types: TypeSet | undefined): boolean {
    if (!this.#secretNames.has(name)) return false;
    const declared = [...(types?.types ?? [])].filter(({ builtIn }) => !builtIn);
    return declared.length === 0 || declared.some(({ secrets }) => secrets.has(name));
  }

  /** Notes the value of an attribute, with the names that the expression has. */
  noteAttribute(names: readonly string[], object: unknown, key: string, value: unknown): void {
    const text =
      this.#known(object) ??
      (this.isSecretField(key, this.typesOf(object)) ? secretText : undefined) ??
      this.#firstMaskText([...names, ...this.#otherNames(object).map((name) => `${name}.${key}`)], value);
    if (text !== undefined) return this.#hide(value, text);
    const derived = this.#derivedText(object);
    if (derived !== undefined) this.#derive(value, derived);
  }

  /** Notes an element of a collection. */
  noteElement(name: string, collection: unknown, item: unknown): void {
    // A collection is not hidden because of a hidden element. To search all elements for each one would take quadratic time.
    const text =
      this.#maskText(name, collection) ?? this.#texts.get(raw(collection)) ?? this.#knownText(collection);
    if (text !== undefined) return this.#hide(item, text);
    // The fields of lists and dictionaries were searched. An iterator of a class can return any value of the object.
    const carried = isData(collection) ? undefined : this.#carriedBy(collection);
    if (carried !== undefined) this.#derive(item, carried);
  }

  /** Notes a value that was computed from others. The outcome of a condition shows a boolean or nil anyway. */
  noteResult(operands: readonly unknown[], result: unknown): void {
    if (typeof result === 'boolean' || result === null || result === undefined) return;
    for (const operand of operands) {
      const text = this.#known(operand);
      if (text !== undefined) return this.#hide(result, text);
      const carried = this.#carriedBy(operand);
      if (carried !== undefined) return this.#derive(result, carried);
    }
  }

  /** Notes a value that comes from an object with a hidden field. An object with declared fields declares its own secrets. */
  #derive(value: unknown, text: string): void {
    if (typeof value === 'boolean' || value === null || value === undefined) return;
    if (isData(value)) return this.#hide(value, text);
    const isDeclared = [...(this.typesOf(value)?.types ?? [])].some(
      ({ builtIn, fields }) => !builtIn && fields !== undefined,
    );
    if (!isDeclared) this.#derived.set(raw(value) as object, text);
  }

  #derivedText(value: unknown): string | undefined {
    return isObjectOrFunction(value) ? this.#derived.get(raw(value) as object) : undefined;
  }

  #carriedBy(value: unknown): string | undefined {
    return (
      this.#derivedText(value) ??
      (isObjectOrFunction(value) ? this.#carriers.get(raw(value) as object) : undefined)
    );
  }

  /** Searches the own fields of an object for values to hide. It runs no getter. */
  search(name: string, value: unknown, depth = 0): string | undefined {
    const object = raw(value);
    if (typeof object !== 'object' || object === null || depth > maxDepth) return undefined;
    let names = this.#searched.get(object);
    if (names === undefined) this.#searched.set(object, (names = new Set()));
    if (names.has(name)) return this.#carriers.get(object);
    names.add(name);
    const types = this.typesOf(value);
    let carried: string | undefined;
    for (const [key, field] of dataOf(object).slice(0, maxSearched)) {
      const path = Array.isArray(object) ? name : `${name}.${key}`;
      const text = (this.isSecretField(key, types) ? secretText : undefined) ?? this.#maskText(path, field);
      if (text !== undefined) this.#hide(field, text);
      carried ??= text ?? this.search(path, field, depth + 1);
    }
    // A secret field can be a getter.
    if ([...(types?.types ?? [])].some(({ secrets }) => secrets.size > 0)) carried ??= secretText;
    if (carried !== undefined) this.#carriers.set(object, carried);
    return carried;
  }

  /** Returns an error without hidden values. Its cause is left out, because it can contain any value. */
  redact(error: PolarError): PolarError {
    const { code, span, calls } = error;
    const data: Record<string, unknown> = { ...(error.data as Readonly<Record<string, unknown>>) };
    const before = JSON.stringify(data);
    for (const [key, value] of Object.entries(data)) {
      const text = typeof value === 'string' ? this.textForMessage(value) : undefined;
      if (text !== undefined) data[key] = text;
    }
    if (code === 'POLAR_RUN_HOST_ERROR') data['message'] = 'an error with a hidden message';
    return JSON.stringify(data) === before ? error : new PolarError(code, data as never, span, { calls });
  }

  #known(value: unknown): string | undefined {
    const found = raw(value);
    const known = this.#texts.get(found instanceof DecimalValue ? String(found) : found);
    if (known !== undefined || this.#texts.size === 0) return known;
    return Array.isArray(found) ? this.#firstKnown(found) : this.#knownText(found);
  }

  #knownText(value: unknown): string | undefined {
    const text = textIn(value);
    return text === undefined ? undefined : this.textForMessage(text);
  }

  #firstKnown(items: readonly unknown[]): string | undefined {
    for (const item of items) {
      const text = Array.isArray(item) ? undefined : this.#known(item);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  #hide(value: unknown, text: string, depth = 0): void {
    const found = raw(value);
    if (this.#texts.has(found) || typeof found === 'symbol') return;
    this.#texts.set(found, text);
    const part = textIn(found);
    if (part !== undefined) {
      this.#texts.set(part, text);
      if (part.length >= shortestPart) this.#parts.set(part, text);
    }
    if (typeof found !== 'object' || found === null || depth > maxDepth) return;
    // An object of a class is shown by its key only, and its attributes are read from a hidden object.
    if (Array.isArray(found) || isPlainObject(found))
      for (const [, item] of dataOf(found)) this.#hide(item, text, depth + 1);
  }

  /** Returns the names that an object has in other rules. */
  #otherNames(object: unknown): readonly string[] {
    const found = raw(object);
    return isObjectOrFunction(found) ? [...(this.#searched.get(found) ?? [])] : [];
  }

  #firstMaskText(names: readonly string[], value: unknown): string | undefined {
    for (const name of names) {
      const text = this.#maskText(name, value);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** A mask that fails hides the value. */
  #maskText(name: string, value: unknown): string | undefined {
    if (this.mask === undefined) return undefined;
    try {
      const text: unknown = this.mask(name, raw(value));
      if (text === undefined || typeof text === 'string') return text;
      throw new TypeError(`it must return a text or undefined, got ${typeof text}`);
    } catch (error) {
      this.#maskError ??= new PolarError(
        'POLAR_RUN_HOST_ERROR',
        { origin: 'the option `mask`', message: messageOfThrown(error) },
        undefined,
        { cause: error },
      );
      return secretText;
    }
  }
}

/** Returns whether an explanation shows a value itself, and not only its type and key. */
const isData = (value: unknown): boolean =>
  !isObjectOrFunction(value) || Array.isArray(value) || value instanceof Date || isPlainObject(value);

/** Returns the text with which a value is part of other texts. */
function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof DecimalValue)
    return String(value);
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;
}

/** Returns the own data properties of an object. */
function dataOf(object: object): (readonly [string, unknown])[] {
  const found: (readonly [string, unknown])[] = [];
  try {
    for (const key of Object.keys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key);
      if (property !== undefined && 'value' in property && typeof property.value !== 'function')
        found.push([key, property.value]);
    }
  } catch {
    // A proxy that throws has no fields to search.
  }
  return found;
}
