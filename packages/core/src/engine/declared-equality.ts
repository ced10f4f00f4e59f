import { isThenable } from '../internal/promise.js';
import { acceptDeclared } from '../host/declared-value.js';
import { areDistinct, keyOfInstances } from '../host/instance-keys.js';
import { keyKind } from '../host/key-kind.js';
import { hasMember } from '../host/member.js';
import { MissingValue } from '../host/missing-value.js';
import { hasEquality } from '../host/plain-type-sets.js';
import { raw } from '../host/reference.js';
import type { DeclaredType } from '../types/declared-type.js';
import { compareKeys, compareRows, type Row } from './compare-rows.js';
import type { DeclaredEquality, EqualityContext } from './equality.js';

/** Compares values whose types declare a key or `equals`. */
export const declaredEquality: DeclaredEquality = {
  compareRows: compareDeclaredRows,
  compareInstances,
  compare,
};

function compareDeclaredRows(
  a: Row,
  b: Row,
  left: unknown,
  right: unknown,
  context: EqualityContext,
): boolean | undefined {
  const { typeSets, budget } = context;
  const { commonKey, commonKind } = typeSets;
  // Different keys suffice: rows of one type are different then, and rows of different types have different attributes.
  if (commonKey !== undefined && compareKeys(a, b, commonKey, commonKind!) === false) {
    budget.step();
    return false;
  }
  if (typeSets.hasPredicates) return undefined;
  const type = sharedType(left, right, context);
  if (type === undefined) return compareRows(a, b, budget);
  const key = type.key?.length === 1 ? type.key[0]! : undefined;
  const kind = key === undefined ? undefined : keyKind(type, key);
  if (kind === undefined) return undefined;
  budget.step();
  return compareKeys(a, b, key!, kind);
}

function compareInstances(
  a: unknown,
  b: unknown,
  { typeSets, budget }: EqualityContext,
): boolean | undefined {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return undefined;
  const prototype = Object.getPrototypeOf(a) as object | null;
  const other = Object.getPrototypeOf(b) as object | null;
  const key = prototype === null ? undefined : keyOfInstances(prototype, typeSets);
  if (key === undefined || Array.isArray(a) || Array.isArray(b)) return undefined;
  if (prototype !== other && !areDistinct(prototype!, other, typeSets)) return undefined;
  const [left, right] = [a as Row, b as Row];
  if (left['then'] !== undefined || right['then'] !== undefined) return undefined;
  if (a === b) return true;
  budget.step();
  if (prototype !== other) return false;
  const { comparedBy } = typeSets.ofPrototype(prototype!);
  return compareKeys(left, right, key, keyKind(comparedBy!, key)!);
}

function compare(
  left: unknown,
  right: unknown,
  context: EqualityContext,
  stack: unknown[],
): boolean | undefined {
  const declared = sharedType(left, right, context);
  const [a, b] = [raw(left), raw(right)] as [object, object];
  if (declared?.equals !== undefined) return declared.equals(a, b);
  if (declared?.key === undefined) return undefined;
  for (const key of declared.key)
    stack.push(keyOf(a, key, declared, context), keyOf(b, key, declared, context));
  // A row whose key is neither declared as a field nor loaded equals only itself.
  return declared.key.every((key) => hasKey(a, key, context) && hasKey(b, key, context));
}

/** Returns a key as a value of its declared type. @throws {MissingValue} for a key that contradicts the declaration */
function keyOf(row: object, key: string, { places }: DeclaredType, context: EqualityContext): unknown {
  const value = (row as Record<string, unknown>)[key];
  const field = places.get(key);
  const settled = context.settled(value);
  if (field === undefined || isThenable(settled)) return value;
  const accepted = acceptDeclared(settled, field, context.typeSets);
  if (accepted instanceof MissingValue) throw accepted;
  return accepted;
}

const hasKey = (row: object, key: string, context: EqualityContext): boolean => {
  if (!hasMember(row, key)) return false;
  const value = context.settled((row as Record<string, unknown>)[key]);
  return value !== undefined && value !== null;
};

function sharedType(a: unknown, b: unknown, context: EqualityContext): DeclaredType | undefined {
  const left = context.typeOf(a);
  if (left.comparedBy === undefined) return undefined;
  const right = context.typeOf(b);
  if (left === right || right.types.has(left.comparedBy)) return left.comparedBy;
  return left.declared.find((type) => right.types.has(type) && hasEquality(type));
}
