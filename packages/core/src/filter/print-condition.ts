import { assertNever } from '../internal/bug.js';
import {
  and,
  or,
  type Comparable,
  type Condition,
  type RelationStep,
  type Scalar,
  type Scope,
} from './condition.js';

/** The number of values of a list that are printed. */
const maxListed = 8;

/**
 * Prints a condition as a policy would say it: `document.isPublic or document.ownerId = 7`.
 *
 * @param hide returns the text that is printed instead of a value; undefined to print the value
 */
export const printCondition = (condition: Condition, hide?: (value: Scalar) => string | undefined): string =>
  new ConditionPrinter(hide).print(condition);

class ConditionPrinter {
  readonly #hide: ((value: Scalar) => string | undefined) | undefined;
  /** The name or the path of each row. */
  readonly #names = new Map<Scope, string>();
  readonly #taken = new Set<string>();

  constructor(hide: ((value: Scalar) => string | undefined) | undefined) {
    this.#hide = hide;
  }

  print(given: Condition, around?: 'and' | 'or'): string {
    const condition = withoutReads(given);
    switch (condition.kind) {
      case 'always':
      case 'readable':
      case 'readable-elements':
      case 'computable':
        return 'true';
      case 'never':
        return 'false';
      case 'undecided':
        return 'undecided';
      case 'and':
      case 'or': {
        const { kind, parts } = condition;
        const text = parts.map((part) => this.print(part, kind)).join(` ${kind} `);
        return around === undefined || around === kind ? text : `(${text})`;
      }
      case 'not':
        return this.#negation(condition.part);
      case 'equal':
        return `${this.#operand(condition.left)} = ${this.#operand(condition.right)}`;
      case 'is-nil':
        return `${this.#operand(condition.column)} = nil`;
      case 'order':
        return `${this.#operand(condition.left)} ${condition.operator} ${this.#operand(condition.right)}`;
      case 'in':
        return `${this.#operand(condition.column)} in ${this.#listed(condition.values)}`;
      case 'text':
        if (condition.test === 'lowers-to')
          return `${this.#operand(condition.text)}.toLowerCase() = ${this.#operand(condition.part)}`;
        return `${this.#operand(condition.text)}.${condition.test}(${this.#operand(condition.part)})`;
      case 'contains':
        return `${condition.item === null ? 'nil' : this.#operand(condition.item)} in ${this.#operand(condition.column)}`;
      case 'is-true':
        return this.#operand(condition.column);
      case 'some':
      case 'through':
        return this.#related(condition.step, condition.where, around);
      case 'count': {
        const { from, relation } = condition.step;
        const count = `${this.#nameOf(from)}.${relation.name}.length`;
        return `${count} ${condition.operator} ${this.#operand(condition.other)}`;
      }
      case 'reaches':
        return `${condition.set.rule}(${this.#nameOf(condition.row)})`;
      default:
        return assertNever(condition);
    }
  }

  #negation(given: Condition): string {
    const part = withoutReads(given);
    if (part.kind === 'equal') return `${this.#operand(part.left)} != ${this.#operand(part.right)}`;
    if (part.kind === 'is-nil') return `${this.#operand(part.column)} != nil`;
    if (part.kind === 'some' && part.step.relation.kind === 'one' && part.where.kind === 'always')
      return `${this.#nameOf(part.step.from)}.${part.step.relation.name} = nil`;
    return part.kind === 'and' || part.kind === 'or'
      ? `not (${this.print(part)})`
      : `not ${this.print(part, 'or')}`;
  }

  #related({ from, relation, to }: RelationStep, where: Condition, around: 'and' | 'or' | undefined): string {
    const path = `${this.#nameOf(from)}.${relation.name}`;
    if (relation.kind === 'one') {
      this.#names.set(to, path);
      return where.kind === 'always' ? `${path} != nil` : this.print(where, around);
    }
    const name = this.#newName(to);
    this.#names.set(to, name);
    const found = `${name} in ${path}`;
    if (where.kind === 'always') return found;
    const text = `${found} and ${this.print(where, 'and')}`;
    return around === 'or' ? `(${text})` : text;
  }

  #operand(operand: Comparable): string {
    if (operand.kind === 'computed') {
      const { operator } = operand;
      // The operations on the left side of an operator come first.
      const [left, right] = [operand.left, operand.right].map((side, i) =>
        side.kind === 'computed' && precedence[side.operator] < precedence[operator] + i
          ? `(${this.#operand(side)})`
          : this.#operand(side),
      );
      return `${left} ${operator} ${right}`;
    }
    return operand.kind === 'column'
      ? `${this.#nameOf(operand.scope)}.${operand.field}`
      : this.#shown(operand.value);
  }

  #shown(value: Scalar): string {
    return this.#hide?.(value) ?? shown(value);
  }

  #listed(values: readonly Scalar[]): string {
    const rest = values.length - maxListed;
    const first = values.map((value) => this.#shown(value)).slice(0, maxListed);
    return `[${first.join(', ')}${rest > 0 ? `, … ${rest} more` : ''}]`;
  }

  #nameOf(row: Scope): string {
    const known = this.#names.get(row);
    if (known !== undefined) return known;
    const name = this.#newName(row);
    this.#names.set(row, name);
    return name;
  }

  #newName({ type }: Scope): string {
    const base = `${type.name.slice(0, 1).toLowerCase()}${type.name.slice(1)}`;
    let name = base;
    for (let i = 2; this.#taken.has(name); i++) name = `${base}${i}`;
    this.#taken.add(name);
    return name;
  }
}

const precedence = { '+': 0, '-': 0, '*': 1, '/': 1, mod: 1, rem: 1 } as const;

/** Conditions that a policy does not write. They are never false. */
const reads: ReadonlySet<Condition['kind']> = new Set(['readable', 'readable-elements', 'computable']);

/** Leaves out that columns are read: a policy says nothing about values of another type. */
function withoutReads(condition: Condition): Condition {
  switch (condition.kind) {
    case 'and': {
      const others = condition.parts.filter(({ kind }) => !reads.has(kind));
      return and(...others.map(withoutReads));
    }
    case 'or':
      return or(...condition.parts.map(withoutReads));
    default:
      return condition;
  }
}

const shown = (value: Scalar): string =>
  value instanceof Date
    ? `"${value.toISOString()}"`
    : typeof value === 'string'
      ? JSON.stringify(value)
      : String(value);
