import { show } from '../../host/show.js';
import { QueryVariable } from '../../terms/query-variable.js';

export type ExpressionOperator =
  | 'And'
  | 'Not'
  | 'Unify'
  | 'Eq'
  | 'Neq'
  | 'Lt'
  | 'Leq'
  | 'Gt'
  | 'Geq'
  | 'In'
  | 'Isa'
  | 'Dot'
  | 'Add'
  | 'Sub'
  | 'Mul'
  | 'Div'
  | 'Mod'
  | 'Rem';

/** The requirement of an answer on a variable that has no single value. The variable itself is named `_this` in it. */
export class Expression {
  constructor(
    readonly operator: ExpressionOperator,
    readonly args: readonly unknown[],
  ) {}

  /** Returns the expression as Polar. Parts that are too long or too deep for a message are replaced by `…`. */
  toString(): string {
    return new Printer().print(this, 0);
  }
}

/** The limits of the text: expressions that share parts repeat them. */
const mostOperators = 100;
const deepest = 25;

class Printer {
  #left = mostOperators;

  print(value: unknown, depth: number): string {
    if (value instanceof QueryVariable) return value.toString();
    if (!(value instanceof Expression)) return show(value);
    if (this.#left-- <= 0 || depth > deepest) return '…';
    const { operator, args } = value;
    const part = (i: number): string => this.print(args[i], depth + 1);
    switch (operator) {
      case 'And':
        return args.length === 0 ? 'true' : this.#conjunction(args, depth);
      case 'Not':
        return `not (${part(0)})`;
      case 'Dot':
        return `${part(0)}.${typeof args[1] === 'string' ? args[1] : `(${part(1)})`}`;
      case 'Isa':
        return `${part(0)} matches ${args[1] as string}`;
      default:
        return `${part(0)} ${symbols[operator]} ${part(1)}`;
    }
  }

  #conjunction(args: readonly unknown[], depth: number): string {
    const parts: string[] = [];
    for (const arg of args) {
      if (this.#left <= 0) {
        parts.push('…');
        break;
      }
      parts.push(this.print(arg, depth + 1));
    }
    return parts.join(' and ');
  }
}

const symbols = {
  Unify: '=',
  Eq: '==',
  Neq: '!=',
  Lt: '<',
  Leq: '<=',
  Gt: '>',
  Geq: '>=',
  In: 'in',
  Add: '+',
  Sub: '-',
  Mul: '*',
  Div: '/',
  Mod: 'mod',
  Rem: 'rem',
};
