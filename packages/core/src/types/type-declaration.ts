import type { RelationInput } from './relation.js';
import type { RowFactInput } from './row-fact.js';

/** A class: any function that `new` or `instanceof` accepts, and abstract classes. */
// oxlint-disable-next-line typescript/no-explicit-any -- a class of any construction
export type Class<T = unknown> = abstract new (...args: any[]) => T;

/**
 * The declared type of a field: a registered or built-in name (`'String'`, `'Organization'`), `'Date'`, `'Decimal'` or `'Any'`; a class
 * (`String`, `Number`, `Boolean`, `Date`, a registered one); a list of one of these (`['Role']`, or `['Role?']` if elements can be `null`);
 * or `oneOf(…)`. A name with `?`, or `nullable(…)`, is a field that may be `null`. `optional(…)` is a field that may also be absent.
 * `secret(…)` is a field whose values no explanation and no log shows.
 */
export type FieldTypeInput =
  | string
  | Class
  | readonly FieldTypeInput[]
  | OneOf
  | Nullable
  | Optional
  | Secret;

export interface Nullable {
  readonly nullable: string | Class | readonly FieldTypeInput[] | OneOf | Secret;
}

export interface Optional {
  readonly optional: string | Class | readonly FieldTypeInput[] | OneOf | Secret;
}

export interface Secret {
  readonly secret: string | Class | readonly FieldTypeInput[] | OneOf | Nullable | Optional;
}

export interface OneOf {
  readonly oneOf: readonly string[];
}

/**
 * Declares a field that may be `null`, which a policy reads as `nil`. The property must be present: a column that a query did not select
 * makes the condition undecided. `nullable('Date')` is the same as `'Date?'`.
 */
export const nullable = (type: Nullable['nullable']): Nullable => ({ nullable: type });

/** Declares a field that may be absent, `undefined` or `null`. A policy then reads `nil`. */
export const optional = (type: Optional['optional']): Optional => ({ optional: type });

/**
 * Declares a field whose values are secret: `email: secret('String')`, `phone: nullable(secret('String'))`. Policies read it like any other
 * field. Explanations and records of decisions replace its values, and the values that policies compute from them, by `***`.
 */
export const secret = (type: Secret['secret']): Secret => ({ secret: type });

/**
 * Declares a field that holds one of these texts: `status: oneOf('draft', 'final')`. A policy that compares the field with another text
 * does not load.
 */
export const oneOf = (...values: readonly string[]): OneOf => ({ oneOf: values });

/** Describes a type of the application to the policy. A class alone is enough when nothing else is declared. */
export interface TypeDeclaration<T = unknown> {
  /** The class. Its instances and those of its subclasses have this type. */
  readonly class?: Class<T>;
  /** Recognizes values of the type, for rows without a class. It is called for each value, so it should be fast. */
  readonly is?: (value: unknown) => boolean;
  /** The own field, and its value, that identify a row of this type: `{ kind: 'invoice' }`. */
  readonly discriminator?: Readonly<Record<string, string | number | boolean>>;
  /**
   * The type, or types, that this one extends, for rows without a class: the rules for `File` then also hold for a `Folder` that extends it.
   * A class extends another class instead.
   */
  readonly extends?: string | readonly string[];
  /** The fields that a policy may read. Other fields are then an error when the policy loads. */
  readonly fields?: Readonly<Record<string, FieldTypeInput>>;
  /**
   * The properties that a policy reads by a call of the application instead of from the object. The call may return a promise.
   *
   * @internal
   */
  readonly loads?: ReadonlyMap<string, (instance: never) => unknown>;
  /**
   * Returns whether the value at the end of a path of attributes, from an unknown instance of this type, is of the type of this name.
   *
   * @internal
   */
  readonly leadsTo?: (path: readonly string[], typeName: string) => boolean;
  /** The relations to rows of other types, by the property that holds the related row or rows: one(…), many(…), manyThrough(…). */
  readonly relations?: Readonly<Record<string, RelationInput>>;
  /** The facts of the policy that the rows of this type are: fact(…). */
  readonly facts?: readonly RowFactInput[];
  /** The field, or fields, that identify an instance. Two instances of the same type with equal keys are equal. */
  readonly key?: string | readonly string[];
  /** Decides whether two instances of this type are equal, instead of `key`. */
  readonly equals?: (left: T, right: T) => boolean;
}

// oxlint-disable-next-line typescript/no-explicit-any -- `equals` takes the instances of any class
export type TypeInput = Class | TypeDeclaration<any>;
export type TypesInput = Readonly<Record<string, TypeInput>>;
