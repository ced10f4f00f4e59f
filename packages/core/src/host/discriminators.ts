import type { DeclaredType } from '../types/declared-type.js';

/** No types. All lists of types here are interned, so that they can be keys. */
export const noTypes: readonly DeclaredType[] = [];

interface DiscriminatorField {
  readonly name: string;
  /** The types by the value of the field. */
  readonly types: ReadonlyMap<unknown, readonly DeclaredType[]>;
  /** The values that give a type. */
  readonly values: ReadonlySet<unknown>;
}

/** The fields whose values give objects a type. */
export class Discriminators {
  readonly fields: readonly DiscriminatorField[];
  /** The lists of two fields together. */
  readonly #joined = new Map<
    readonly DeclaredType[],
    Map<readonly DeclaredType[], readonly DeclaredType[]>
  >();

  private constructor(fields: ReadonlyMap<string, ReadonlyMap<unknown, readonly DeclaredType[]>>) {
    this.fields = [...fields].map(([name, types]) => ({ name, types, values: new Set(types.keys()) }));
  }

  /** Returns undefined if no type has a discriminator. */
  static of(types: Iterable<DeclaredType>): Discriminators | undefined {
    const fields = new Map<string, Map<unknown, DeclaredType[]>>();
    for (const type of types) {
      if (type.discriminator === undefined) continue;
      const { field, value } = type.discriminator;
      const known = fields.get(field) ?? new Map<unknown, DeclaredType[]>();
      fields.set(field, known.set(value, [...(known.get(value) ?? []), type]));
    }
    return fields.size === 0 ? undefined : new Discriminators(fields);
  }

  /** Returns the types that the fields of an object give to it. */
  typesOf(value: object): readonly DeclaredType[] {
    let found = noTypes;
    for (const { name, types } of this.fields) {
      if (!Object.hasOwn(value, name)) continue;
      const more = types.get((value as Record<string, unknown>)[name]);
      if (more !== undefined) found = found === noTypes ? more : this.#join(found, more);
    }
    return found;
  }

  /** Checks that no field of an object gives it a type. The fields must not be members of its class. */
  matchNone(value: object): boolean {
    for (const { name, types } of this.fields) {
      const found = (value as Record<string, unknown>)[name];
      if (found !== undefined && types.has(found)) return false;
    }
    return true;
  }

  #join(some: readonly DeclaredType[], more: readonly DeclaredType[]): readonly DeclaredType[] {
    let known = this.#joined.get(some);
    if (known === undefined) this.#joined.set(some, (known = new Map()));
    let joined = known.get(more);
    // In the order of the declarations.
    if (joined === undefined) known.set(more, (joined = [...some, ...more].sort((a, b) => a.id - b.id)));
    return joined;
  }
}
