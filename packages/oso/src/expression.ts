import type { PolarOperator } from './types.js';

/** A constraint on a variable that has no single value. */
export class Expression {
  constructor(
    readonly operator: PolarOperator,
    readonly args: unknown[],
  ) {}
}
