import type { Comparable, Computed } from '@nanook/core/filter';
import { both, either, ExpressionPrinter, operators, type Expression } from './print-expression.js';

/**
 * Prints arithmetic on paths of the type `Int32`. All numbers are computed as doubles, as in JavaScript, and an operation without a result is
 * `null`: the server ends a query that divides by zero, or computes with another value than a number.
 */
export class NumberPrinter extends ExpressionPrinter {
  /** Prints a comparison of which at least one side is computed. */
  compare(operator: '=' | '<>' | '<' | '<=', left: Comparable, right: Comparable): Expression {
    const sides = [left, right];
    const present = sides.flatMap((side): Expression[] => {
      if (side.kind === 'value') return [];
      return [side.kind === 'column' ? this.present(side) : { $ne: [this.#number(side), null] }];
    });
    const printed = sides.map((side) =>
      side.kind === 'column' ? this.level.value(side) : this.#number(side),
    );
    return both(...present, { [operators[operator]]: printed });
  }

  /** Tests that a number has a result, if its operands have one. A whole result beyond ±(2^53 − 1) does not count. */
  isComputable(number: Computed): Expression {
    const result = this.#number(number);
    const isSafe = { $lte: [{ $abs: result }, Number.MAX_SAFE_INTEGER] };
    const haveFraction = [number.left, number.right].flatMap((side): Expression[] => {
      if (side.kind === 'value') return Number.isInteger(side.value) ? [] : [true];
      return side.type === 'integer' ? [] : [{ $ne: [this.#number(side), { $floor: this.#number(side) }] }];
    });
    return both({ $ne: [result, null] }, either(isSafe, ...haveFraction));
  }

  #number(side: Comparable): unknown {
    // Mongoose refuses a literal in arithmetic. A number is an expression, too.
    if (side.kind === 'value') return side.value;
    if (side.kind === 'column')
      return { $cond: [this.isStored(side), { $toDouble: this.level.value(side) }, null] };
    const [left, right] = [this.#number(side.left), this.#number(side.right)];
    const divisor = { $cond: [{ $eq: [right, 0] }, null, right] };
    const remainder = { $mod: [left, divisor] };
    switch (side.operator) {
      case '+':
        return { $add: [left, right] };
      case '-':
        return { $subtract: [left, right] };
      case '*':
        return { $multiply: [left, right] };
      case '/':
        return { $divide: [left, divisor] };
      case 'rem':
        return remainder;
      case 'mod': {
        const isOther = { $ne: [{ $lt: [remainder, 0] }, { $lt: [right, 0] }] };
        const isFloored = { $and: [{ $ne: [remainder, 0] }, isOther] };
        return { $cond: [isFloored, { $add: [remainder, right] }, remainder] };
      }
    }
  }
}
