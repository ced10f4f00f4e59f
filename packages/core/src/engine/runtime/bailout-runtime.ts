import { QueryVariable } from '../terms/query-variable.js';
import { Runtime } from './runtime.js';

/** Thrown when the machine has to go on: a promise, a fault, or what is not compiled. No error, since errors cost microseconds. */
export const bailout: unique symbol = Symbol('handover');

/** Leaves to the machine whatever goes wrong: it finds it again, and says where in the policy it is. (Decision 0007.) */
export class BailoutRuntime extends Runtime {
  tooDeep(): never {
    this.depth = 0;
    throw bailout;
  }

  inexact(): never {
    throw bailout;
  }

  /** Compiled code no longer knows which attribute it was. */
  override absent(): never {
    throw bailout;
  }

  /** The machine holds no results that it no longer needs. */
  full(): never {
    throw bailout;
  }

  protected met(): never {
    throw bailout;
  }

  protected fault(): never {
    throw bailout;
  }

  protected threw(): never {
    throw bailout;
  }

  protected elements(): never {
    throw bailout;
  }

  protected undecide(): void {
    this.undecided++;
  }

  protected mismatch(): void {
    this.mismatched++;
  }

  /** The machine alone knows variables, too. */
  override await(value: unknown): void {
    if (value instanceof QueryVariable) throw bailout;
    super.await(value);
  }

  override equal(left: unknown, right: unknown): boolean {
    if (left instanceof QueryVariable || right instanceof QueryVariable) throw bailout;
    return super.equal(left, right);
  }
}
