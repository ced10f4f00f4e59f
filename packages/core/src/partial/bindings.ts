import type { Scope } from '../filter/condition.js';
import { policyDictionary } from '../host/value.js';
import { assertNever } from '../internal/bug.js';
import type { Goal } from '../ir/goal.js';
import type { Term } from '../ir/term.js';
import { Reference } from '../host/reference.js';
import { elements } from '../terms/engine-value.js';
import {
  Cell,
  DictionaryValue,
  isUnknown,
  ListValue,
  ReferenceValue,
  unbound,
  type Frame,
  type RowValue,
  type WaitingGoal,
} from './unknown.js';

/** The values of variables while alternatives are followed one after the other. Each alternative is undone before the next. */
export class Bindings {
  readonly #undo: (() => void)[] = [];
  /** The related rows that exist where the current goal is proved, by the relation that leads to them. */
  readonly #entered = new Map<string, RowValue>();
  #woken: readonly WaitingGoal[] = [];

  /** Follows an alternative, then undoes its bindings. */
  attempt<Result>(alternative: () => Result): Result {
    const mark = this.#undo.length;
    const result = alternative();
    while (this.#undo.length > mark) this.#undo.pop()!();
    this.#woken = [];
    return result;
  }

  /** Gives a variable its value. The goals that waited for it are woken. */
  bind(cell: Cell, value: unknown): void {
    cell.value = value;
    this.#undo.push(() => {
      cell.value = unbound;
    });
    if (cell.waiting.length > 0) this.#woken = [...this.#woken, ...cell.waiting];
  }

  /** Lets a goal wait until a variable has a value. */
  wait(cell: Cell, goal: Goal, frame: Frame): void {
    const before = cell.waiting;
    cell.waiting = [...before, { goal, frame }];
    this.#undo.push(() => {
      cell.waiting = before;
    });
  }

  takeWoken(): readonly WaitingGoal[] {
    const woken = this.#woken;
    this.#woken = [];
    return woken;
  }

  /** Notes that the row of a relation exists, and what it is called. */
  enter(reference: ReferenceValue, row: RowValue): void {
    const key = keyOf(reference);
    this.#entered.set(key, row);
    this.#undo.push(() => this.#entered.delete(key));
  }

  /** Returns whether a relation of a row leads to a row that was entered. */
  hasEnteredFrom({ id }: Scope): boolean {
    return this.#entered.size > 0 && [...this.#entered.keys()].some((key) => key.startsWith(`${id}.`));
  }

  /** Returns the value of a variable, or the variable itself when it has none. */
  deref(value: unknown): unknown {
    let found = value;
    while (found instanceof Cell && found.value !== unbound) found = found.value;
    return found instanceof ReferenceValue ? (this.#entered.get(keyOf(found)) ?? found) : found;
  }

  /** Returns whether no variable in a value is without a value. */
  isGround(value: unknown): boolean {
    const found = this.deref(value);
    if (found instanceof Cell) return false;
    if (found instanceof ListValue)
      return found.rest === undefined && found.items.every((item) => this.isGround(item));
    if (found instanceof DictionaryValue) return found.values.every((each) => this.isGround(each));
    return true;
  }

  valueOf(term: Term, frame: Frame): unknown {
    switch (term.kind) {
      case 'constant':
        return term.value;
      case 'slot':
        return this.#slot(term.slot, frame);
      case 'list': {
        const items = term.items.map((item) => this.valueOf(item, frame));
        const given = term.rest && this.valueOf(term.rest, frame);
        const rest = given instanceof Reference ? (given[elements]() ?? given) : given;
        const tail = rest instanceof ListValue ? rest.items : tailOf(rest);
        const open = rest instanceof Cell ? rest : rest instanceof ListValue ? rest.rest : undefined;
        const whole = [...items, ...tail];
        return open === undefined && !whole.some(isUnknown) ? whole : new ListValue(whole, open);
      }
      case 'dictionary': {
        const values = term.values.map((value) => this.valueOf(value, frame));
        return values.some(isUnknown)
          ? new DictionaryValue(term.keys, values)
          : policyDictionary(term.keys, values);
      }
      default:
        return assertNever(term);
    }
  }

  #slot(slot: number, frame: Frame): unknown {
    const known = frame.slots[slot];
    if (known !== undefined) return this.deref(known);
    const cell = new Cell(frame.names[slot] ?? '_');
    frame.slots[slot] = cell;
    this.#undo.push(() => {
      frame.slots[slot] = undefined;
    });
    return cell;
  }
}

const keyOf = ({ from, relation }: ReferenceValue): string => `${from.id}.${relation.name}`;

/** Returns the elements of the rest of a list. A rest that is not a list counts as the last element. */
const tailOf = (rest: unknown): readonly unknown[] =>
  rest === undefined || rest instanceof Cell ? [] : Array.isArray(rest) ? (rest as unknown[]) : [rest];
