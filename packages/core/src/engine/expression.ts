import { show } from '../host/show.js';
import { QueryVariable } from './query-variable.js';

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

/** What an answer requires of a variable that has no single value. The variable itself is called `_this` in it. */
export class Expression {
  constructor(
    readonly operator: ExpressionOperator,
    readonly args: readonly unknown[],
  ) {}

  toString(): string {
    const [first, second] = this.args.map(text);
    switch (this.operator) {
      case 'And':
        return this.args.length === 0 ? 'true' : this.args.map(text).join(' and ');
      case 'Not':
        return `not (${first})`;
      case 'Dot':
        return `${first}.${typeof this.args[1] === 'string' ? this.args[1] : `(${second})`}`;
      case 'Isa':
        return `${first} matches ${this.args[1] as string}`;
      default:
        return `${first} ${symbols[this.operator]} ${second}`;
    }
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

const text = (value: unknown): string =>
  value instanceof Expression || value instanceof QueryVariable ? value.toString() : show(value);
