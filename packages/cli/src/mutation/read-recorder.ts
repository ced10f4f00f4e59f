import { isObject, type TestData } from './test-data.js';

/** A field that a decision has read. */
export interface Read {
  readonly object: object;
  readonly field: string;
}

/** Records the fields of the test data that decisions read: only a change of these can change a decision. */
export class ReadRecorder {
  readonly #reads = new Map<object, Set<string>>();

  constructor(
    readonly data: TestData,
    /** The fields that the policies name. An object can lack them. */
    readonly fields: ReadonlySet<string>,
  ) {}

  /**
   * Returns the fields that were read since the last call.
   *
   * @param objects objects that were read, even if only for a field that they lack
   */
  take(objects: readonly unknown[] = []): readonly Read[] {
    for (const object of objects)
      if (isObject(object) && this.data.rowOf(object) !== undefined && !this.#reads.has(object))
        this.#reads.set(object, new Set());
    const reads = [...this.#reads].flatMap(([object, fields]) => {
      const absent = [...this.fields].filter(
        (field) => !Object.hasOwn(object, field) && this.#canHave(object, field),
      );
      return [...fields, ...absent].map((field) => ({ object, field }));
    });
    this.#reads.clear();
    return reads;
  }

  /** Replaces the fields of all objects by accessors while a function runs. */
  async record<Result>(run: () => Promise<Result>): Promise<Result> {
    const undo: (() => void)[] = [];
    for (const { object } of this.data.rows)
      for (const [field, property] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
        if (!('value' in property) || property.configurable !== true || property.writable !== true) continue;
        let value: unknown = property.value;
        Object.defineProperty(object, field, {
          configurable: true,
          enumerable: property.enumerable === true,
          get: () => {
            this.#note(object, field);
            return value;
          },
          set: (next: unknown) => {
            value = next;
          },
        });
        undo.push(() => Object.defineProperty(object, field, property));
      }
    try {
      return await run();
    } finally {
      for (const each of undo) each();
    }
  }

  #note(object: object, field: string): void {
    const fields = this.#reads.get(object);
    if (fields === undefined) this.#reads.set(object, new Set([field]));
    else fields.add(field);
  }

  /** Returns whether an object without a field can have it: its type declares it, or nothing declares its fields. */
  #canHave(object: object, field: string): boolean {
    const type = this.data.rowOf(object)?.type;
    const input = type === undefined ? undefined : this.data.types[type];
    if (typeof input === 'function') return false;
    return input?.fields === undefined ? input?.class === undefined : Object.hasOwn(input.fields, field);
  }
}
