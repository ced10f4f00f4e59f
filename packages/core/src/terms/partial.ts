import { EngineValue } from './engine-value.js';
import type { ForeignCall } from './foreign-terms.js';
import { Variable } from './variable.js';

/** A list that ends in a variable, contains one, or is the tail of a longer list. Items before `start` do not belong to it. */
export class PartialList extends EngineValue {
  constructor(
    readonly items: readonly unknown[],
    readonly start: number,
    readonly rest: Variable | undefined,
    /** Whether the list is known to contain no unbound variable, so that it need not be searched for one. */
    readonly isGround = false,
  ) {
    super();
  }
}

/** A dictionary of the policy that contains a variable. Keys are in code point order. */
export class PartialDictionary extends EngineValue {
  constructor(
    readonly keys: readonly string[],
    readonly values: readonly unknown[],
  ) {
    super();
  }
}

/**
 * A call of a rule as a value. Only functions of the application make one. It is unified as a dictionary of its
 * arguments, with one more key that names the rule.
 */
export class PartialCall extends PartialDictionary {
  constructor(
    readonly call: ForeignCall,
    readonly args: readonly unknown[],
  ) {
    super([`\u0000${call.name}`, ...args.map((_, i) => String(i).padStart(5, '0'))], [true, ...args]);
  }

  /** Returns the call with other arguments. */
  with(args: readonly unknown[]): PartialCall {
    return new PartialCall(this.call, args);
  }
}

/** Returns whether a value belongs to the engine and not to the application. */
export const isPartial = (value: unknown): value is Variable | PartialList | PartialDictionary =>
  value instanceof EngineValue;

/** Returns whether a value may contain an unbound variable. */
export const isOpen = (value: unknown): boolean =>
  value instanceof Variable ||
  value instanceof PartialDictionary ||
  (value instanceof PartialList && !value.isGround);

export const isList = (value: unknown): value is readonly unknown[] | PartialList =>
  Array.isArray(value) || value instanceof PartialList;
