import type { EqualTest, Operand } from '../../compiler/plan.js';
import { noValue, type ReadSite, type Runtime } from '../../runtime/runtime.js';

// What closures do with values. Attributes are read first, and then the prototype: when the optimizer knows what the object looks
// like that costs nothing.

export type Keyed = Readonly<Record<string, unknown>>;

const { getPrototypeOf } = Object;
// Looked at for what pollution has put there.
const everything = Object.prototype as unknown as Keyed;
const nothing: readonly unknown[] = [];

/** An attribute, or `noValue`. */
export function read(base: unknown, site: ReadSite, runtime: Runtime): unknown {
  if (base === null || base === undefined) return runtime.read(base, site);
  const { name } = site;
  const value = (base as Keyed)[name];
  if (value === undefined || everything[name] !== undefined || getPrototypeOf(base) !== site.prototype)
    return runtime.read(base, site, value);
  return value;
}

/** As `read`, of an instance of a class that is known. A function of its own, as the optimizer learns what each reads from. */
export function readExact(base: unknown, site: ReadSite, runtime: Runtime): unknown {
  const { name } = site;
  const value = (base as Keyed)[name];
  return value === undefined || everything[name] !== undefined ? runtime.read(base, site, value) : value;
}

/**
 * A list that an attribute holds: empty where there is none. It reads itself: nearly always from the same class, the actor's, so
 * that what the optimizer learns here is not what it learns in `readExact`: 8% of S2.
 */
export function listIn(
  base: unknown,
  site: ReadSite,
  isExact: boolean,
  runtime: Runtime,
): readonly unknown[] {
  let value: unknown;
  if (isExact) {
    const { name } = site;
    value = (base as Keyed)[name];
    if (value === undefined || everything[name] !== undefined) value = runtime.read(base, site, value);
  } else value = read(base, site, runtime);
  if (Array.isArray(value)) return value as unknown[];
  return value === noValue ? nothing : runtime.list(value);
}

/** Seeks an element with one of four literals, or fewer, in one attribute, and the instance that is wanted in another. */
export function finder(
  one: ReadSite,
  two: ReadSite,
  literals: readonly unknown[],
  runtime: Runtime,
): (list: readonly unknown[], wanted: unknown) => boolean {
  const [a, b = a, c = a, d = a] = literals;
  const { name } = one;
  const { name: other } = two;
  return (list, wanted) => {
    if ((runtime.steps -= list.length) < 0) runtime.over();
    // Once for all elements: nothing of the application runs in between.
    const isClean = everything[name] === undefined && everything[other] === undefined;
    for (let i = 0; i < list.length; i++) {
      const element = list[i];
      let value: unknown;
      let isKnown = false;
      if (isClean && element !== null && element !== undefined) {
        value = (element as Keyed)[name];
        isKnown = getPrototypeOf(element) === one.prototype;
      }
      if (value === undefined || !isKnown) value = runtime.read(element, one, value);
      if (value !== a && value !== b && value !== c && value !== d) {
        if (!isObject(value) || !runtime.oneOf(value, literals)) continue;
      }
      let found = isKnown && one.prototype === two.prototype ? (element as Keyed)[other] : undefined;
      if (found === undefined) found = runtime.read(element, two);
      if (found === wanted) return true;
      if (mayBePending(found) && runtime.equal(found, wanted)) return true;
    }
    return false;
  };
}

export function oneOf(literals: readonly unknown[], runtime: Runtime): (value: unknown) => boolean {
  if (typeof runtime.equality === 'function') return (value) => runtime.oneOf(value, literals);
  const [a, b = a, c = a, d = a] = literals;
  if (literals.length <= 4)
    return (value) =>
      value === a ||
      value === b ||
      value === c ||
      value === d ||
      (isObject(value) && runtime.oneOf(value, literals));
  const set = new Set(literals);
  return (value) => set.has(value) || (isObject(value) && runtime.oneOf(value, literals));
}

export function comparison(
  { left, right, how }: EqualTest,
  runtime: Runtime,
): (left: unknown, right: unknown) => boolean {
  if (typeof runtime.equality === 'function') return (l, r) => runtime.equal(l, r);
  // What does not match may be a promise; what matches is none.
  if (how === 'identity') return (l, r) => l === r || (mayBePending(l) && runtime.equal(l, r));
  if (left.kind === 'local' && isPrimitive(right))
    return (l, r) => l === r || (isObject(l) && runtime.equal(l, r));
  if (right.kind === 'local' && isPrimitive(left))
    return (l, r) => l === r || (isObject(r) && runtime.equal(l, r));
  return (l, r) => runtime.equal(l, r);
}

export const isPrimitive = (side: Operand): boolean =>
  side.kind === 'constant' &&
  !isObject(side.value) &&
  typeof side.value !== 'function' &&
  !Number.isNaN(side.value);

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export const mayBePending = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
