import type { Column, CountOperator, Operand, Scalar } from '@nanook/core/filter';
import {
  bsonTypes,
  isHex,
  isInt32,
  possibleValues,
  storableTest,
  valueTestOf,
  type Compare,
  type Leaf,
  type ValueTest,
} from './leaf.js';
import type { StoredForm } from './describe-path.js';
import type { Level } from './level.js';
import type { Values } from './values.js';

export type Expression = object | boolean;

export const operators = {
  '=': '$eq',
  '<>': '$ne',
  '<': '$lt',
  '<=': '$lte',
  '>': '$gt',
  '>=': '$gte',
} as const;

/** Prints comparisons as expressions, which can compare two paths. Expressions order absent values too, so each test excludes them. */
export class ExpressionPrinter {
  constructor(
    readonly values: Values,
    readonly level: Level,
  ) {}

  print(leaf: Leaf): Expression {
    switch (leaf.kind) {
      case 'contains':
        return this.#contains(leaf.column, leaf.item);
      case 'lacks':
        return not(this.#contains(leaf.column, leaf.item));
      case 'readable-elements':
        return this.#elementsReadable(leaf.column);
      case 'unreadable-elements':
        return not(this.#elementsReadable(leaf.column));
      case 'null':
        return not(this.present(leaf.column));
      case 'not-null':
      case 'not-nan':
        return this.present(leaf.column);
      case 'readable':
        return this.#readable(leaf.column);
      case 'unreadable':
        return not(this.#readable(leaf.column));
      case 'nan':
        return false;
      case 'in':
        return this.#among(leaf.column, leaf.values);
      case 'not-in':
        return both(this.present(leaf.column), not(this.#among(leaf.column, leaf.values)));
      case 'text':
      case 'not-text':
        return this.#textTest(leaf);
      case 'compare':
        return this.#compare(leaf);
    }
  }

  #compare(leaf: Compare): Expression {
    const test = valueTestOf(leaf);
    if (test !== undefined) return this.#compareValue(test);
    const [left, right] = [leaf.left as Column, leaf.right as Column];
    const isMixed = this.#form(left) !== this.#form(right);
    const sides = [left, right].map((column) => (isMixed ? this.#text(column) : this.level.value(column)));
    return both(this.present(left), this.present(right), { [operators[leaf.operator]]: sides });
  }

  /** A position in a text is counted in code points, in each collation. The server refuses to look for it in another value. */
  #textTest({ kind, test, text, part }: Extract<Leaf, { kind: 'text' | 'not-text' }>): Expression {
    const columns = [text, part].filter((side) => side.kind === 'column');
    const [whole, sought] = [text, part].map((side) =>
      side.kind === 'column' ? this.#text(side) : { $literal: side.value },
    );
    if (test === 'lowers-to') {
      // `$toLower` is exact for ASCII. The sign of Kelvin is the only other character whose lower case is a letter of ASCII.
      const known = { $replaceAll: { input: whole, find: '\u212a', replacement: 'k' } };
      const isAscii = { $eq: [{ $strLenBytes: known }, { $strLenCP: known }] };
      const isEqual = { $and: [isAscii, { $eq: [{ $toLower: known }, sought] }] };
      const isText = both(...columns.map((column) => this.isStored(column)));
      return { $cond: [isText, kind === 'text' ? isEqual : not(isEqual), false] };
    }
    const [length, end] = [{ $strLenCP: sought }, { $strLenCP: whole }];
    const found = { $indexOfCP: [whole, sought] };
    const holds =
      test === 'startsWith'
        ? { $eq: [found, 0] }
        : test === 'includes'
          ? { $gte: [found, 0] }
          : {
              $cond: [
                { $gt: [length, end] },
                false,
                { $gte: [{ $indexOfCP: [whole, sought, { $subtract: [end, length] }] }, 0] },
              ],
            };
    const areTexts = both(...columns.map((column) => this.isStored(column)));
    return { $cond: [areTexts, kind === 'text' ? holds : not(holds), false] };
  }

  #contains(column: Column, item: Operand | null): Expression {
    const some = (test: Expression): Expression => ({
      $anyElementTrue: [{ $map: { ...this.#elements(column), in: test } }],
    });
    if (item === null) return some(elementIsNil);
    const form = this.level.documents.elementForm(column);
    if (item.kind === 'value') {
      const isStorable = form !== 'int32' || isInt32(item.value);
      return (
        isStorable && some(both(isElement(column, form), { $eq: ['$$element', { $literal: item.value }] }))
      );
    }
    const equal = { $eq: ['$$element', this.#text(item)] };
    return both(this.present(item), some(both(isElement(column, form), equal)));
  }

  #elementsReadable(column: Column): Expression {
    const isOwn = isElement(column, this.level.documents.elementForm(column));
    const test = column.list!.hasNil ? either(isOwn, elementIsNil) : isOwn;
    return both(this.#isList(column), {
      $allElementsTrue: [{ $map: { ...this.#elements(column), in: test } }],
    });
  }

  /** A document shows an empty list where none is stored. */
  #isList(column: Column): Expression {
    const value = this.level.value(column);
    return either({ $isArray: [value] }, { $eq: [{ $type: value }, 'missing'] });
  }

  #elements(column: Column): object {
    this.level.documents.elementForm(column);
    const value = this.level.value(column);
    return { input: { $cond: [{ $isArray: [value] }, value, []] }, as: 'element' };
  }

  isStored(column: Column): Expression {
    return { $eq: [{ $type: this.level.value(column) }, bsonTypes[this.#form(column) as StoredForm]] };
  }

  /** Compares the number of related documents with a number. */
  compareCount(count: unknown, operator: CountOperator | '<>', other: Operand): Expression {
    if (other.kind === 'value') return { [operators[operator]]: [count, { $literal: other.value }] };
    return both(this.present(other), { [operators[operator]]: [count, this.level.value(other)] });
  }

  #compareValue(test: ValueTest): Expression {
    const { column } = test;
    const described = this.level.documents.column(column);
    const storable = storableTest(test, described);
    if (storable === 'none') return false;
    if (storable === 'all') return this.present(column);
    const { operator, value } = storable;
    const isText = described.form === 'object-id' && !isHex(value);
    const sides = isText
      ? [this.#text(column), { $literal: value }]
      : [this.level.value(column), { $literal: this.values.stored(value, described) }];
    return both(this.present(column), { [operators[operator]]: sides });
  }

  #among(column: Column, values: readonly Scalar[]): Expression {
    const described = this.level.documents.column(column);
    const bound = possibleValues(values, described).map((value) => this.values.stored(value, described));
    return bound.length === 0 ? false : { $in: [this.level.value(column), { $literal: bound }] };
  }

  /** Finds a value of the type of the path, or one that is absent where it may be. */
  #readable(column: Column): Expression {
    if (column.list !== undefined) {
      const isList = this.#isList(column);
      const isNull = { $in: [{ $type: this.level.value(column) }, { $literal: ['null', 'undefined'] }] };
      return column.nullable ? either(isList, isNull) : isList;
    }
    const { form, isNullable } = this.level.documents.column(column);
    const value = this.level.value(column);
    const type = { $type: value };
    const isStored =
      column.values !== undefined
        ? { $in: [value, { $literal: column.values }] }
        : form === 'number'
          ? { $isNumber: value }
          : { $eq: [type, bsonTypes[form!]] };
    return isNullable
      ? either(isStored, { $in: [type, { $literal: ['null', 'missing', 'undefined'] }] })
      : both(isStored, this.present(column));
  }

  /** Finds a value that is not null, not missing and not NaN. */
  present(column: Column): Expression {
    const value = this.level.value(column);
    switch (this.#form(column)) {
      case 'number':
        return { $gte: [value, { $literal: -Infinity }] };
      case 'int32':
        return { $gte: [value, { $literal: -(2 ** 31) }] };
      default:
        return { $ne: [{ $ifNull: [value, null] }, null] };
    }
  }

  /** Returns the text that a policy reads. */
  #text(column: Column): unknown {
    const value = this.level.value(column);
    return this.#form(column) === 'object-id' ? { $toString: value } : value;
  }

  #form(column: Column): string | undefined {
    return this.level.documents.column(column).form;
  }
}

const elementIsNil: Expression = {
  $in: [{ $type: '$$element' }, { $literal: ['null', 'undefined'] }],
};

/** Tests that an element has its declared type. */
const isElement = ({ values }: Column, form: StoredForm): Expression =>
  values === undefined
    ? { $eq: [{ $type: '$$element' }, bsonTypes[form]] }
    : { $in: ['$$element', { $literal: values }] };

export function both(...parts: readonly Expression[]): Expression {
  if (parts.includes(false)) return false;
  const kept = parts.filter((part) => part !== true);
  if (kept.length === 0) return true;
  return kept.length === 1 ? kept[0]! : { $and: kept };
}

export function either(...parts: readonly Expression[]): Expression {
  if (parts.includes(true)) return true;
  const kept = parts.filter((part) => part !== false);
  if (kept.length === 0) return false;
  return kept.length === 1 ? kept[0]! : { $or: kept };
}

export const not = (part: Expression): Expression => (typeof part === 'boolean' ? !part : { $not: [part] });
