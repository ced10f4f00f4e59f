import type { DeclaredType } from '../types/declared-type.js';

/** All types of a value. Interned, so that its id can be part of the key of a candidate table. */
export interface TypeSet {
  readonly id: number;
  /** `unbound` for a variable that has no value. */
  readonly label: '' | 'unbound';
  /** The types, and those that are undecided because their predicate threw. A test for one of those throws the error. */
  readonly types: ReadonlySet<DeclaredType>;
  /** The registered classes of an instance, nearest first. They decide which of two rules is more specific. */
  readonly chain: readonly DeclaredType[];
  /** Whether the value is an instance or row of the application, not a string, list, dictionary … */
  readonly isInstance: boolean;
  /** The types that declare fields, relations, a key or equality; empty for most. */
  readonly declared: readonly DeclaredType[];
  /** The first of them that declares how its values are compared. */
  readonly comparedBy: DeclaredType | undefined;
  /** Whether the application registered one of the types. */
  readonly isRegistered: boolean;
  /** Methods by name that policies may call if the application registered the receiver. */
  readonly methods: Map<string, Method>;
}

export type Method = (...args: unknown[]) => unknown;
