import type { PlainTypeSets } from '../../host/plain-type-sets.js';
import { fieldOf, raw, Reference } from '../../host/reference.js';
import type { TypeSet } from '../../host/value-types.js';

/** The types of values, as the query has found them. */
export interface TypeFinder {
  readonly typeSets: PlainTypeSets;
  typeOf(value: unknown): TypeSet;
}

/**
 * The identities of the arguments of one query. Two arguments are the same if they are identical, or rows of the same types with the same
 * key: a getter or a loader may make a new row for each read. The types that fields gave to a row belong to the argument.
 */
export class ArgumentIdentities {
  /** The first row of each type with each key. It represents the other rows with this key. */
  #rows: Map<TypeSet, Map<unknown, unknown>> | undefined = undefined;
  /** The first reference to each object with the same types, or to a list from the same field. */
  #references: Map<object, Map<unknown, Reference>> | undefined = undefined;

  constructor(readonly host: TypeFinder) {}

  of(arg: unknown): unknown {
    if (typeof arg !== 'object' || arg === null) return arg;
    if (!this.host.typeSets.haveKeys && !(arg instanceof Reference)) return arg;
    const types = this.host.typeOf(arg);
    const key = keyOf(arg, types);
    if (key !== undefined) return firstIn((this.#rows ??= new Map()), types, key, arg);
    if (!(arg instanceof Reference)) return arg;
    const by = Reference.typesOf(arg) ?? fieldOf(arg);
    return firstIn((this.#references ??= new Map()), raw(arg) as object, by, arg);
  }
}

/** Returns whether two different values are the same argument. */
export function isSameArgument(left: unknown, right: unknown, host: TypeFinder): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const isReference = left instanceof Reference;
  if (!host.typeSets.haveKeys && !isReference) return false;
  if (isReference !== right instanceof Reference) return false;
  const types = host.typeOf(left);
  if (types !== host.typeOf(right)) return false;
  if (isReference && raw(left) === raw(right))
    return Reference.typesOf(left) !== undefined || fieldOf(left) === fieldOf(right);
  const key = keyOf(left, types);
  return key !== undefined && key === keyOf(right, types);
}

/** Returns the key by which a row is compared, if it is a primitive and an attribute of the row itself. */
function keyOf(arg: object, { comparedBy }: TypeSet): unknown {
  if (comparedBy?.key?.length !== 1 || comparedBy.equals !== undefined) return undefined;
  const value: unknown = Object.getOwnPropertyDescriptor(raw(arg) as object, comparedBy.key[0]!)?.value;
  // `NaN` equals nothing, so rows with this key are different.
  const isKey =
    value !== null && typeof value !== 'object' && typeof value !== 'function' && !Number.isNaN(value);
  return isKey ? value : undefined;
}

function firstIn<Outer, Value>(
  all: Map<Outer, Map<unknown, Value>>,
  outer: Outer,
  inner: unknown,
  value: Value,
): Value {
  let group = all.get(outer);
  if (group === undefined) all.set(outer, (group = new Map()));
  const first = group.get(inner);
  if (first !== undefined) return first;
  group.set(inner, value);
  return value;
}
