import type { DeclaredType } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';

// A condition says for which rows of a type a query holds. Like a query it has three outcomes: true, false and undecided. It is a tree
// of plain data; `toRowFilter` turns it into a filter with two outcomes, from which back ends print a query.

/** A row that a condition is about: the filtered row, or a row of a relation. Several scopes can have the same type. */
export interface Scope {
  readonly id: number;
  readonly type: DeclaredType;
}

/** A value of a query. A decimal is its text, and an integer beyond ±(2^53 − 1) is a `bigint`. */
export type Scalar = string | number | bigint | boolean | Date;
export type ScalarType = 'string' | 'integer' | 'float' | 'decimal' | 'boolean' | 'date';

export interface Column {
  readonly kind: 'column';
  readonly scope: Scope;
  readonly field: string;
  readonly type: ScalarType;
  readonly nullable: boolean;
  /** The only texts that the column may hold, for a field that is declared with `oneOf`. */
  readonly values?: readonly string[];
  /** For a column of lists: whether an element may be `nil`. `type` and `values` are those of the elements. */
  readonly list?: { readonly hasNil: boolean };
  /** For JSON in a column, or a member of it. */
  readonly member?: JsonMember;
  /** For a number that is derived from a column. The field of it is its text in the policy, such as `createdAt.getUTCDay()`. */
  readonly derived?: DerivedNumber;
}

/** A number that a method returns for the date in a column, or the number of the code points of a text. */
export interface DerivedNumber {
  /** The column that holds the date or the text, without its row, which is that of the number. */
  readonly from: Omit<Column, 'scope'>;
  readonly read: DateMethod | 'length';
}
export type DateMethod =
  | 'getUTCFullYear'
  | 'getUTCMonth'
  | 'getUTCDate'
  | 'getUTCDay'
  | 'getUTCHours'
  | 'getUTCMinutes'
  | 'getUTCSeconds'
  | 'getUTCMilliseconds'
  | 'getTime';

/** A place in the JSON of a column. The field of such a column is its path in the policy, such as `meta.level`. */
export interface JsonMember {
  /** The field that holds the JSON. */
  readonly column: string;
  readonly path: readonly string[];
  /** Whether the place holds an object, which only the tests of its type and of `nil` read. */
  readonly isObject: boolean;
  /** Whether it may be absent, which reads as `nil`. */
  readonly isOptional: boolean;
}
export interface ValueOperand {
  readonly kind: 'value';
  readonly value: Scalar;
  /** The microseconds that a date has beyond its milliseconds, for a comparison with the full precision of its column. */
  readonly microseconds?: number;
}
export type Operand = Column | ValueOperand;

/** The result of an arithmetic operation on columns and known numbers. It is a finite number, and not `nil`. */
export interface Computed {
  readonly kind: 'computed';
  readonly operator: '+' | '-' | '*' | '/' | 'mod' | 'rem';
  readonly left: Comparable;
  readonly right: Comparable;
  /** `integer` for a whole number. */
  readonly type: 'integer' | 'float';
  /** The greatest magnitude of a result, and the smallest one except zero, for all values that the columns can have. */
  readonly max: number;
  readonly min: number;
}
export type Comparable = Operand | Computed;

/** A method of a text that looks for another text in it. */
export type TextMethod = 'startsWith' | 'endsWith' | 'includes';

/** A test of a text with another one. `lowers-to`: the text in lower case is the other one, which has only characters of ASCII. */
export type TextTest = TextMethod | 'lowers-to';

/** A relation of the row `from`, whose rows are called `to`. */
export interface RelationStep {
  readonly from: Scope;
  readonly relation: Relation;
  readonly to: Scope;
  /** Whether so many rows have a wanted related row that a back end should test a row by itself. The rows are the same. */
  readonly isWide?: boolean;
}

export type Condition =
  | { readonly kind: 'always' | 'never' | 'undecided' }
  /** From left to right: parts after an undecided part do not count. */
  | { readonly kind: 'and'; readonly parts: readonly Condition[] }
  | { readonly kind: 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  /** The column is read: true, and undecided where it holds a value of another type than its declaration says. */
  | { readonly kind: 'readable'; readonly column: Column }
  /** Equality, in which `nil` equals `nil`. Both operands have one type, or are numbers. */
  | { readonly kind: 'equal'; readonly left: Comparable; readonly right: Comparable }
  | { readonly kind: 'is-nil'; readonly column: Column }
  /** Undecided where an operand is `nil`. Both operands have one type, or are numbers. */
  | {
      readonly kind: 'order';
      readonly operator: '<' | '<=';
      readonly left: Comparable;
      readonly right: Comparable;
    }
  /** An arithmetic operation has a result: true, and undecided where it has none. */
  | { readonly kind: 'computable'; readonly number: Computed }
  /** `values` has one type, no `nil`, no duplicates, and is not empty. */
  | { readonly kind: 'in'; readonly column: Column; readonly values: readonly Scalar[] }
  /** A text contains another one at a place, or is one in lower case. Undecided where `text` is `nil`; `part` is not `nil`. */
  | { readonly kind: 'text'; readonly test: TextTest; readonly text: Operand; readonly part: Operand }
  /**
   * An element of a list equals a value of its type; `null` is `nil`. False where the column holds no list. An element of another type than its
   * declaration says equals nothing.
   */
  | { readonly kind: 'contains'; readonly column: Column; readonly item: Operand | null }
  /** The elements of a list are read: true, and undecided where one of them has another type than its declaration says. */
  | { readonly kind: 'readable-elements'; readonly column: Column }
  /** A boolean column as a condition: undecided where it is `nil`. */
  | { readonly kind: 'is-true'; readonly column: Column }
  /** True when a related row satisfies `where`; undecided when `where` is undecided for a related row. */
  | { readonly kind: 'some'; readonly step: RelationStep; readonly where: Condition }
  /** The same for a relation to one row; undecided when there is no such row. */
  | { readonly kind: 'through'; readonly step: RelationStep; readonly where: Condition }
  /** The number of related rows compared with a whole number. Undecided where `other` is `nil`, but a number never equals `nil`. */
  | {
      readonly kind: 'count';
      readonly step: RelationStep;
      readonly operator: CountOperator;
      readonly other: Operand;
    }
  /** The row is in a set that is defined by recursion. */
  | { readonly kind: 'reaches'; readonly row: Scope; readonly set: RecursiveSet };

/**
 * The rows that satisfy a rule which calls itself for a related row: the smallest set for which `body` holds, where `body` is about `row`
 * and uses the set itself. A row that leads to itself is not in the set by that, and it is not undecided by that, either.
 */
export interface RecursiveSet {
  /** The name of the rule. */
  readonly rule: string;
  readonly row: Scope;
  readonly key: readonly string[];
  body: Condition;
}

/** An operator between the number of related rows and another number. */
export type CountOperator = '=' | '<' | '<=' | '>' | '>=';

export const always: Condition = { kind: 'always' };
export const never: Condition = { kind: 'never' };
export const undecided: Condition = { kind: 'undecided' };

/** Returns the conjunction, simplified where that keeps all three outcomes. */
export function and(...parts: readonly Condition[]): Condition {
  const kept: Condition[] = [];
  for (const part of flattened(parts, 'and')) {
    if (part.kind === 'always') continue;
    kept.push(part);
    // A false or undecided part ends the conjunction. Parts before it can still make it undecided.
    if (part.kind === 'never' || part.kind === 'undecided') break;
  }
  if (kept.length === 0) return always;
  const [first] = kept;
  if (first!.kind === 'never' || kept.length === 1) return first!;
  if (kept.at(-1)!.kind === 'never' && kept.every((part) => isDecided(part))) return never;
  return { kind: 'and', parts: kept };
}

/**
 * Returns the disjunction, simplified where that keeps all three outcomes. A part that is always true does not replace parts that may be
 * undecided: in `not ((true or x) and y)` an undecided `x` makes the whole undecided where `y` is false.
 */
export function or(...parts: readonly Condition[]): Condition {
  const flat = flattened(parts, 'or');
  const holds = flat.some((part) => part.kind === 'always');
  const kept: Condition[] = holds ? [always] : [];
  for (const part of flat) {
    if (part.kind === 'never' || part.kind === 'always' || part.kind === 'undecided') continue;
    if (!holds || !isDecided(part)) kept.push(part);
  }
  if (flat.some((part) => part.kind === 'undecided')) kept.push(undecided);
  if (kept.length === 0) return never;
  return kept.length === 1 ? kept[0]! : { kind: 'or', parts: kept };
}

function flattened(parts: readonly Condition[], kind: 'and' | 'or'): readonly Condition[] {
  if (parts.every((each) => each.kind !== kind)) return parts;
  return parts.flatMap((each) => (each.kind === kind ? each.parts : [each]));
}

export function not(part: Condition): Condition {
  switch (part.kind) {
    case 'always':
      return never;
    case 'never':
      return always;
    case 'undecided':
      return undecided;
    default:
      // An undecided alternative beside one that holds is lost by two negations, so they stay.
      return part.kind === 'not' && isDecided(part.part) ? part.part : { kind: 'not', part };
  }
}

/** Returns a number that is derived from a column, as a column itself. */
export const derivedNumber = ({ scope, ...from }: Column, read: DerivedNumber['read']): Column => ({
  kind: 'column',
  scope,
  field: `${from.field}.${read}${read === 'length' ? '' : '()'}`,
  type: 'integer',
  nullable: false,
  derived: { from, read },
});

export const readable = (column: Column): Condition => ({ kind: 'readable', column });

/** Returns the condition that a related row satisfies `where`. */
export const some = (step: RelationStep, where: Condition): Condition =>
  where.kind === 'never' ? never : { kind: 'some', step, where };

/** Returns the condition that the one related row satisfies `where`. */
export const through = (step: RelationStep, where: Condition): Condition =>
  where.kind === 'undecided' ? undecided : { kind: 'through', step, where };

/** Returns whether a condition is true or false for each row. */
export function isDecided(condition: Condition): boolean {
  switch (condition.kind) {
    case 'always':
    case 'never':
    case 'equal':
    case 'is-nil':
    case 'in':
    case 'contains':
      return true;
    case 'undecided':
    case 'readable':
    case 'readable-elements':
    case 'computable':
    case 'through':
    case 'reaches':
      return false;
    case 'order':
      return !isNullable(condition.left) && !isNullable(condition.right);
    case 'text':
      return !isNullable(condition.text);
    case 'count':
      return condition.operator === '=' || !isNullable(condition.other);
    case 'is-true':
      return !condition.column.nullable;
    case 'and':
    case 'or':
      return condition.parts.every(isDecided);
    case 'not':
      return isDecided(condition.part);
    case 'some':
      return isDecided(condition.where);
  }
}

export const isNullable = (operand: Comparable): boolean => operand.kind === 'column' && operand.nullable;
