import type { Class } from './type-declaration.js';

/** The type of a declared field. `any` is a class that nobody registered, such as Date. */
export type FieldType =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'list'; readonly of: FieldType }
  | { readonly kind: 'any' };

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly optional: boolean;
}

/** A type as linked: what was declared, made uniform. */
export interface DeclaredType {
  readonly kind: 'declared-type';
  /** Position in its table; part of the key of candidate tables. */
  readonly id: number;
  readonly name: string;
  readonly builtIn: boolean;
  readonly class: Class | undefined;
  readonly is: ((value: unknown) => boolean) | undefined;
  readonly discriminator: { readonly field: string; readonly value: string | number | boolean } | undefined;
  readonly fields: ReadonlyMap<string, Field> | undefined;
  readonly key: readonly string[] | undefined;
  readonly equals: ((left: unknown, right: unknown) => boolean) | undefined;
  /** What the type's name means as a value in a policy: the class, or for types without one an opaque token. */
  readonly value: Class | TypeToken;
}

/** Stands for a type that has no class, as the resource of a *create*. */
export class TypeToken {
  constructor(readonly name: string) {
    Object.freeze(this);
  }
}
