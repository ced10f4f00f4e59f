import { areDistinct, keyOfInstances } from '../host/instance-keys.js';
import { hasMember } from '../host/member.js';
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
  const { commonKey } = typeSets;
  // Different keys suffice: rows of one type are different then, and rows of different types have different attributes.
  if (commonKey !== undefined && compareKeys(a, b, commonKey) === false) {
    budget.step();
    return false;
  }
  if (typeSets.hasPredicates) return undefined;
  const type = sharedType(left, right, context);
  if (type === undefined) return compareRows(a, b, budget);
  if (type.key?.length !== 1) return undefined;
  budget.step();
  return compareKeys(a, b, type.key[0]!);
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
  return prototype === other ? compareKeys(left, right, key) : false;
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
    stack.push((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]);
  // A row whose key is not loaded equals only itself.
  return declared.key.every((key) => hasKey(a, key, context) && hasKey(b, key, context));
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
