import type { FieldTypeInput } from '@nanook/core';
import { isOneOf, readFieldInput } from '@nanook/core/filter';
import type { ComparedValues, Comparison, ComparisonKind, Operand } from './compared-values.js';
import { isObject, type Row, type TestData } from './test-data.js';

/** The most values of one kind: of one comparison, of one field in other objects. */
const maxValues = 8;
const maxLists = 30;
/** The longest list for a comparison of a length. */
const maxLength = 5;

/**
 * The values that a field can get. They come from the conditions of the policies, at both sides of each limit: for `size < 10` the numbers 9,
 * 10 and 11, for `path.startsWith("/a")` texts with and without the prefix, for `user in note.readers` lists with and without each user.
 */
export class CandidateValues {
  constructor(
    readonly data: TestData,
    readonly compared: ComparedValues,
    readonly declaresTypes: boolean,
  ) {}

  of(row: Row, field: string): readonly unknown[] {
    const current = (row.object as Record<string, unknown>)[field];
    if (this.data.keyOf(row.type).includes(field) && row.key !== undefined)
      return this.#keys(row, field, current);
    const values = this.#valuesOf(row, field, current);
    return [...new Set(values)].filter(
      (value) => value !== current && (value !== null || current !== undefined),
    );
  }

  /** A key takes only values that no other object has: those that a policy names. */
  #keys({ type }: Row, field: string, current: unknown): readonly unknown[] {
    const taken = new Set(
      (type === undefined ? [] : this.data.ofType(type)).map(
        (object) => (object as Record<string, unknown>)[field],
      ),
    );
    const named = this.compared.ofField(field).filter(({ other }) => other.kind === 'constant');
    return [...new Set(named.flatMap((each) => this.#near(each, current)))].filter(
      (value) => typeof value === typeof current && !taken.has(value),
    );
  }

  #valuesOf(row: Row, field: string, current: unknown): readonly unknown[] {
    const comparisons = this.compared.ofField(field);
    const none = this.#canBeNil(row, field, comparisons) ? [null] : [];
    if (typeof current === 'boolean') return [!current, ...none];
    if (Array.isArray(current)) return this.#lists(row, field, current);
    const declared = this.data.declaredField(row.type, field);
    const isAbsent = current === null || current === undefined;
    if (isAbsent && isList(declared)) return this.#lists(row, field, []);
    if (isObject(current) && !(current instanceof Date))
      return [...this.#objectsFor(row, field, current, comparisons), ...none];
    const compared = comparisons.flatMap((each) => this.#near(each, current ?? sampleOf(declared)));
    const others = this.#ofOtherRows(row, field);
    const objects = isAbsent ? this.#objectsFor(row, field, undefined, comparisons) : [];
    const values = [
      ...compared,
      ...others,
      ...objects,
      ...textsOf(declared),
      ...further(current ?? sampleOf(declared)),
    ];
    const fitting = values.filter((value) => fits(value, current, declared));
    const any = fitting.length === 0 && isAbsent && declared === undefined ? ['other'] : [];
    return [...fitting, ...any, ...none];
  }

  /** Without declarations, any field can be `nil`. */
  #canBeNil(row: Row, field: string, comparisons: readonly Comparison[]): boolean {
    const declared = this.data.declaredField(row.type, field);
    if (declared !== undefined) return readFieldInput(declared).nullable;
    if (this.declaresTypes && row.type !== undefined) return false;
    return comparisons.some(({ other }) => other.kind === 'constant' && other.value === null);
  }

  /** Returns values on each side of a comparison. */
  #near({ kind, other }: Comparison, current: unknown): readonly unknown[] {
    if (other.kind === 'unknown') return kind === 'order' ? extremes(current) : [];
    return this.#valuesOfOperand(other)
      .slice(0, maxValues)
      .flatMap((value) => around(kind, value));
  }

  /** Returns the values that one side of a condition has with the fixtures. */
  #valuesOfOperand(operand: Operand): readonly unknown[] {
    switch (operand.kind) {
      case 'constant':
        return [operand.value];
      case 'field':
        return unique([...this.data.rows].map(({ object }) => valueAt(object, operand.field)));
      case 'item':
        return unique(
          [...this.data.rows].flatMap(({ object }) => {
            const list = valueAt(object, operand.list);
            return Array.isArray(list) ? (list as readonly unknown[]) : [];
          }),
        );
      case 'object':
        return this.data.ofType(operand.type);
      case 'parameter':
      case 'unknown':
        return [];
    }
  }

  #objectsFor(
    row: Row,
    field: string,
    current: object | undefined,
    comparisons: readonly Comparison[],
  ): readonly object[] {
    const type = (current && this.data.rowOf(current)?.type) ?? this.data.typeOfField(row.type, field);
    const ofType = type === undefined ? [] : this.data.ofType(type).slice(0, maxValues);
    const added = type === undefined ? undefined : this.data.named[`other${type}`];
    const compared = comparisons.flatMap(({ other }) => this.#valuesOfOperand(other)).filter(isObject);
    const same = compared.filter((value) => type === undefined || this.data.rowOf(value)?.type === type);
    const found = [...same, ...ofType, ...(isObject(added) ? [added] : [])];
    const copies = new Set<object>(current === undefined ? [] : this.data.copiesOf(current));
    return [...new Set(found)].filter((value) => !copies.has(value));
  }

  /** Returns the values of the same field in other objects. */
  #ofOtherRows(row: Row, field: string): readonly unknown[] {
    const values = [...this.data.rows].flatMap(({ object, type }) =>
      object !== row.object && type === row.type && Object.hasOwn(object, field)
        ? [valueAt(object, field)]
        : [],
    );
    return unique(values).slice(0, maxValues);
  }

  #lists(row: Row, field: string, current: readonly unknown[]): readonly unknown[] {
    const items = this.#itemsFor(row, field, current);
    const isIn = new Set(current);
    const further = items.filter((item) => !isIn.has(item));
    const without = current.map((_, i) => current.filter((_item, j) => j !== i));
    const added = further.map((item) => [...current, item]);
    const alone = current.length === 0 ? [] : further.map((item) => [item]);
    const lengths = this.compared
      .ofField('length')
      .flatMap((each) => this.#near(each, 0))
      .filter((length) => typeof length === 'number' && length >= 0 && length <= maxLength);
    const ofLength = unique(lengths).flatMap((length) => {
      const all = [...current, ...further];
      return all.length === 0
        ? []
        : [Array.from({ length: length as number }, (_, i) => all[i % all.length])];
    });
    return [...(current.length > 1 ? [[]] : []), ...without, ...added, ...alone]
      .slice(0, maxLists)
      .concat(ofLength);
  }

  /** Returns the items that a list can have: values that a condition compares with its items, and objects with the fields that it reads. */
  #itemsFor(row: Row, field: string, current: readonly unknown[]): readonly unknown[] {
    const comparisons = this.compared.ofItems(field);
    const sample = current[0] ?? this.#ofOtherRows(row, field).flat()[0];
    const declared = this.data.declaredField(row.type, field);
    const type =
      (isObject(sample) ? this.data.rowOf(sample)?.type : undefined) ??
      this.data.typeOfField(row.type, field);
    const ofOthers = this.#ofOtherRows(row, field).flat();
    const compared = comparisons.flatMap((each) => this.#near(each, sample));
    const isPlain = sample !== undefined ? !isObject(sample) : isPlainItem(declared);
    const objects = isPlain
      ? []
      : type === undefined
        ? []
        : this.data.ofType(type).filter((one) => isKeyed(one, this.data));
    const made = isPlain ? [] : this.#madeItems(field, type, sample);
    const isKnown = this.compared.fields.has(field) || type !== undefined;
    const any = isKnown ? [] : this.#objectsAndKeys();
    const found = [...compared, ...ofOthers, ...objects.slice(0, maxValues), ...made, ...any];
    return unique(found)
      .filter((item) => item !== null && item !== undefined)
      .filter((item) => sample === undefined || isObject(item) === isObject(sample))
      .concat(comparisons.length > 0 && typeof sample === 'string' ? ['other'] : []);
  }

  /** Returns items for a list that only a method of the application reads. */
  #objectsAndKeys(): readonly unknown[] {
    const rows = [...this.data.rows].filter(({ key }) => key !== undefined).slice(0, maxValues);
    return rows.flatMap(({ object, type }) => [
      object,
      ...this.data.keyOf(type).map((field) => valueAt(object, field)),
    ]);
  }

  /** Makes objects with the fields that the policies read of the items of a list. */
  #madeItems(list: string, type: string | undefined, sample: unknown): readonly object[] {
    const fields = [...this.compared.fieldsOfItems(list)];
    if (fields.length === 0) return [];
    const base = isObject(sample) ? sample : {};
    if (isKeyed(base, this.data)) return [];
    let made: Record<string, unknown>[] = [{ ...base }];
    for (const field of fields) {
      const values = this.#valuesOfItemField(type, field, valueAt(base, field));
      if (values.length === 0) continue;
      made = made
        .flatMap((one) => values.map((value) => ({ ...one, [field]: value })))
        .slice(0, 4 * maxValues);
    }
    return made.map((one) => this.data.make(one, type));
  }

  #valuesOfItemField(type: string | undefined, field: string, current: unknown): readonly unknown[] {
    const comparisons = this.compared.ofField(field);
    const ofType = this.data.typeOfField(type, field);
    const values = comparisons.flatMap((each) => this.#near(each, current));
    const objects = ofType === undefined ? [] : this.data.ofType(ofType);
    const declared = this.data.declaredField(type, field);
    const isBoolean = typeof current === 'boolean' || declared === 'Boolean';
    const all = isBoolean ? [true, false] : [...objects, ...values, ...further(current ?? values[0])];
    return unique(all)
      .filter((value) => fits(value, current, declared))
      .slice(0, maxValues);
  }
}

const isList = (declared: FieldTypeInput | undefined): boolean =>
  declared !== undefined && Array.isArray(readFieldInput(declared).type);

/** Returns the texts of a field that is declared with `oneOf`. */
function textsOf(declared: FieldTypeInput | undefined): readonly string[] {
  const type = declared && readFieldInput(declared).type;
  return type !== undefined && isOneOf(type) ? type.oneOf : [];
}

const plainTypes: Readonly<Record<string, unknown>> = {
  Boolean: true,
  Integer: 0,
  Float: 0,
  Decimal: 0,
  Number: 0,
  String: '',
  Date: new Date(0),
};

/** Returns a value of a declared type of plain values; undefined for another type. */
function sampleOf(declared: FieldTypeInput | undefined): unknown {
  if (declared === undefined) return undefined;
  const { type } = readFieldInput(declared);
  if (isOneOf(type)) return type.oneOf[0];
  const name = typeof type === 'function' ? type.name : typeof type === 'string' ? type : '';
  return Object.hasOwn(plainTypes, name) ? plainTypes[name] : undefined;
}

function isPlainItem(declared: FieldTypeInput | undefined): boolean {
  const type = declared && readFieldInput(declared).type;
  return Array.isArray(type) && sampleOf((type as readonly FieldTypeInput[])[0]) !== undefined;
}

/** Whether a value is of the same kind as the current one, or as its declaration. */
function fits(value: unknown, current: unknown, declared: FieldTypeInput | undefined): boolean {
  const sample = current ?? sampleOf(declared);
  if (value === undefined || value === null) return false;
  const texts = textsOf(declared);
  if (texts.length > 0) return texts.includes(value as string);
  if (sample === undefined || sample === null)
    return declared === undefined || sampleOf(declared) !== undefined || isObject(value);
  return sample instanceof Date
    ? value instanceof Date
    : typeof value === typeof sample && !(value instanceof Date);
}

/** Returns values on each side of a limit. */
export function around(kind: ComparisonKind, value: unknown): readonly unknown[] {
  if (typeof value === 'number') return kind === 'order' ? [value, value - 1, value + 1] : [value, value + 1];
  if (typeof value === 'bigint') return [value, value - 1n, value + 1n];
  if (value instanceof Date) return [0, -aDay, aDay].map((by) => new Date(value.getTime() + by));
  if (typeof value === 'boolean') return [value, !value];
  if (typeof value !== 'string') return [value];
  if (kind === 'text') return [value, `${value}x`, `x${value}`, `x${value}x`, ''];
  return kind === 'order' ? [value, value.slice(0, -1), `${value}~`] : [value];
}

/** Returns values that are smaller and larger than those of an application, such as the time. */
function extremes(current: unknown): readonly unknown[] {
  if (current instanceof Date) return ['2000-01-01', '2999-01-01'].map((date) => new Date(date));
  if (typeof current === 'number') return [0, Date.UTC(2999, 0)];
  if (typeof current === 'string') return ['2000-01-01T00:00:00Z', '2999-01-01T00:00:00Z'];
  return [];
}

/** Returns a value that no condition names. */
function further(current: unknown): readonly unknown[] {
  if (typeof current === 'number') return [current + 1];
  if (typeof current === 'string') return ['other'];
  if (current instanceof Date) return extremes(current);
  return [];
}

const isKeyed = (object: object, data: TestData): boolean => data.rowOf(object)?.key !== undefined;

const valueAt = (object: unknown, field: string): unknown => (object as Record<string, unknown>)[field];

const unique = (values: readonly unknown[]): unknown[] =>
  [...new Set(values)].filter((value) => value !== undefined);

const aDay = 24 * 60 * 60 * 1000;
