import type { Span } from '../../../diagnostics/span.js';
import {
  isLocal,
  type EachStatement,
  type EqualTest,
  type ReadStatement,
  type Statement,
} from '../../compiler/plan.js';
import { noValue } from '../../runtime/runtime.js';
import { readSite, type ReadSite } from '../../runtime/sites.js';
import type { ClosureBuilder } from './closure-builder.js';
import { comparison, finder, mayBePending, oneOf, read } from './closure-values.js';
import { elementSearch, literalsOf, mentions, type AttributeTest } from './list-search.js';
import { failed, type Locals, type Step, type StepEnding } from './steps.js';

// Most role checks search a list for an element with certain attributes. Such a search is one loop, not a closure for each attribute and
// each test.

/** A search for a value in a list. */
export interface Finder {
  /** Returns the literal that was found, or `noValue`. */
  readonly find: (list: readonly unknown[], wanted: unknown) => unknown;
  /** The local that holds the value. */
  readonly wanted: number;
  /** The local that the statements after the search read the literal from. */
  readonly to: number;
  /** The position of the list. */
  readonly at: Span;
  /** The end of the path after the search. */
  readonly next: Statement;
}

/** A search in a list that is an attribute of an object. */
export interface AttributeFinder extends Finder {
  readonly site: ReadSite;
  readonly isExact: boolean;
}

/** Builds the search for a statement that reads a list and iterates over it. */
export function buildAttributeFinder(
  b: ClosureBuilder,
  { name, inPattern, isExact, field, isOpen, to, unchecked, at, next: each }: ReadStatement,
): AttributeFinder | undefined {
  if (field !== undefined || isOpen || unchecked.length > 0) return undefined;
  if (each.kind !== 'each' || !isLocal(each.list, to)) return undefined;
  const found = buildFinder(b, each);
  if (found === undefined) return undefined;
  return { ...found, site: readSite(name, inPattern, at), isExact };
}

/** Builds the search for an element with one of some literals, and with an instance that equals only itself. */
export function buildFinder(
  { runtime }: ClosureBuilder,
  { item, element, isOpen, at, next }: EachStatement,
): Finder | undefined {
  if (element !== undefined || isOpen || typeof runtime.equality === 'function') return undefined;
  const first = elementSearch(item, next);
  if (first === undefined) return undefined;
  const literals = literalsOf(first.test);
  const second = elementSearch(item, first.next);
  if (literals === undefined || literals.length > 4 || second === undefined) return undefined;
  if (!endsHere(second.next)) return undefined;
  const { test: same } = second;
  const isSame = same.kind === 'equal' && same.how === 'identity' && !same.negated;
  if (!isSame || !isLocal(same.left, second.to) || same.right.kind !== 'local') return undefined;
  if (mentions(same, first.to)) return undefined;
  const [one, two] = [first, second].map((each) => readSite(each.name, each.inPattern, each.at));
  const find = finder(one!, two!, literals, runtime, same.at);
  return { find, wanted: same.right.local, to: first.to, at, next: second.next };
}

/**
 * Builds the loop for a list whose elements are tested by one attribute or two.
 *
 * @param buildEnding builds the record of the proof after the tests
 */
export function buildScan(
  b: ClosureBuilder,
  { item, element, isOpen, next }: EachStatement,
  buildEnding: (statement: Statement) => Step,
): ((list: readonly unknown[], locals: Locals) => StepEnding) | undefined {
  const { runtime } = b;
  if (element !== undefined || isOpen) return undefined;
  const first = elementSearch(item, next);
  if (first === undefined) return undefined;
  const one = readSite(first.name, first.inPattern, first.at);
  const isFirst = buildAttributeTest(b, first);
  const firstAt = b.slot(first.to);
  if (endsHere(first.next)) {
    const end = buildEnding(first.next);
    return (list, locals) => {
      if ((runtime.steps -= list.length) < 0) runtime.over();
      for (let i = 0; i < list.length; i++) {
        const value = read(list[i], one, runtime);
        if (value === noValue || !isFirst(value, locals)) continue;
        locals[firstAt] = value;
        return end(locals);
      }
      return failed;
    };
  }
  const second = elementSearch(item, first.next);
  if (second === undefined || !endsHere(second.next) || mentions(second.test, first.to)) return undefined;
  const two = readSite(second.name, second.inPattern, second.at);
  const isSecond = buildAttributeTest(b, second);
  const secondAt = b.slot(second.to);
  const end = buildEnding(second.next);
  return (list, locals) => {
    if ((runtime.steps -= list.length) < 0) runtime.over();
    for (let i = 0; i < list.length; i++) {
      const value = read(list[i], one, runtime);
      if (value === noValue || !isFirst(value, locals)) continue;
      const other = read(list[i], two, runtime);
      if (other === noValue || !isSecond(other, locals)) continue;
      locals[firstAt] = value;
      locals[secondAt] = other;
      return end(locals);
    }
    return failed;
  };
}

/** Returns whether a path ends here, at most with a record of its proof for each literal that a value can equal. */
const endsHere = (statement: Statement): boolean =>
  statement.kind === 'succeed' ||
  (statement.kind === 'switch' &&
    statement.cases.every(({ next }) => next.kind === 'record' && next.next.kind === 'succeed'));

/** Builds the test of a value that is not stored in a local. */
export function buildAttributeTest(
  b: ClosureBuilder,
  { to, test }: AttributeTest,
): (value: unknown, locals: Locals) => boolean {
  const { runtime } = b;
  const literals = literalsOf(test);
  if (literals !== undefined) return oneOf(literals, runtime);
  const { left, right, negated, how, at } = test as EqualTest;
  if (how === 'identity' && !negated && isLocal(left, to) && typeof runtime.equality !== 'function') {
    const same = b.get(right);
    return (value, locals) => {
      const other = same(locals);
      return value === other || (mayBePending(value) && runtime.equal(value, other, false, at));
    };
  }
  const compare = comparison(b, test as EqualTest);
  const [isLeft, other] = isLocal(left, to) ? [true, b.get(right)] : [false, b.get(left)];
  if (negated) return (value, locals) => !compare(...sides(isLeft, value, other(locals)));
  return isLeft
    ? (value, locals) => compare(value, other(locals))
    : (value, locals) => compare(other(locals), value);
}

const sides = (isLeft: boolean, value: unknown, other: unknown): readonly [unknown, unknown] =>
  isLeft ? [value, other] : [other, value];
