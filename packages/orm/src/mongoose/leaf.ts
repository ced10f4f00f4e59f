import { operandsOf, type Column, type Operand, type RowFilter, type Scalar } from '@nanook/core/filter';
import type { PathColumn, StoredForm } from './describe-path.js';

/** A filter that compares columns, and has no parts. */
export type Leaf = Extract<
  RowFilter,
  {
    kind:
      | 'compare'
      | 'text'
      | 'not-text'
      | 'contains'
      | 'lacks'
      | 'readable-elements'
      | 'unreadable-elements'
      | 'null'
      | 'not-null'
      | 'readable'
      | 'unreadable'
      | 'nan'
      | 'not-nan'
      | 'in'
      | 'not-in';
  }
>;
export type Compare = Extract<RowFilter, { kind: 'compare' }>;

export const columnsOf = (leaf: Leaf): readonly Column[] =>
  ('column' in leaf ? [leaf.column, 'item' in leaf ? leaf.item : null] : operandsOf(leaf)).filter(isColumn);

const isColumn = (operand: Operand | null): operand is Column => operand?.kind === 'column';

/** The comparison of a column with a value. */
export interface ValueTest {
  readonly column: Column;
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly value: Scalar;
}

/** The type that MongoDB has for the values of a form. */
export const bsonTypes: Readonly<Record<StoredForm, string>> = {
  text: 'string',
  number: 'number',
  int32: 'int',
  boolean: 'bool',
  date: 'date',
  'object-id': 'objectId',
};

/** Returns the comparison with the column on the left; `undefined` for two columns. */
export function valueTestOf({ operator, left, right }: Compare): ValueTest | undefined {
  if (left.kind === 'column')
    return right.kind === 'value' ? { column: left, operator, value: right.value } : undefined;
  if (right.kind === 'column') return { column: right, operator: mirrored[operator], value: left.value };
  throw new Error('bug in Nanook: a comparison of two values in a filter');
}
const mirrored = { '=': '=', '<>': '<>', '<': '>', '<=': '>=' } as const;

/** The outcome of a test that is the same for each value of a column. */
export type Constant = 'all' | 'none';

const int32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
export const isInt32 = (value: Scalar): boolean =>
  Number.isInteger(value) && (value as number) >= int32.min && (value as number) <= int32.max;

/**
 * Returns a test whose value the form of the column can have, or its outcome. Mongoose refuses another number for an `Int32`, and another
 * text for an ObjectId. The order of an ObjectId and another text stays as it is.
 */
export function storableTest(test: ValueTest, { form }: PathColumn): ValueTest | Constant {
  const { operator, value } = test;
  if (form === 'object-id') {
    if (isHex(value) || (operator !== '=' && operator !== '<>')) return test;
    return operator === '=' ? 'none' : 'all';
  }
  if (form !== 'int32' || isInt32(value)) return test;
  const number = Number(value);
  switch (operator) {
    case '=':
      return 'none';
    case '<>':
      return 'all';
    case '<':
    case '<=': {
      const limit = operator === '<' ? Math.ceil(number) - 1 : Math.floor(number);
      if (limit >= int32.max) return 'all';
      return limit < int32.min ? 'none' : { ...test, operator: '<=', value: limit };
    }
    case '>':
    case '>=': {
      const limit = operator === '>' ? Math.floor(number) + 1 : Math.ceil(number);
      if (limit <= int32.min) return 'all';
      return limit > int32.max ? 'none' : { ...test, operator: '>=', value: limit };
    }
  }
}

/** Returns whether a text is the text of an ObjectId. Mongoose also accepts other texts, which equal no text of an ObjectId. */
export const isHex = (value: Scalar): value is string =>
  typeof value === 'string' && /^[0-9a-f]{24}$/.test(value);

/** Returns the values that a column can have. */
export const possibleValues = (values: readonly Scalar[], { form }: PathColumn): readonly Scalar[] =>
  form === 'int32' ? values.filter(isInt32) : form === 'object-id' ? values.filter(isHex) : values;

/** Returns whether the value that documents show for a missing path satisfies a test. */
export function satisfies(shown: Scalar, operator: ValueTest['operator'], value: Scalar): boolean {
  const [left, right] = [shown, value].map((each) => (each instanceof Date ? each.getTime() : each)) as [
    string | number | bigint | boolean,
    string | number | bigint | boolean,
  ];
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left !== right && isInOrder(left, right);
    case '<=':
      return isInOrder(left, right);
    case '>':
      return left !== right && isInOrder(right, left);
    case '>=':
      return isInOrder(right, left);
  }
}

/** Compares texts by code point, as MongoDB does. */
const isInOrder = (
  left: string | number | bigint | boolean,
  right: string | number | bigint | boolean,
): boolean =>
  typeof left === 'string'
    ? Buffer.compare(Buffer.from(left), Buffer.from(right as string)) <= 0
    : left <= right;
