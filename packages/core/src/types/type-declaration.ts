/** Anything that `new` or `instanceof` accepts, abstract classes included. */
// oxlint-disable-next-line typescript/no-explicit-any -- a class of any construction
export type Class<T = unknown> = abstract new (...args: any[]) => T;

/**
 * The declared type of a field: a registered or built-in name (`'String'`, `'Organization'`; with `?` when the field may be
 * absent), a class (`String`, `Number`, `Boolean`, `Date`, a registered one), a list of one of these (`['Role']`), or
 * `optional(…)`.
 */
export type FieldTypeInput = string | Class | readonly FieldTypeInput[] | Optional;

export interface Optional {
  readonly optional: string | Class | readonly FieldTypeInput[];
}

/** Declares a field that may be absent, `undefined` or `null`; a policy then reads `nil`. */
export const optional = (type: Optional['optional']): Optional => ({ optional: type });

/** What a policy is told about one type of the application. Give a class alone where nothing needs declaring. */
export interface TypeDeclaration<T = unknown> {
  /** Instances of the class and its subclasses are of this type. */
  readonly class?: Class<T>;
  /** Decides by value. For rows without a class; it is asked for each value, so keep it cheap. */
  readonly is?: (value: unknown) => boolean;
  /** The own field, and its value, by which a row shows its type: `{ kind: 'invoice' }`. */
  readonly discriminator?: Readonly<Record<string, string | number | boolean>>;
  /** The fields a policy may read. When given, every use of another one is an error when the policy loads. */
  readonly fields?: Readonly<Record<string, FieldTypeInput>>;
  /** The field, or fields, that identify an instance: two of the same type with equal keys are equal. */
  readonly key?: string | readonly string[];
  /** Decides whether two instances of this type are equal, in place of `key`. */
  readonly equals?: (left: T, right: T) => boolean;
}

// oxlint-disable-next-line typescript/no-explicit-any -- `equals` takes what `class` makes, whatever that is
export type TypeInput = Class | TypeDeclaration<any>;
export type TypesInput = Readonly<Record<string, TypeInput>>;
