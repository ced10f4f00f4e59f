import type { DeclaredType } from '../types/declared-type.js';

/** The values of a key that are compared at once: those of the declared type, or all primitives of a key that is not declared. */
export type KeyKind = 'Integer' | 'String' | 'any';

/** Returns the kind of a key of a type. Values of other declared types are read as values of their type before they are compared. */
export function keyKind({ places }: DeclaredType, key: string): KeyKind | undefined {
  const type = places.get(key)?.type;
  if (type === undefined || type.kind === 'any') return 'any';
  return type.kind === 'named' && (type.name === 'Integer' || type.name === 'String') ? type.name : undefined;
}

/** Returns whether two values are keys of a kind. */
export function areKeys(left: unknown, right: unknown, kind: KeyKind): boolean {
  if (kind === 'Integer') return Number.isSafeInteger(left) && Number.isSafeInteger(right);
  return kind === 'any' || (typeof left === 'string' && typeof right === 'string');
}

/** Returns the kind of a key that all types have; undefined where their declarations differ. */
export function commonKind(types: readonly DeclaredType[], key: string): KeyKind | undefined {
  const kinds = new Set(types.map((type) => keyKind(type, key)));
  // A type that does not declare the key takes the slower way for other values.
  if (kinds.size > 1) kinds.delete('any');
  return kinds.size === 1 ? [...kinds][0] : undefined;
}
