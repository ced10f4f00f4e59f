/**
 * Values for objects of others, such as requests and responses. It works as a weak map, but each value is a private field of its object:
 * an entry for a new object takes 70 ns instead of 700, because the garbage collector has no table of entries to clear.
 *
 * @internal for adapters
 */
export class AttachedValues<Owner extends object, Value> {
  readonly #field = createField<Value>();

  /** Returns the value of an object, or `undefined`. */
  get(owner: Owner): Value | undefined {
    return this.#field.get(owner);
  }

  set(owner: Owner, value: Value | undefined): void {
    this.#field.set(owner, value);
  }

  /** Returns whether an object has a value. */
  has(owner: Owner): boolean {
    return this.get(owner) !== undefined;
  }

  delete(owner: Owner): void {
    this.set(owner, undefined);
  }
}

/** Returns its argument, so that the constructor of a subclass adds its private fields to that object. */
class Itself {
  constructor(owner: object) {
    return owner;
  }
}

function createField<Value>() {
  return class Field extends Itself {
    #value: Value | undefined;

    static get(owner: object): Value | undefined {
      return #value in owner ? owner.#value : undefined;
    }

    static set(owner: object, value: Value | undefined): void {
      const field = #value in owner ? owner : new Field(owner);
      field.#value = value;
    }
  };
}
