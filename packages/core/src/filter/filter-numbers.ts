import type { Comparable, Scalar } from './condition.js';
import type { RowFilter } from './row-filter.js';

/**
 * Gives equal filters the same number. The order of the parts of `and` and `or` does not count. It keeps every filter in memory, so it must not
 * live longer than the work on one filter.
 */
export class FilterNumbers {
  readonly #known = new Map<RowFilter, number>();
  readonly #byText = new Map<string, number>();

  of(filter: RowFilter): number {
    let number = this.#known.get(filter);
    if (number === undefined) {
      const text = this.#textOf(filter);
      number = this.#byText.get(text) ?? this.#byText.size;
      this.#byText.set(text, number);
      this.#known.set(filter, number);
    }
    return number;
  }

  #textOf(filter: RowFilter): string {
    switch (filter.kind) {
      case 'always':
      case 'never':
        return filter.kind;
      case 'and':
      case 'or':
        return `${filter.kind} ${[...new Set(filter.parts.map((part) => this.of(part)))].sort((a, b) => a - b).join(' ')}`;
      case 'exists':
      case 'none': {
        const { from, relation, to } = filter.step;
        return `${filter.kind} ${from.id} ${JSON.stringify(relation.name)} ${to.id} ${this.of(filter.where)}`;
      }
      case 'count': {
        const { from, relation, to } = filter.step;
        return `count ${from.id} ${JSON.stringify(relation.name)} ${to.id} ${filter.operator} ${textOf(filter.other)}`;
      }
      case 'compare':
        return `compare ${filter.operator} ${filter.order} ${textOf(filter.left)} ${textOf(filter.right)}`;
      case 'computed':
        return `computed ${filter.operator} ${textOf(filter.left)} ${textOf(filter.right)}`;
      case 'computable':
      case 'uncomputable':
        return `${filter.kind} ${textOf(filter.number)}`;
      case 'text':
      case 'not-text':
        return `${filter.kind} ${filter.test} ${textOf(filter.text)} ${textOf(filter.part)}`;
      case 'contains':
      case 'lacks':
        return `${filter.kind} ${textOf(filter.column)} ${filter.item === null ? 'nil' : textOf(filter.item)}`;
      case 'in-set':
      case 'not-in-set': {
        const { row, set } = filter;
        return `${filter.kind} ${row.id} ${set.row.id} ${JSON.stringify(set.key)} ${this.of(set.base)} ${this.of(set.step)}`;
      }
      case 'found-before':
        return `${filter.kind} ${filter.row.id}`;
      case 'in':
      case 'not-in':
        return `${filter.kind} ${textOf(filter.column)} ${filter.values.map(scalarText).sort().join(' ')}`;
      default:
        return `${filter.kind} ${textOf(filter.column)}`;
    }
  }
}

/** Returns a text that is the same for the same column, value or operation. */
export function textOf(operand: Comparable): string {
  if (operand.kind === 'computed')
    return `(${textOf(operand.left)} ${operand.operator} ${textOf(operand.right)})`;
  if (operand.kind === 'value') return `${scalarText(operand.value)} ${operand.microseconds}`;
  const { scope, field, type, nullable } = operand;
  return `${scope.id}.${JSON.stringify(field)} ${type} ${nullable}`;
}

function scalarText(value: Scalar): string {
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (typeof value === 'string') return JSON.stringify(value);
  return `${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`;
}
