import { isThenable, OwnValue } from '../../host/value.js';
import type { InGoal, TestedLookup } from '../../ir/goal.js';
import type { FieldType } from '../../types/declared-type.js';
import { isOrdinaryInstance, isPrimitive } from '../equality.js';
import type { Frame } from './frame.js';
import type { ItemSource, RetryPoint } from './goal-stack.js';
import { guardedRead, holdsPlainly, isEmpty, otherSide } from './lookup.js';
import type { Prover } from './prover.js';

/** What the goals that come next require of an attribute of an element. */
interface Sought {
  readonly lookup: TestedLookup;
  readonly name: string;
  /** What it is compared with. */
  readonly other: unknown;
  /** Whether it is for equality with a text, or with an instance that equals only itself. */
  readonly isText: boolean;
  readonly isDistinct: boolean;
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
  retry: RetryPoint | undefined = undefined;
  /** Of objects with this prototype all attributes that are sought are their own. */
  #prototype: object | undefined = undefined;

  constructor(
    readonly items: readonly unknown[],
    readonly elementType: FieldType | undefined,
    readonly sought: readonly Sought[],
  ) {}

  /** Goes to the next element that is not refused at sight, if there is one. */
  advance(machine: Prover, frame: Frame): boolean {
    const { items, sought } = this;
    while (this.#next < items.length) {
      const element = items[this.#next++];
      machine.budget.step();
      if (sought.length > 0 && this.#isRefused(element, machine, frame)) continue;
      this.element = element;
      return true;
    }
    return false;
  }

  /** Whether there is no further element. */
  isSpent(): boolean {
    return this.#next >= this.items.length;
  }

  #isRefused(element: unknown, machine: Prover, frame: Frame): boolean {
    const { sought } = this;
    let passed = 0;
    let read: unknown;
    if (this.#isPlain(element)) {
      const { budget } = machine;
      for (; passed < sought.length; passed++) {
        const wanted = sought[passed]!;
        budget.step();
        const found = guardedRead(machine, element, wanted.name, wanted.lookup, frame);
        const holds = found === undefined ? undefined : isFound(machine, wanted, found);
        if (holds === false) return true;
        if (holds === true) continue;
        read = found;
        break;
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
      if (prototype === null || isThenable(element) || element instanceof OwnValue) return false;
      if (this.sought.some(({ name }) => name in prototype)) return false;
      this.#prototype = prototype;
    }
    // Data may have an attribute of this name: it is not looked at.
    return prototype === Object.prototype || typeof (element as { then?: unknown }).then !== 'function';
  }
}

/** Whether a test holds for what was found; undefined where that takes more than a look. */
function isFound(machine: Prover, sought: Sought, found: unknown): boolean | undefined {
  const { lookup, other, isText, isDistinct } = sought;
  if (isText && typeof found === 'string') return found === other;
  if (isPrimitive(found)) return holdsPlainly(machine, lookup, found, other);
  // A declared type is noted of what is read, and a promise is waited for.
  if (!isDistinct || machine.settled(found) !== found || !isOrdinaryInstance(found)) return undefined;
  return found === other;
}

/** What the goals that come next require of an element, as far as it is known before there is one. */
export function soughtBy(machine: Prover, { item, tests }: InGoal, frame: Frame): readonly Sought[] {
  if (tests.length === 0 || !machine.isNext(tests[0]!)) return nothing;
  if (!isEmpty(item, frame)) return nothing;
  if (machine.replay !== undefined || machine.typeSets.hasPredicates) return nothing;
  const sought: Sought[] = [];
  for (const lookup of tests) {
    const { plainName: name } = lookup;
    const term = otherSide(lookup);
    if (name === undefined || isEmpty(term, frame)) break;
    const other = term && machine.value(term, frame);
    if (other instanceof OwnValue) break;
    const isEquality = lookup.test.kind === 'unify';
    const isText = isEquality && typeof other === 'string';
    sought.push({ lookup, name, other, isText, isDistinct: isEquality && isDistinct(machine, other) });
  }
  return sought;
}

const isDistinct = ({ typeSets, equality }: Prover, value: unknown): boolean =>
  typeSets.areBare && equality === 'identity' && isOrdinaryInstance(value);

const nothing: readonly Sought[] = [];
