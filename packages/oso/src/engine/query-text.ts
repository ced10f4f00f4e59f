import { Expression } from '../expression.js';
import { Pattern } from '../pattern.js';
import { Predicate } from '../predicate.js';
import { Dict } from '../types.js';
import { Variable } from '../variable.js';
import { operatorSigns } from './operator-signs.js';
import { fromJs, isOpen } from './values.js';

const nameForm = /^[A-Za-z_][A-Za-z0-9_]*$/;
const reserved = new Set(
  'true false inf nan new in cut debug print isa forall if and or not matches type mod rem'.split(' '),
);

/**
 * The text of a query whose arguments contain variables or constraints. Values of the application are variables with a value. Variables whose
 * name a policy cannot write, or that is the name of a constant, get another name.
 */
export class QueryText {
  readonly given = new Map<string, unknown>();
  readonly #names = new Map<string, string>();
  #count = 0;

  constructor(readonly isConstant: (name: string) => boolean) {}

  /** Returns the name of a variable by the name in the text. */
  originalName(name: string): string {
    for (const [original, renamed] of this.#names) if (renamed === name) return original;
    return name;
  }

  /** Returns the text of a term. @param self the variable that replaces `_this` */
  term(value: unknown, self?: string): string {
    if (value instanceof Variable)
      return this.variable(value.name === '_this' && self !== undefined ? self : value.name);
    if (value instanceof Expression) return `(${this.condition(value, self)})`;
    if (value instanceof Pattern) return this.#pattern(value);
    if (Array.isArray(value) && isOpen(value))
      return `[${value.map((each) => this.term(each, self)).join(', ')}]`;
    if (value instanceof Dict && isOpen(value)) return this.#dictionary(value, self);
    const name = `_given${this.#count++}`;
    this.given.set(name, fromJs(value));
    return name;
  }

  call({ name, args }: Predicate): string {
    return `${name}(${args.map((arg) => this.term(arg)).join(', ')})`;
  }

  /** Returns the text of a constraint. */
  condition({ operator, args }: Expression, self?: string): string {
    const isConnective = operator === 'And' || operator === 'Or' || operator === 'Not';
    const part = (i: number): string => {
      const arg = args[i];
      return isConnective && arg instanceof Predicate ? this.call(arg) : this.term(arg, self);
    };
    switch (operator) {
      case 'And':
        return args.length === 0 ? 'true' : args.map((_, i) => part(i)).join(' and ');
      case 'Or':
        return args.length === 0 ? 'false' : args.map((_, i) => part(i)).join(' or ');
      case 'Not':
        return `not ${part(0)}`;
      case 'Dot':
        return `${part(0)}.${typeof args[1] === 'string' && nameForm.test(args[1]) ? args[1] : `(${part(1)})`}`;
      default: {
        const sign = operatorSigns[operator] ?? operator;
        const text = `${part(0)} ${sign} ${part(1)}`;
        return args.length === 3 ? `${part(2)} = ${text}` : text;
      }
    }
  }

  variable(name: string): string {
    let known = this.#names.get(name);
    if (known === undefined) {
      const isUsable = nameForm.test(name) && !reserved.has(name) && !this.isConstant(name);
      known = isUsable ? name : `renamed${this.#count++}`;
      this.#names.set(name, known);
    }
    return known;
  }

  #pattern({ tag = '', fields }: Pattern): string {
    return `${tag}${this.#dictionary(fields)}`;
  }

  #dictionary(dictionary: Dict, self?: string): string {
    const fields = Object.entries(dictionary).map(([key, value]) => `${key}: ${this.term(value, self)}`);
    return `{${fields.join(', ')}}`;
  }
}
