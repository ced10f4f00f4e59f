import type { Relation } from './relation.js';
import type { RowFactInput } from './row-fact.js';
import type { Class } from './type-declaration.js';

/** The type of a declared field. `any` has no test; `instance` is a class that is not registered. */
export type FieldType =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'list'; readonly of: FieldType; readonly hasNil: boolean }
  | { readonly kind: 'one-of'; readonly values: readonly string[] }
  | { readonly kind: 'instance'; readonly class: Class }
  | { readonly kind: 'date' }
  | { readonly kind: 'decimal' }
  | { readonly kind: 'any' };

/** A place from which a policy reads: a field, a relation, or the elements of one that is a list. */
export interface Field {
  /** The name of the type that declares it. */
  readonly on: string;
  readonly name: string;
  readonly type: FieldType;
  /** Whether `null` reads as `nil`. */
  readonly nullable: boolean;
  /** Whether the property may be absent, which reads as `nil`, too. */
  readonly optional: boolean;
  readonly kind: 'field' | 'relation' | 'element';
  /** The elements of a list. */
  readonly element: Field | undefined;
}

/** Returns the names of the fields of a type that are not relations, which a row of a table has. */
export const columnsOf = (fields: ReadonlyMap<string, Field>): string[] =>
  Array.from(fields.values()).flatMap(({ kind, name }) => (kind === 'relation' ? [] : [name]));

/** A declared type in its linked form, the same for every kind of declaration. */
export interface DeclaredType {
  readonly kind: 'declared-type';
  /** The position in its table; part of the key of rule indexes. */
  readonly id: number;
  readonly name: string;
  readonly builtIn: boolean;
  readonly class: Class | undefined;
  readonly is: ((value: unknown) => boolean) | undefined;
  /** The names of the types that a type without a class extends. */
  readonly bases: readonly string[];
  readonly discriminator: { readonly field: string; readonly value: string | number | boolean } | undefined;
  readonly fields: ReadonlyMap<string, Field> | undefined;
  readonly relations: ReadonlyMap<string, Relation>;
  /** The facts of the policy that the rows are. */
  readonly facts: readonly RowFactInput[];
  /** The names of the fields whose values explanations and records hide. */
  readonly secrets: ReadonlySet<string>;
  /** The fields and relations whose values are tested when a policy reads them. */
  readonly places: ReadonlyMap<string, Field>;
  /** The properties that are loaded by a call instead of read. */
  readonly loads: ReadonlyMap<string, (instance: never) => unknown> | undefined;
  /** Returns whether a path of attributes of an unknown instance ends in a value of the type of this name. */
  readonly leadsTo: ((path: readonly string[], typeName: string) => boolean) | undefined;
  readonly key: readonly string[] | undefined;
  readonly equals: ((left: unknown, right: unknown) => boolean) | undefined;
  /** The field in a reference to a row of this type that no declared field gave. */
  readonly reference: Field;
  /** The value of the type's name in a policy: the class, or an opaque token for a type without a class. */
  readonly value: Class | TypeToken;
}

/** Returns whether the instances of a type are dates. An invalid date is not a value of such a type. */
export const hasDates = (type: DeclaredType): boolean =>
  type.class === Date || type.class?.prototype instanceof Date;

/** Represents a type without a class, as the resource of a *create*. */
export class TypeToken {
  constructor(readonly name: string) {
    Object.freeze(this);
  }
}

/** Names for sets of types, which cannot be registered. */
export const unionNames = ['Actor', 'Resource'] as const;
export type UnionName = (typeof unionNames)[number];
export const isUnionName = (name: string): name is UnionName => name === 'Actor' || name === 'Resource';
