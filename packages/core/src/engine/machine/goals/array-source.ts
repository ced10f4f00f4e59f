import { isThenable } from '../../../internal/promise.js';
import { EngineValue } from '../../../terms/engine-value.js';
import type { InGoal, TestedLookup } from '../../../ir/goal.js';
import type { Field } from '../../../types/declared-type.js';
import { isOrdinaryInstance, isPrimitive } from '../../equality.js';
import type { Frame } from '../state/frame.js';
import type { ItemSource, RetryPoint } from '../state/goal-stack.js';
import { guardedRead } from './guarded-read.js';
import { holdsPlainly, isEmpty, otherSide } from './tested-result.js';
import type { Prover } from '../state/prover.js';

/** A requirement of one of the next goals on an attribute of the elements. Created when it is first needed, because most lists are short. */
interface Requirement {
  readonly lookup: TestedLookup;
  readonly name: string;
  /** The value with which the attribute is compared. */
  readonly other: unknown;
  /** Whether the attribute must equal a string. */
  readonly isText: boolean;
  /** Whether the attribute must equal an instance that equals only itself; undefined while this is not determined. */
  isDistinct: boolean | undefined;
  /** The next requirement; null while it is not determined. */
  next: Requirement | undefined | null;
}

/**
 * The elements of an array. Most elements fail the tests that come next. An element that fails them by its own fields is skipped: it leaves
 * no choice point and binds nothing. All other elements are left to the goals.
 */
export class ArraySource implements ItemSource {
  #next = 0;
  element: unknown = undefined;
  /** Number of tests that the element has passed. */
  passed = 0;
  /** The value of the look-up of the next test, if it was made: it is not made again. */
  read: unknown = undefined;
  collection: unknown;
  retry: RetryPoint | undefined = undefined;
  readonly #requirement: Requirement | undefined;
  /** The prototype of objects whose required attributes are own properties. */
  #prototype: object | undefined = undefined;

  constructor(
    machine: Prover,
    readonly goal: InGoal,
    readonly items: readonly unknown[],
    readonly declared: Field | undefined,
    frame: Frame,
  ) {
    this.collection = items;
    const isPlain = declared === undefined && items.length > 0 && maySkip(machine, goal, frame);
    this.#requirement = isPlain ? requirementOf(machine, goal.tests, 0, frame) : undefined;
  }

  /** Moves to the next element that is not skipped. Returns `false` when there is none. */
  advance(machine: Prover, frame: Frame): boolean {
    const { items } = this;
    while (this.#next < items.length) {
      const element = items[this.#next++];
      machine.budget.step();
      if (this.#requirement !== undefined && this.#isSkipped(element, this.#requirement, machine, frame))
        continue;
      this.element = element;
      return true;
    }
    return false;
  }

  /** Returns whether there is no further element. */
  isSpent(): boolean {
    return this.#next >= this.items.length;
  }

  #isSkipped(element: unknown, first: Requirement, machine: Prover, frame: Frame): boolean {
    let passed = 0;
    let read: unknown;
    if (this.#isPlain(element)) {
      let required: Requirement | undefined = first;
      while (required !== undefined) {
        machine.budget.step();
        const found = guardedRead(machine, element, required.name, required.lookup, frame);
        const holds = found === undefined ? undefined : meetsRequirement(machine, required, found);
        if (holds === false) return true;
        if (holds === undefined) {
          read = found;
          break;
        }
        passed++;
        if (required.next === null) required.next = requirementOf(machine, this.goal.tests, passed, frame);
        required = required.next;
      }
    }
    this.passed = passed;
    this.read = read;
    return false;
  }

  /** Returns whether an element is an object of the application, no promise, and has the required attributes as own properties. */
  #isPlain(element: unknown): element is object {
    if (typeof element !== 'object' || element === null) return false;
    const prototype = Object.getPrototypeOf(element) as object | null;
    if (prototype !== this.#prototype) {
      if (prototype === null || isThenable(element) || element instanceof EngineValue) return false;
      for (const { plainName } of this.goal.tests)
        if (plainName !== undefined && plainName in prototype) return false;
      this.#prototype = prototype;
    }
    // A data object may have an attribute `then`: it is not read.
    return prototype === Object.prototype || typeof (element as { then?: unknown }).then !== 'function';
  }
}

/** Returns whether elements may be skipped before they are tried. */
const maySkip = (machine: Prover, { item, tests }: InGoal, frame: Frame): boolean =>
  tests.length > 0 &&
  machine.isNext(tests[0]!) &&
  isEmpty(item, frame) &&
  machine.replay === undefined &&
  !machine.typeSets.hasPredicates;

/** Returns the requirement of a test, if it is known before an element is read. */
function requirementOf(
  machine: Prover,
  tests: readonly TestedLookup[],
  index: number,
  frame: Frame,
): Requirement | undefined {
  const lookup = tests[index];
  if (lookup?.plainName === undefined) return undefined;
  // The goals test the values of declared fields.
  if (machine.typeSets.placeNames.has(lookup.plainName)) return undefined;
  const term = otherSide(lookup);
  if (isEmpty(term, frame)) return undefined;
  const other = term && machine.value(term, frame);
  if (other instanceof EngineValue) return undefined;
  const isText = lookup.test.kind === 'unify' && typeof other === 'string';
  return { lookup, name: lookup.plainName, other, isText, isDistinct: undefined, next: null };
}

/** Returns whether a test holds for the value of an attribute; undefined when only the goals can decide it. */
function meetsRequirement(machine: Prover, required: Requirement, found: unknown): boolean | undefined {
  const { lookup, other, isText } = required;
  if (isText && typeof found === 'string') return found === other;
  if (isPrimitive(found)) return holdsPlainly(machine, lookup, found, other);
  required.isDistinct ??= isDistinct(machine, lookup, other);
  // The goals note declared types, and await promises.
  if (!required.isDistinct || machine.settled(found) !== found || !isOrdinaryInstance(found))
    return undefined;
  return found === other;
}

const isDistinct = ({ typeSets, equality }: Prover, { test }: TestedLookup, value: unknown): boolean =>
  test.kind === 'unify' && typeSets.areBare && equality === 'identity' && isOrdinaryInstance(value);
