import { isPolarError } from '../diagnostics/polar-error.js';
import { Machine, type MachineOptions } from '../engine/machine/machine.js';
import type { Frame } from '../engine/machine/state/frame.js';
import type { GoalResult } from '../engine/machine/state/goal-result.js';
import type { MachineGoal } from '../engine/machine/state/goal-stack.js';
import type { ProgramContext } from '../engine/program-context.js';
import { GoalOrder } from '../explanation/goal-order.js';
import { HiddenFlow } from '../explanation/hidden-flow.js';
import type { HiddenValues } from '../explanation/hidden-values.js';
import { ValueReader } from '../explanation/value-reader.js';
import type { Rule } from '../ir/goal.js';
import type { LinkedQuery } from '../ir/program.js';
import { secretsOf, showWithout } from './secrets.js';

/** The machine, which follows the values of secret fields so that a debugger hides them. It proves one goal in each step. */
export class SecretMachine extends Machine {
  readonly #orders = new Map<Rule | undefined, GoalOrder>();
  readonly #flow: HiddenFlow | undefined;

  /** @param hidden the values that are hidden already */
  constructor(
    context: ProgramContext,
    readonly query: LinkedQuery,
    slots: unknown[],
    options: MachineOptions,
    readonly hidden: HiddenValues | undefined = secretsOf(context),
  ) {
    super(context, query, slots, { ...options, isSteppedThrough: true });
    this.#flow = hidden && new HiddenFlow(hidden, new ValueReader(this), ({ rule }) => this.orderOf(rule));
  }

  override prove(goal: MachineGoal, frame: Frame): GoalResult {
    const result = super.prove(goal, frame);
    this.#flow?.note(goal, frame);
    return result;
  }

  /** Returns the goals of a rule; without a rule, those of the query. */
  orderOf(rule: Rule | undefined): GoalOrder {
    let order = this.#orders.get(rule);
    if (order === undefined) {
      order = rule === undefined ? GoalOrder.ofQuery(this.query) : GoalOrder.of(rule);
      this.#orders.set(rule, order);
    }
    return order;
  }

  /** Shows a value without its secrets. */
  show(value: unknown): string {
    return showWithout(this.hidden, value, this.context);
  }

  /** Returns whether a value is a secret, or is computed from one. Call `show` for the object that holds it first. */
  isHidden(value: unknown): boolean {
    return this.hidden?.textFor('', value) !== undefined;
  }

  /** Returns whether a field of an object is secret, also if it is a getter. */
  isSecretField(object: object, name: string): boolean {
    return this.hidden?.isSecretField(name, this.hidden.typesOf(object)) === true;
  }

  /** Returns an error without secrets. */
  redact(error: unknown): unknown {
    return this.hidden !== undefined && isPolarError(error) ? this.hidden.redact(error) : error;
  }
}
