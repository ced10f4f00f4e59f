import type { Column, Scalar } from '@nanook/core/filter';
import type { PathColumn } from './describe-path.js';
import {
  bsonTypes,
  isHex,
  possibleValues,
  satisfies,
  storableTest,
  valueTestOf,
  type Constant,
  type Leaf,
  type ValueTest,
} from './leaf.js';
import { all, any, except, nothing, QueryPart, type Match } from './match.js';
import type { Values } from './values.js';

const operators = { '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' } as const;

/** Prints tests of one path with values, in the query language of MongoDB. */
export class PathPrinter {
  constructor(
    readonly values: Values,
    /** The path in the document. */
    readonly path: string,
    readonly column: PathColumn,
  ) {}

  /**
   * Returns the query of a test; `undefined` for a test that needs an expression. Where the document does not have the path, Mongoose shows
   * the default of the path, or no value.
   */
  print(leaf: Leaf): Match | undefined {
    const { missing } = this.column;
    switch (leaf.kind) {
      case 'null':
        return missing === undefined ? this.#absent() : all(this.#stored(true), this.#absent());
      case 'not-null':
      case 'not-nan':
        return this.#orMissing(this.#present(), missing !== undefined);
      case 'readable':
        return this.#readable(leaf.column);
      case 'unreadable':
        return except(this.#readable(leaf.column));
      // Mongoose shows no value for a number that is stored as NaN.
      case 'nan':
        return nothing;
      case 'contains':
      case 'lacks':
      case 'readable-elements':
      case 'unreadable-elements':
        return undefined;
      // A regular expression also finds a list with such an element.
      case 'text':
      case 'not-text':
        return undefined;
      case 'in':
        return this.#orMissing(this.#among(leaf.values), this.#showsOneOf(leaf.values));
      case 'not-in': {
        const isOther = missing !== undefined && !this.#showsOneOf(leaf.values);
        return this.#orMissing(this.#notAmong(leaf.values), isOther);
      }
      case 'compare': {
        const test = valueTestOf(leaf);
        const found = test && this.#test(storableTest(test, this.column));
        const isShown =
          missing !== undefined && test !== undefined && satisfies(missing, test.operator, test.value);
        return found && this.#orMissing(found, isShown);
      }
    }
  }

  #test(test: ValueTest | Constant): Match | undefined {
    if (typeof test === 'string') return test === 'none' ? nothing : this.#present();
    const { operator, value } = test;
    if (operator === '=') return this.#part({ $eq: this.#bound(value) });
    if (operator === '<>') return this.#notAmong([value]);
    if (this.column.form === 'object-id' && !isHex(value)) return undefined;
    return this.#part({ [operators[operator]]: this.#bound(value) });
  }

  #among(values: readonly Scalar[]): Match {
    const possible = possibleValues(values, this.column);
    return possible.length === 0 ? nothing : this.#part({ $in: possible.map((value) => this.#bound(value)) });
  }

  #notAmong(values: readonly Scalar[]): Match {
    const bound = possibleValues(values, this.column).map((value) => this.#bound(value));
    // `$nin` also finds documents without the path.
    return this.#part({ $nin: [...bound, null], ...this.#numbers() });
  }

  /** Returns the query of documents that store a value of the type of the path. A test of a type also finds a list with such an element. */
  #readable({ values }: Column): Match {
    const ofType = values === undefined ? { $type: bsonTypes[this.column.form!] } : { $in: values };
    const isStored = this.#part({ ...ofType, $not: { $type: 'array' } });
    if (this.column.isNullable) return any(isStored, this.#part({ $eq: null }));
    const isNumber = this.column.form === 'number' ? all(isStored, this.#present()) : isStored;
    return this.#orMissing(isNumber, this.column.missing !== undefined);
  }

  #present(): Match {
    return this.#part(this.#numbers() ?? { $ne: null });
  }

  #absent(): Match {
    const numbers = this.#numbers();
    return this.#part(numbers === undefined ? { $eq: null } : { $not: numbers });
  }

  /** Returns the test of a number that is not NaN. Mongoose accepts no infinite number for an `Int32`. */
  #numbers(): object | undefined {
    const { form } = this.column;
    if (form === 'int32') return { $gte: -(2 ** 31) };
    return form === 'number' ? { $gte: -Infinity } : undefined;
  }

  #orMissing(found: Match, isShown: boolean): Match {
    return isShown ? any(found, this.#stored(false)) : found;
  }

  #stored(isStored: boolean): Match {
    return this.#part({ $exists: isStored });
  }

  #showsOneOf(values: readonly Scalar[]): boolean {
    const { missing } = this.column;
    return missing !== undefined && values.some((value) => satisfies(missing, '=', value));
  }

  #bound(value: Scalar): unknown {
    return this.values.stored(value, this.column);
  }

  #part(test: object): Match {
    return new QueryPart({ [this.path]: this.values.trusted(test) });
  }
}
