import type { Span } from '../../../diagnostics/span.js';
import { isObject } from '../../../internal/is-object.js';
import { isLiteralOperand, isNil, type EqualTest } from '../../compiler/plan.js';
import { noValue, type Runtime } from '../../runtime/runtime.js';
import type { ReadSite } from '../../runtime/sites.js';
import type { ClosureBuilder } from './closure-builder.js';
import type { Get, Locals } from './steps.js';

// The operations of closures on values. Attributes are read before the prototype: once the optimizer knows the shape of the object, the
// prototype costs nothing.

type Keyed = Readonly<Record<string, unknown>>;

const { getPrototypeOf } = Object;
// Checked for members that prototype pollution has added.
const rootPrototype = Object.prototype as unknown as Keyed;
const nothing: readonly unknown[] = [];

/** Reads an attribute. Returns `noValue` if it is missing. */
export function read(base: unknown, site: ReadSite, runtime: Runtime, typed?: Get, locals?: Locals): unknown {
  if (base === null || base === undefined) return runtime.read(base, site, undefined, site.at);
  const { name } = site;
  const value = (base as Keyed)[name];
  if (value === undefined || rootPrototype[name] !== undefined || !isLearned(base, site))
    return runtime.read(typed === undefined ? base : typed(locals!), site, value, site.at);
  return value;
}

/** Checks that an object has the prototype of which a read has learned, and is not a promise, which may be a plain object. */
const isLearned = (base: unknown, { prototype }: ReadSite): boolean =>
  getPrototypeOf(base) === prototype && (base as Keyed)['then'] === undefined;

/** Reads an attribute of an instance of a known class. A separate function gives the optimizer separate feedback about its objects. */
export function readExact(
  base: unknown,
  site: ReadSite,
  runtime: Runtime,
  typed?: Get,
  locals?: Locals,
): unknown {
  const { name } = site;
  const value = (base as Keyed)[name];
  return value === undefined || rootPrototype[name] !== undefined
    ? runtime.read(typed === undefined ? base : typed(locals!), site, value, site.at)
    : value;
}

/**
 * Reads a list from an attribute. A missing attribute is an empty list. Nearly all lists belong to one class, the actor's, so the read is
 * repeated here: shared with `readExact`, it would mix the feedback of the optimizer (8 % in the benchmark scenario `gitclub`).
 */
export function listIn(
  base: unknown,
  site: ReadSite,
  isExact: boolean,
  runtime: Runtime,
  listAt: Span,
): readonly unknown[] {
  let value: unknown;
  if (isExact) {
    const { name } = site;
    value = (base as Keyed)[name];
    if (value === undefined || rootPrototype[name] !== undefined)
      value = runtime.read(base, site, value, site.at);
  } else value = read(base, site, runtime);
  if (Array.isArray(value)) return value as unknown[];
  return value === noValue ? nothing : runtime.list(value, listAt);
}

/**
 * Searches a list for an element with one of at most four literals in one attribute, and a given instance in another. Returns the value of
 * the first attribute, or `noValue` if there is no such element.
 */
export function finder(
  one: ReadSite,
  two: ReadSite,
  literals: readonly unknown[],
  runtime: Runtime,
  equalAt: Span,
): (list: readonly unknown[], wanted: unknown) => unknown {
  const [a, b = a, c = a, d = a] = literals;
  const { name } = one;
  const { name: other } = two;
  return (list, wanted) => {
    if ((runtime.steps -= list.length) < 0) runtime.over();
    // One check serves all elements, because no code of the application runs in between.
    const isClean = rootPrototype[name] === undefined && rootPrototype[other] === undefined;
    for (let i = 0; i < list.length; i++) {
      const element = list[i];
      let value: unknown;
      let isKnown = false;
      if (isClean && element !== null && element !== undefined) {
        value = (element as Keyed)[name];
        isKnown = isLearned(element, one);
      }
      if (value === undefined || !isKnown) value = runtime.read(element, one, value, one.at);
      if (value !== a && value !== b && value !== c && value !== d) {
        if (!isObject(value) || !runtime.oneOf(value, literals)) continue;
      }
      let found = isKnown && one.prototype === two.prototype ? (element as Keyed)[other] : undefined;
      if (found === undefined) found = runtime.read(element, two, undefined, two.at);
      if (found === wanted) return value;
      if (mayBePending(found) && runtime.equal(found, wanted, false, equalAt)) return value;
    }
    return noValue;
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
  b: ClosureBuilder,
  { left, right, how, negated, at }: EqualTest,
): (left: unknown, right: unknown) => boolean {
  const { runtime } = b;
  const [typedLeft, typedRight] = [b.typing(left), b.typing(right)];
  const areTyped = typedLeft !== undefined || typedRight !== undefined;
  if (typeof runtime.equality === 'function' || areTyped)
    return (l, r) => runtime.equal(typedLeft?.(l) ?? l, typedRight?.(r) ?? r, negated, at);
  // A value that is not equal may be a promise; a value that is equal to this instance is not.
  if (how === 'identity') return (l, r) => l === r || (mayBePending(l) && runtime.equal(l, r, negated, at));
  // No object equals nil. Only a promise and a variable of a query need more than this, and both have `then`.
  if (left.kind === 'local' && isNil(right))
    return (l, r) => l === null || (hasThen(l) && runtime.equal(l, r, negated, at));
  if (right.kind === 'local' && isNil(left))
    return (l, r) => r === null || (hasThen(r) && runtime.equal(l, r, negated, at));
  if (left.kind === 'local' && isLiteralOperand(right))
    return (l, r) => l === r || (isObject(l) && runtime.equal(l, r, negated, at));
  if (right.kind === 'local' && isLiteralOperand(left))
    return (l, r) => l === r || (isObject(r) && runtime.equal(l, r, negated, at));
  return (l, r) => runtime.equal(l, r, negated, at);
}

const hasThen = (value: unknown): boolean =>
  isObject(value) && (value as { then?: unknown }).then !== undefined;

export const mayBePending = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
