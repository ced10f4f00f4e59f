import { isThenable } from '../../host/value.js';
import { EngineValue } from '../terms/engine-value.js';
import type { InGoal, TestedLookup } from '../../ir/goal.js';
import type { FieldType } from '../../types/declared-type.js';
import { isOrdinaryInstance, isPrimitive } from '../equality.js';
import type { Frame } from './frame.js';
import type { ItemSource, RetryPoint } from './goal-stack.js';
import { guardedRead, holdsPlainly, isEmpty, otherSide } from './lookup.js';
import type { Prover } from './prover.js';

/** What a goal that comes next requires of an attribute of an element. Made when first needed: most lists are short. */
interface Sought {
  readonly lookup: TestedLookup;
  readonly name: string;
  /** What it is compared with. */
  readonly other: unknown;
  /** Whether it is to equal a text. */
  readonly isText: boolean;
  /** Whether it is to equal an instance that equals only itself; undefined while nobody has looked. */
  isDistinct: boolean | undefined;
  /** What is required then; null while nobody has looked. */
  next: Sought | undefined | null;
}

/**
 * The elements of an array. Most are only there to be refused by the tests that come next: what is refused at sight leaves no
 * choice point, and binds nothing. Whatever needs a look at more than an element's own fields is left to the goals themselves.
 */
export class ArraySource implements ItemSource {
  #next = 0;
  element: unknown = undefined;
  /** How many tests the element has passed already. */
  passed = 0;
  /** What the look-up of the next test gave, if it was made: it is not made again. */
  read: unknown = undefined;
  collection: unknown;
  retry: RetryPoint | undefined = undefined;
  readonly #sought: Sought | undefined;
  /** Of objects with this prototype all attributes that are sought are their own. */
  #prototype: object | undefined = undefined;

  constructor(
    machine: Prover,
    readonly goal: InGoal,
    readonly items: readonly unknown[],
    readonly elementType: FieldType | undefined,
    frame: Frame,
  ) {
    this.collection = items;
    const isPlain = elementType === undefined && items.length > 0 && mayRefuse(machine, goal, frame);
    this.#sought = isPlain ? soughtBy(machine, goal.tests, 0, frame) : undefined;
  }

  /** Goes to the next element that is not refused at sight, if there is one. */
  advance(machine: Prover, frame: Frame): boolean {
    const { items } = this;
    while (this.#next < items.length) {
      const element = items[this.#next++];
      machine.budget.step();
      if (this.#sought !== undefined && this.#isRefused(element, this.#sought, machine, frame)) continue;
      this.element = element;
      return true;
    }
    return false;
  }

  /** Whether there is no further element. */
  isSpent(): boolean {
    return this.#next >= this.items.length;
  }

  #isRefused(element: unknown, first: Sought, machine: Prover, frame: Frame): boolean {
    let passed = 0;
    let read: unknown;
    if (this.#isPlain(element)) {
      let sought: Sought | undefined = first;
      while (sought !== undefined) {
        machine.budget.step();
        const found = guardedRead(machine, element, sought.name, sought.lookup, frame);
        const holds = found === undefined ? undefined : isFound(machine, sought, found);
        if (holds === false) return true;
        if (holds === undefined) {
          read = found;
          break;
        }
        passed++;
        if (sought.next === null) sought.next = soughtBy(machine, this.goal.tests, passed, frame);
        sought = sought.next;
      }
    }
    this.passed = passed;
    this.read = read;
    return false;
  }

  /** Whether an element is neither a promise nor the engine's own, and what it has under the names that are sought is its own. */
  #isPlain(element: unknown): element is object {
    if (typeof element !== 'object' || element === null) return false;
    const prototype = Object.getPrototypeOf(element) as object | null;
    if (prototype !== this.#prototype) {
      if (prototype === null || isThenable(element) || element instanceof EngineValue) return false;
      for (const { plainName } of this.goal.tests)
        if (plainName !== undefined && plainName in prototype) return false;
      this.#prototype = prototype;
    }
    // Data may have an attribute of this name: it is not looked at.
    return prototype === Object.prototype || typeof (element as { then?: unknown }).then !== 'function';
  }
}

/** Whether elements may be refused before they are tried. */
const mayRefuse = (machine: Prover, { item, tests }: InGoal, frame: Frame): boolean =>
  tests.length > 0 &&
  machine.isNext(tests[0]!) &&
  isEmpty(item, frame) &&
  machine.replay === undefined &&
  !machine.typeSets.hasPredicates;

/** What a test requires, if that is known before there is an element. */
function soughtBy(
  machine: Prover,
  tests: readonly TestedLookup[],
  index: number,
  frame: Frame,
): Sought | undefined {
  const lookup = tests[index];
  if (lookup?.plainName === undefined) return undefined;
  const term = otherSide(lookup);
  if (isEmpty(term, frame)) return undefined;
  const other = term && machine.value(term, frame);
  if (other instanceof EngineValue) return undefined;
  const isText = lookup.test.kind === 'unify' && typeof other === 'string';
  return { lookup, name: lookup.plainName, other, isText, isDistinct: undefined, next: null };
}

/** Whether a test holds for what was found; undefined where that takes more than a look. */
function isFound(machine: Prover, sought: Sought, found: unknown): boolean | undefined {
  const { lookup, other, isText } = sought;
  if (isText && typeof found === 'string') return found === other;
  if (isPrimitive(found)) return holdsPlainly(machine, lookup, found, other);
  sought.isDistinct ??= isDistinct(machine, lookup, other);
  // A declared type is noted of what is read, and a promise is waited for.
  if (!sought.isDistinct || machine.settled(found) !== found || !isOrdinaryInstance(found)) return undefined;
  return found === other;
}

const isDistinct = ({ typeSets, equality }: Prover, { test }: TestedLookup, value: unknown): boolean =>
  test.kind === 'unify' && typeSets.areBare && equality === 'identity' && isOrdinaryInstance(value);
