import { isThenable, OwnValue } from '../../host/value.js';
import type { InGoal, TestedLookup } from '../../ir/goal.js';
import type { FieldType } from '../../types/declared-type.js';
import { isPrimitive } from '../equality.js';
import { emptySlot } from './constraint.js';
import type { Frame } from './frame.js';
import type { ItemSource, RetryPoint } from './goal-stack.js';
import { holdsPlainly, isReadable, otherSide, ownValue } from './lookup.js';
import type { Prover } from './prover.js';

/** What the goals that come next require of an attribute of an element. */
interface Sought {
  readonly lookup: TestedLookup;
  readonly name: string;
  /** What it is compared with. */
  readonly other: unknown;
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

  constructor(
    readonly items: readonly unknown[],
    readonly elementType: FieldType | undefined,
    readonly sought: readonly Sought[],
  ) {}

  /** Goes to the next element that is not refused at sight, if there is one. */
  advance(machine: Prover, frame: Frame): boolean {
    const { items, sought } = this;
    while (this.#next < items.length) {
      this.element = items[this.#next++];
      machine.budget.step();
      if (sought.length === 0 || !this.#isRefused(machine, frame)) return true;
    }
    return false;
  }

  /** Whether there is no further element. */
  isSpent(): boolean {
    return this.#next >= this.items.length;
  }

  #isRefused(machine: Prover, frame: Frame): boolean {
    const { element, sought } = this;
    this.passed = 0;
    this.read = undefined;
    if (!isReadable(element) || isThenable(element)) return false;
    for (const { lookup, name, other } of sought) {
      machine.budget.step();
      const found = ownValue(machine, element, name, lookup, frame);
      if (found === undefined) return false;
      // A declared type is noted of what is read, and a promise is waited for.
      const isPlain = isPrimitive(found) || machine.typeSets.areBare;
      const holds = isPlain ? holdsPlainly(machine, lookup, found, other) : undefined;
      if (holds === false) return true;
      if (holds === undefined || isThenable(found)) {
        this.read = found;
        return false;
      }
      this.passed++;
    }
    return false;
  }
}

/** What the goals that come next require of an element, as far as it is known before there is one. */
export function soughtBy(machine: Prover, { item, tests }: InGoal, frame: Frame): readonly Sought[] {
  if (tests.length === 0 || !machine.isNext(tests[0]!)) return nothing;
  if (item.kind !== 'slot' || frame.slots[item.slot] !== emptySlot) return nothing;
  if (machine.replay !== undefined || machine.typeSets.hasPredicates) return nothing;
  const sought: Sought[] = [];
  for (const lookup of tests) {
    const term = otherSide(lookup);
    const isGiven =
      term?.kind === 'slot'
        ? frame.slots[term.slot] !== emptySlot
        : term?.kind !== 'list' && term?.kind !== 'dictionary';
    if (!isGiven || lookup.plainName === undefined) break;
    const other = term && machine.value(term, frame);
    if (other instanceof OwnValue) break;
    sought.push({ lookup, name: lookup.plainName, other });
  }
  return sought;
}

const nothing: readonly Sought[] = [];
