import type { Dialect } from '../dialect/dialect.js';
import type { Span } from '../diagnostics/span.js';
import { dictionaryValue, isDictionary, keysOf } from '../engine/dictionary.js';
import { compareValues, isSameList, type EqualityContext } from '../engine/equality.js';
import { equalityRules } from '../engine/equality-rules.js';
import { hostError } from '../engine/host-error.js';
import { logicTerms } from '../engine/logic-terms.js';
import type { ProgramContext } from '../engine/program-context.js';
import { always, and, never, not, or, type Condition, undecided } from '../filter/condition.js';
import {
  containsCondition,
  equalCondition,
  Incomparable,
  inCondition,
  isNilCondition,
  joinedCondition,
  lowerCaseCondition,
  type Compared,
} from '../filter/comparisons.js';
import { countCondition } from '../filter/count-condition.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import { MissingValue } from '../host/missing-value.js';
import { raw, Reference } from '../host/reference.js';
import { TypeToken, type DeclaredType } from '../types/declared-type.js';
import type { Bindings } from './bindings.js';
import { Pending, type HostReader } from './host-reader.js';
import { rowTypeOf } from './recursion.js';
import type { Rows } from './rows.js';
import { untranslatable, type Place } from './untranslatable.js';
import { twoCounts } from './value-order.js';
import {
  Cell,
  CollectionValue,
  ColumnValue,
  ComputedValue,
  CountValue,
  describeUnknown,
  DictionaryValue,
  isUnknown,
  JoinedTextValue,
  JsonValue,
  ListColumnValue,
  ListValue,
  MadeTextValue,
  ReferenceValue,
  RowValue,
} from './unknown.js';

/** Finds the condition under which two values are equal, as `compareValues` decides it for values that are known. */
export class ValueEquality {
  readonly #known: EqualityContext;

  constructor(
    readonly context: ProgramContext,
    readonly host: HostReader,
    readonly rows: Rows,
    readonly bindings: Bindings,
  ) {
    this.#known = {
      equality: context.equality,
      rules: equalityRules,
      operators: context.operators,
      typeOf: (value) => host.typeSets.of(value),
      typeSets: host.typeSets,
      budget: host.budget,
      settled: (value) => host.settled(value),
      terms: logicTerms,
    };
  }

  /** Returns the condition that two values are equal. @param binds whether a variable takes the value of the other side */
  equal(leftGiven: unknown, rightGiven: unknown, at: Place, binds: boolean): Condition {
    const left = this.bindings.deref(leftGiven);
    const right = this.bindings.deref(rightGiven);
    if (left === right && isUnknown(left) && !(left instanceof ColumnValue)) return always;
    if (left instanceof Cell || right instanceof Cell) {
      if (!binds)
        throw untranslatable(
          'a comparison of a variable that has no value yet',
          'give it a value before',
          at,
        );
      if (left instanceof Cell) this.bindings.bind(left, right);
      else this.bindings.bind(right as Cell, left);
      return always;
    }
    if (isSameList(left, right)) return always;
    return this.#equalValues(this.#opened(left, at), this.#opened(right, at), at, binds);
  }

  #equalValues(left: unknown, right: unknown, at: Place, binds: boolean): Condition {
    if (left instanceof MissingValue || right instanceof MissingValue) return undecided;
    if (!isUnknown(left))
      return isUnknown(right) ? this.equal(right, left, at, binds) : this.#equalKnown(left, right, at.span);
    if (left instanceof ListColumnValue || right instanceof ListColumnValue)
      throw untranslatable(
        `the list in the column \`${(left instanceof ListColumnValue ? left : (right as ListColumnValue)).column.field}\` as a value`,
        'look for its elements with `in`',
        at,
      );
    for (const side of [left, right])
      if (side instanceof JsonValue)
        throw untranslatable(`${describeUnknown(side)} as a value`, 'compare its members', at);
    if (left instanceof MadeTextValue) return this.#equalMadeText(left, right, at);
    if (right instanceof MadeTextValue) return this.#equalMadeText(right, left, at);
    if (left instanceof CollectionValue || right instanceof CollectionValue)
      throw untranslatable(
        `the related rows \`${(left instanceof CollectionValue ? left : (right as CollectionValue)).relation.name}\` as a value`,
        'use `in`, or `forall`',
        at,
      );
    if (
      left instanceof ListValue ||
      left instanceof DictionaryValue ||
      right instanceof ListValue ||
      right instanceof DictionaryValue
    )
      return this.#equalParts(left, right, at, binds);
    if (left instanceof CountValue) return this.#equalCount(left, right, at);
    if (right instanceof CountValue) return this.#equalCount(right, left, at);
    if (left instanceof ComputedValue) return this.#equalComputed(left, right, at);
    if (right instanceof ComputedValue) return this.#equalComputed(right, left, at);
    if (left instanceof ColumnValue) {
      if (left.column.type === 'date') this.#rejectFunction(at);
      if (right instanceof ColumnValue) {
        if (right.column.type === 'date') this.#rejectFunction(at);
        return equalCondition(left.column, right.column);
      }
      if (right instanceof RowValue || right instanceof ReferenceValue)
        return this.#equalRow(right, left, at);
      this.#rejectEquality(right, at);
      return equalCondition(left.column, { kind: 'known', value: this.host.settled(right) });
    }
    if (left instanceof RowValue || left instanceof ReferenceValue) return this.#equalRow(left, right, at);
    throw untranslatable('this comparison', 'compare columns or rows', at);
  }

  #equalMadeText(text: MadeTextValue, other: unknown, at: Place): Condition {
    if (other instanceof ColumnValue || other instanceof MadeTextValue)
      throw untranslatable(
        `${describeUnknown(text)} compared with ${describeUnknown(other)}`,
        'compare it with a known text, or store the text as a column',
        at,
      );
    // No other value that depends on a row is a text.
    if (isUnknown(other)) return never;
    this.#rejectEquality(other, at);
    try {
      const value = this.host.settled(other);
      return text instanceof JoinedTextValue
        ? joinedCondition(text, value)
        : lowerCaseCondition(text.column, value);
    } catch (error) {
      throw error instanceof Incomparable ? untranslatable(error.construct, error.instead, at) : error;
    }
  }

  #equalComputed({ number }: ComputedValue, other: unknown, at: Place): Condition {
    if (other instanceof ColumnValue) return equalCondition(number, other.column);
    if (other instanceof ComputedValue) return equalCondition(number, other.number);
    // No row is a number.
    if (isUnknown(other)) return never;
    this.#rejectEquality(other, at);
    return equalCondition(number, { kind: 'known', value: this.host.settled(other) });
  }

  #equalCount(count: CountValue, other: unknown, at: Place): Condition {
    if (other instanceof RowValue || other instanceof ReferenceValue) return never;
    if (!isUnknown(other)) this.#rejectEquality(other, at);
    try {
      if (other instanceof CountValue) throw twoCounts(count, other);
      const compared: Compared =
        other instanceof ColumnValue
          ? other.column
          : other instanceof ComputedValue
            ? other.number
            : { kind: 'known', value: this.host.settled(other) };
      return countCondition(count.step, '=', compared);
    } catch (error) {
      throw error instanceof Incomparable ? untranslatable(error.construct, error.instead, at) : error;
    }
  }

  /** Returns the elements of a list that was read from a declared field, or any other value unchanged. */
  #opened(value: unknown, at: Place): unknown {
    if (!Array.isArray(raw(value)) || !(value instanceof Reference)) return value;
    const elements = this.host.elements(value, at.span)!;
    return elements.find((each) => each instanceof MissingValue) ?? elements;
  }

  /** Returns the condition that a value is an element of the list in a column. */
  contains({ column }: ListColumnValue, given: unknown, at: Place): Condition {
    const item = this.bindings.deref(given);
    if (isUnknown(item) && !(item instanceof ColumnValue))
      throw untranslatable(
        `\`in\` over the column \`${column.field}\` with ${describeUnknown(item)}`,
        'write a known value, or a column, before `in`',
        at,
      );
    if (!isUnknown(item)) this.#rejectEquality(item, at);
    try {
      return containsCondition(
        column,
        isUnknown(item) ? item.column : { kind: 'known', value: this.host.settled(item) },
      );
    } catch (error) {
      throw error instanceof Incomparable ? untranslatable(error.construct, error.instead, at) : error;
    }
  }

  /** Returns whether values can be compared with a column by one condition. */
  isSimple({ column }: ColumnValue, values: readonly unknown[]): boolean {
    const isFunction = typeof this.context.equality === 'function';
    if (isFunction && column.type === 'date') return false;
    return !values.some(
      (each) =>
        isUnknown(each) || (isObjectOrFunction(each) && (isFunction || !((each as object) instanceof Date))),
    );
  }

  /**
   * Returns the condition that a row is one of many known values, as one condition on its key. Undefined where each of them has to be
   * compared.
   */
  among(row: unknown, values: readonly unknown[], at: Place): Condition | undefined {
    const name = rowTypeOf(row);
    const type = name === undefined ? undefined : this.context.program.types.find(name);
    if (type?.key?.length !== 1 || type.equals !== undefined || typeof this.context.equality === 'function')
      return undefined;
    const [key] = type.key as [string];
    const relation = row instanceof ReferenceValue ? row.relation : undefined;
    if (relation !== undefined && (relation.foreign.length !== 1 || relation.foreign[0] !== key))
      return undefined;
    const known: unknown[] = [];
    let allowsNil = false;
    for (const each of values) {
      if (isUnknown(each)) return undefined;
      const value = this.host.settled(each);
      if (value === null) allowsNil = true;
      if (typeof value !== 'object' || value === null) continue;
      if (!this.host.typeOf(value, at.span).types.has(type)) return undefined;
      const id = this.host.attribute(value, key, at.span);
      if (contradicts(id)) return undefined;
      if (!(id instanceof MissingValue) && id !== null) known.push(id);
    }
    if (row instanceof RowValue) return inCondition(this.rows.column(row.scope, key)!, known);
    const { from } = row as ReferenceValue;
    const isPresent = this.rows.isPresent(from, relation!);
    const isAmong = and(inCondition(this.rows.column(from, relation!.local[0]!)!, known), isPresent);
    return allowsNil ? or(isAmong, not(isPresent)) : isAmong;
  }

  #equalKnown(left: unknown, right: unknown, span: Span): Condition {
    try {
      const compared = compareValues(left, right, this.#known);
      if (compared.kind === 'waits') throw new Pending(compared.on);
      return compared.kind === 'equal' ? always : never;
    } catch (error) {
      if (error instanceof MissingValue) return undecided;
      throw error instanceof Pending ? error : hostError(error, 'comparing two values', span);
    }
  }

  /** A function that decides equality may say that a value of any type equals an object. */
  #rejectEquality(other: unknown, at: Place): void {
    if (typeof other === 'object' ? other !== null : typeof other === 'function') this.#rejectFunction(at);
  }

  #rejectFunction(at: Place): void {
    if (typeof this.context.equality === 'function')
      throw untranslatable('equality that a function decides', 'declare a `key`', at);
  }

  /** A discriminator can give one type to rows that are declared as two types, and then their keys decide. */
  #rejectSharedType(type: DeclaredType, others: ReadonlySet<DeclaredType>, at: Place): void {
    const shared = [...this.rows.typesOf(type)].find(
      (each) => each.discriminator !== undefined && others.has(each),
    );
    if (shared !== undefined)
      throw untranslatable(
        `whether a row of \`${type.name}\` equals a row that is declared as another type, when both are of the type \`${shared.name}\``,
        'compare their keys',
        at,
      );
  }

  #columnIsNoRow({ column }: ColumnValue, row: RowValue | ReferenceValue): Condition {
    if (row instanceof RowValue) return never;
    return and(isNilCondition(column), not(this.rows.isPresent(row.from, row.relation)));
  }

  #equalRow(row: RowValue | ReferenceValue, otherGiven: unknown, at: Place): Condition {
    const type =
      row instanceof RowValue ? row.scope.type : this.context.program.types.find(row.relation.type)!;
    const other = isUnknown(otherGiven) ? otherGiven : this.host.settled(otherGiven);
    this.#rejectFunction(at);
    if (other instanceof ColumnValue) return this.#columnIsNoRow(other, row);
    if (other === null)
      return row instanceof RowValue ? never : not(this.rows.isPresent(row.from, row.relation));
    this.#rejectEquality(other, at);
    const otherType =
      other instanceof RowValue
        ? other.scope.type
        : other instanceof ReferenceValue
          ? this.context.program.types.find(other.relation.type)!
          : undefined;
    if (otherType === undefined && (typeof other !== 'object' || other === null)) return never;
    if (type.equals !== undefined)
      throw untranslatable(
        `the equality that \`${type.name}\` declares with \`equals\``,
        'declare a `key`',
        at,
      );
    // The type itself is the resource of a rule about *create*.
    if (other instanceof TypeToken) return never;
    if (type.key === undefined) {
      if (otherType === undefined && this.#isOfOtherType(type, other, at)) return never;
      throw untranslatable(
        `the equality of rows of \`${type.name}\`, which declares no key`,
        "declare its `key`, such as key: 'id'",
        at,
      );
    }
    if (otherType !== undefined) {
      const isShared = otherType === type;
      if (isShared) return this.rows.areSame(row, other as RowValue | ReferenceValue, type.key);
      this.#rejectSharedType(type, this.rows.typesOf(otherType), at);
      if (!(row instanceof ReferenceValue && other instanceof ReferenceValue)) return never;
      return and(
        not(this.rows.isPresent(row.from, row.relation)),
        not(this.rows.isPresent(other.from, other.relation)),
      );
    }
    const others = this.host.typeOf(other, at.span);
    if (!others.types.has(type)) {
      if (
        type.class === undefined &&
        !others.isRegistered &&
        isDictionary(other, this.host.typeSets.types.dialect)
      )
        throw untranslatable(
          'a row compared with a plain object of no declared type',
          "give the object its type with typed('…', object)",
          at,
        );
      this.#rejectSharedType(type, others.types, at);
      return never;
    }
    const values = new Map(type.key.map((key) => [key, this.host.attribute(other, key, at.span)]));
    if ([...values.values()].some(contradicts)) return undecided;
    if ([...values.values()].some((value) => value instanceof MissingValue)) return never;
    return this.rows.hasKey(row, type.key, (key) => ({ kind: 'known', value: values.get(key) }));
  }

  /** Returns whether a known value has declared types, by its class or its tag, but none that rows of a type can have. */
  #isOfOtherType(type: DeclaredType, value: unknown, at: Place): boolean {
    const { isRegistered, types } = this.host.typeOf(value, at.span);
    // A function or a discriminator can give its type to any row.
    const isOther = (each: DeclaredType): boolean =>
      each.builtIn || (each !== type && each.is === undefined && each.discriminator === undefined);
    return this.context.equality === 'identity' && isRegistered && [...types].every(isOther);
  }

  /** Lists and dictionaries that the policy wrote, with unknown values in them. */
  #equalParts(left: unknown, right: unknown, at: Place, binds: boolean): Condition {
    const leftItems = itemsOf(left);
    const rightItems = itemsOf(right);
    if (leftItems !== undefined && rightItems !== undefined)
      return this.#equalItems(leftItems, rightItems, at, binds);
    const { dialect } = this.host.typeSets.types;
    const leftEntries = entriesOf(left, dialect);
    const rightEntries = entriesOf(right, dialect);
    if (leftEntries !== undefined && rightEntries !== undefined) {
      if (
        leftEntries.size !== rightEntries.size ||
        [...leftEntries.keys()].some((key) => !rightEntries.has(key))
      )
        return never;
      return this.#allEqual(
        [...leftEntries].map(([key, value]) => [value, rightEntries.get(key)]),
        at,
        binds,
      );
    }
    const row = [left, right].find((each) => each instanceof RowValue || each instanceof ReferenceValue);
    if (row !== undefined)
      throw untranslatable('a row compared with a list or dictionary', 'compare its fields', at);
    return never;
  }

  #equalItems(left: Items, right: Items, at: Place, binds: boolean): Condition {
    const shared = Math.min(left.items.length, right.items.length);
    const pairs: [unknown, unknown][] = [];
    for (let i = 0; i < shared; i++) pairs.push([left.items[i], right.items[i]]);
    for (const [more, less] of [
      [left, right],
      [right, left],
    ] as const) {
      if (more.items.length === shared && (less.items.length > shared || more.rest === undefined)) continue;
      if (less.items.length > shared) continue;
      if (more.items.length === shared) {
        if (less.rest === undefined && more.rest !== undefined) pairs.push([more.rest, []]);
        else if (less.rest !== undefined && more.rest !== undefined && more === left)
          pairs.push([more.rest, less.rest]);
        continue;
      }
      if (less.rest === undefined) return never;
      pairs.push([less.rest, new ListValue(more.items.slice(shared), more.rest)]);
    }
    return this.#allEqual(pairs, at, binds);
  }

  #allEqual(pairs: readonly (readonly [unknown, unknown])[], at: Place, binds: boolean): Condition {
    const parts: Condition[] = [];
    for (const [left, right] of pairs) {
      const part = this.equal(left, right, at, binds);
      if (part.kind === 'never') return never;
      parts.push(part);
    }
    return and(...parts);
  }
}

interface Items {
  readonly items: readonly unknown[];
  readonly rest: Cell | undefined;
}
const itemsOf = (value: unknown): Items | undefined =>
  value instanceof ListValue ? value : Array.isArray(value) ? { items: value, rest: undefined } : undefined;

function entriesOf(value: unknown, dialect: Dialect): Map<string, unknown> | undefined {
  if (value instanceof DictionaryValue) return new Map(value.keys.map((key, i) => [key, value.values[i]]));
  return !isUnknown(value) && isDictionary(value, dialect)
    ? new Map(keysOf(value, dialect).map((key) => [key, dictionaryValue(value, key)]))
    : undefined;
}

/** Returns whether a key contradicts its declaration. A key that is not loaded does not. */
const contradicts = (key: unknown): boolean =>
  key instanceof MissingValue && key.code === 'POLAR_UNDECIDED_FIELD_TYPE';
