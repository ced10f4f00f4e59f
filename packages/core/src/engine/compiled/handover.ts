import { QueryVariable } from '../query-variable.js';
import { Runtime } from './runtime.js';

/** Thrown when the machine has to go on: a promise, a fault, or what is not compiled. No error, since errors cost microseconds. */
export const handover: unique symbol = Symbol('handover');

/** Leaves to the machine whatever goes wrong: it finds it again, and says where in the policy it is. (Decision 0007.) */
export class HandoverRuntime extends Runtime {
  tooDeep(): never {
    this.depth = 0;
    throw handover;
  }

  inexact(): never {
    throw handover;
  }

  /** Compiled code no longer knows which attribute it was. */
  override absent(): never {
    throw handover;
  }

  /** The machine holds no results that it no longer needs. */
  full(): never {
    throw handover;
  }

  protected met(): never {
    throw handover;
  }

  protected fault(): never {
    throw handover;
  }

  protected threw(): never {
    throw handover;
  }

  protected elements(): never {
    throw handover;
  }

  protected undecide(): void {
    this.undecided++;
  }

  protected mismatch(): void {
    this.mismatched++;
  }

  /** The machine alone knows variables, too. */
  override await(value: unknown): void {
    if (value instanceof QueryVariable) throw handover;
    super.await(value);
  }

  override equal(left: unknown, right: unknown): boolean {
    if (left instanceof QueryVariable || right instanceof QueryVariable) throw handover;
    return super.equal(left, right);
  }
}
