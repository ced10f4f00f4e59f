import { callMethod } from '../../host/call-method.js';
import { QueryVariable } from '../../terms/query-variable.js';
import { Runtime } from './runtime.js';

/** Thrown when the machine must run the query: at a promise, an error, or a rule that is not compiled. A symbol costs less than an `Error`. */
export const bailout: unique symbol = Symbol('bailout');

/** Bails out to the machine on any error, so that the machine reports it with its position in the policy (decision 0007). */
export class BailoutRuntime extends Runtime {
  protected override readonly callMethod = callMethod;

  tooDeep(): never {
    this.depth = 0;
    throw bailout;
  }

  protected override foreign(): never {
    throw bailout;
  }

  inexact(): never {
    throw bailout;
  }

  /** Bails out, because the code does not pass the attribute. */
  override absent(): never {
    throw bailout;
  }

  /** Bails out, because the machine keeps only the results that it needs. */
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
    if (this.dialect.undecidedEndsQuery) throw bailout;
    this.undecided++;
  }

  protected mismatch(): void {
    // The missing attribute is `undefined` then.
    if (this.dialect.patternsReadAnything) throw bailout;
    this.mismatched++;
  }

  /** Bails out for variables, which only the machine can bind. */
  override await(value: unknown): void {
    if (value instanceof QueryVariable) throw bailout;
    super.await(value);
  }

  protected override equalValues(left: unknown, right: unknown): boolean {
    if (left instanceof QueryVariable || right instanceof QueryVariable) throw bailout;
    return super.equalValues(left, right);
  }
}
