import { textOf } from '../diagnostics/span.js';
import type { Frame } from '../engine/machine/state/frame.js';
import type { MachineGoal } from '../engine/machine/state/goal-stack.js';
import type { Goal } from '../ir/goal.js';
import type { Term } from '../ir/term.js';
import { goalOperands } from './goal-operands.js';
import type { GoalOrder } from './goal-order.js';
import type { HiddenValues } from './hidden-values.js';
import type { SeenValue } from './trace.js';
import { unbound, type ValueReader } from './value-reader.js';

/** Follows hidden values through the goals that a machine proves. */
export class HiddenFlow {
  constructor(
    readonly hidden: HiddenValues,
    readonly values: ValueReader,
    /** Returns the goals of the rule of a frame. */
    readonly orderOf: (frame: Frame) => GoalOrder,
  ) {}

  /** Notes the result of a goal that was proved from hidden values, or that reads one. */
  note(goal: MachineGoal, frame: Frame): void {
    const { values } = this;
    switch (goal.kind) {
      case 'lookup': {
        const object = values.read(goal.object, frame);
        return this.#noteAttribute(goal, object, values.read(goal.key, frame), goal.result, frame);
      }
      case 'receive': {
        const { attribute } = goal;
        return attribute === undefined
          ? this.#noteResult(goal, goal.result, frame)
          : this.#noteAttribute(goal, values.plain(attribute.receiver), attribute.name, goal.result, frame);
      }
      case 'in':
      case 'next-item': {
        const owner = this.#ownerOf(goal, frame);
        if (owner?.kind !== 'in') return;
        const [collection] = this.#seen([owner.collection], frame);
        this.hidden.noteElement(collection!.name ?? '', collection!.value, values.read(goal.item, frame));
        return;
      }
      case 'method':
      case 'new':
      case 'arithmetic':
        return this.#noteResult(goal, goal.result, frame);
      default:
    }
  }

  #noteAttribute(goal: MachineGoal, object: unknown, key: unknown, result: Term, frame: Frame): void {
    const value = this.values.read(result, frame);
    if (typeof key !== 'string' || value === unbound) return;
    const owner = this.#ownerOf(goal, frame);
    const name = owner?.kind === 'lookup' ? this.orderOf(frame).nameOf(owner.object) : undefined;
    // `user.(key)` has also the name `user.email`.
    const names = [textOf(goal.span), ...(name === undefined ? [] : [`${name}.${key}`])];
    this.hidden.noteAttribute(names, object, key, value);
  }

  #noteResult(goal: MachineGoal, result: Term, frame: Frame): void {
    const owner = this.#ownerOf(goal, frame);
    if (owner === undefined) return;
    const operands = this.#seen(goalOperands(owner), frame).map(({ value }) => value);
    this.hidden.noteResult(operands, this.values.read(result, frame));
  }

  /** Returns the goal of the policy for which the machine proves a goal. */
  #ownerOf(goal: MachineGoal, frame: Frame): Goal | undefined {
    const { kind } = goal;
    const order = this.orderOf(frame);
    if (order.has(goal)) return goal;
    return order.findAt(goal.span, kind === 'next-item' ? 'in' : kind === 'lookup' ? kind : undefined);
  }

  /** Reads the operands of a goal, and notes the hidden values inside them. */
  #seen(terms: readonly Term[], frame: Frame): readonly SeenValue[] {
    const order = this.orderOf(frame);
    return terms.map((term) => {
      const seen = { name: order.nameOf(term), value: this.values.read(term, frame) };
      this.hidden.search(seen.name ?? '', seen.value);
      return seen;
    });
  }
}
