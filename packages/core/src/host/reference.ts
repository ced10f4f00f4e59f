import type { TypeSet } from './value-types.js';
import { DecimalValue } from '../types/decimal-value.js';
import type { Field } from '../types/declared-type.js';
import { elements, EngineValue } from '../terms/engine-value.js';
import { isPolicyDictionary, policyDictionary } from './value.js';

/**
 * An object that was read from a declared field, with the types that it had then: its own, or else the type of the field. Two references to one
 * object can have different types.
 */
export class Reference extends EngineValue {
  // Private, so that code which reads an attribute inline finds none.
  readonly #object: object;
  readonly #field: Field;
  readonly #types: TypeSet | undefined;
  readonly #accept: (() => readonly unknown[]) | undefined;
  #elements: readonly unknown[] | undefined;

  /**
   * @param types undefined for a list, whose type is its own
   * @param accept returns the elements of a list as values of their declared type
   */
  constructor(object: object, field: Field, types: TypeSet | undefined, accept?: () => readonly unknown[]) {
    super();
    this.#object = object;
    this.#field = field;
    this.#types = types;
    this.#accept = accept;
  }

  /** The contradiction takes the place of an element that contradicts its declaration. */
  override [elements](): readonly unknown[] | undefined {
    return (this.#elements ??= this.#accept?.());
  }

  static objectOf(reference: Reference): object {
    return reference.#object;
  }

  static fieldOf(reference: Reference): Field {
    return reference.#field;
  }

  static typesOf(reference: Reference): TypeSet | undefined {
    return reference.#types;
  }
}

/** Returns the object of a reference, or the value itself. */
export const raw = (value: unknown): unknown =>
  value instanceof Reference ? Reference.objectOf(value) : value;

/** Returns a value as methods of the application receive it: the object of a reference, and a decimal with many digits as a text. */
export function forApplication(value: unknown): unknown {
  if (value instanceof DecimalValue) return value.toString();
  // Only lists and dictionaries of the policy have such elements.
  if (Array.isArray(value)) return value.some(isOfEngine) ? value.map(forApplication) : value;
  if (typeof value !== 'object' || value === null || !isPolicyDictionary(value)) return raw(value);
  const values = Object.values(value);
  return values.some(isOfEngine) ? policyDictionary(Object.keys(value), values.map(forApplication)) : value;
}

/** Returns whether a value belongs to the engine: a reference, a decimal, or a list of the policy with such values. */
export function isOfEngine(value: unknown): boolean {
  try {
    return value instanceof EngineValue || value instanceof DecimalValue;
  } catch {
    // A proxy of the application that cannot be read.
    return false;
  }
}

/** Returns the row of a reference to a row, or the value itself. A function that knows the type of the row needs no reference. */
export const rowOfReference = (value: unknown): unknown =>
  value instanceof Reference && Reference.fieldOf(value).type.kind === 'named' ? raw(value) : value;

/** Returns the field from which a value was read, if it is a reference. */
export const fieldOf = (value: unknown): Field | undefined =>
  value instanceof Reference ? Reference.fieldOf(value) : undefined;
