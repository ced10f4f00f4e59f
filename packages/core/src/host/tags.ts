import type { DeclaredType, FieldType } from '../types/declared-type.js';
import type { PlainTypeTable } from '../types/plain-type-table.js';
import { findTag } from '../types/typed.js';
import { noTypes } from './discriminators.js';
import type { PendingTest } from './pending-test.js';

/** The number of searches in a long list after which an index of it is built. */
const fewSearches = 32;
const longList = 64;

/** The number of lists after which they have an index together. */
const fewLists = 16;

/** The number of latest rows of a type, and of latest lists, among which a note is not repeated. */
const latest = 4;

/** The number of queries, one after another, after which notes are left out if none of these queries has needed a note. */
const firstPatience = 256;

/** The most notes that are kept for the next query, so that a large query does not keep memory. */
const maxKept = 1_024;

/**
 * The types that declared fields give to plain values during a query: when `Repository.organization` is declared `Organization`, the row
 * that is read from it is one. They last for one query, so that no answer depends on an earlier one.
 *
 * A value is noted when it is read, and the elements of a list are noted as a whole. The notes are searched only when a query needs the type
 * of such a value; most queries never do. If the last queries of compiled code have needed none, the notes about the elements of lists, and about
 * the rows in their fields, are left out, and only their types are kept. A query that needs such a note then ends, and the next ones make all
 * notes again.
 */
export class Tags {
  /** The number of notes of this query. */
  notes = 0;
  /** The rows by their types: first those of the types that this query has used. */
  readonly #rows: TypedRows[] = [];
  #rowTypes = 0;
  readonly #groups = new Map<DeclaredType, Map<string | undefined, TypedRows>>();
  #lists: object[] = [];
  /** The types of the elements of the lists, and the rows of those that are types of the application. */
  #elements: FieldType[] = [];
  #elementRows: (TypedRows | undefined)[] = [];
  #listCount = 0;
  /** The elements of long lists that are searched often. */
  #longLists: Map<object, LongList> | undefined = undefined;
  /** Whether notes about the elements of lists are left out. */
  #leavesOut = false;
  /** Whether this query has such notes, or has left them out. */
  #hasElements = false;
  /** The type of these notes that rules can tell from others, or that there are several such types. */
  #toldElements: DeclaredType | 'several' | undefined = undefined;
  /** The number of queries with notes, one after another, that have not needed notes about the elements of lists. */
  #quiet = 0;
  #patience: number;
  /** The type, and the declared type of the elements of a list, of the last note that this query has left out. */
  #leftOut: DeclaredType | undefined = undefined;
  #leftOutElements: FieldType | undefined = undefined;
  /** The last rows, and declared type of elements with their rows, for which a query has left out a note. Most queries leave out the same. */
  #lastRows: TypedRows | undefined = undefined;
  #lastElements: FieldType | undefined = undefined;
  #lastElementRows: TypedRows | undefined = undefined;
  /** The type of all notes so far that rules can tell from others, or that there are several such types. */
  #told: DeclaredType | 'several' | undefined = undefined;
  #listIndex: ListIndex | undefined = undefined;
  /** Notes that wait until the type of a row is needed, in order, because the first depends on the types of the object that was read. */
  #pendingValues: object[] = [];
  #pendingBases: (object | undefined)[] = [];
  #pendingNotes: (string | FieldType | DeclaredType)[] = [];
  #pendingCount = 0;
  /** The last row whose types were found, and these types. */
  #last: object | undefined = undefined;
  #lastTypes = noTypes;
  /** The last row that was found to have only one type, and this type. */
  #single: object | undefined = undefined;
  #singleType: DeclaredType | undefined = undefined;
  /** The values of promised arguments, in the dialect oso. */
  #promised: WeakSet<object> | undefined = undefined;
  /** The results of predicates that were promised, in the dialect oso. */
  #tests: Map<DeclaredType, Map<unknown, boolean>> | undefined = undefined;
  readonly #ofField = new Map<FieldType, DeclaredType | undefined>();
  /** Lists of one type, so that few are created. */
  readonly #alone = new Map<DeclaredType, readonly DeclaredType[]>();

  /**
   * @param isUntold returns whether a value with another type, too, is treated the same with and without this one
   * @param declaredOf returns the types of an object that declare fields
   * @param restart ends a query that needs a note which was left out; without it, none is left out
   */
  constructor(
    readonly types: PlainTypeTable,
    readonly isUntold: (type: DeclaredType) => boolean = () => false,
    readonly declaredOf: (base: object) => readonly DeclaredType[] = () => [],
    readonly restart?: () => never,
  ) {
    this.#patience = restart === undefined ? Infinity : firstPatience;
  }

  /** True when no value was given a type. */
  get isEmpty(): boolean {
    return this.notes === 0;
  }

  /** Removes all types, so that another query can use this object. */
  clear(): void {
    if (++this.#quiet > this.#patience) this.#leavesOut = true;
    this.#hasElements = false;
    this.#toldElements = undefined;
    this.#leftOut = undefined;
    this.#leftOutElements = undefined;
    for (let i = 0; i < this.#rowTypes; i++) this.#rows[i]!.clear();
    this.#rowTypes = 0;
    this.notes = 0;
    if (this.#listCount > maxKept) {
      this.#lists = [];
      this.#elements = [];
      this.#elementRows = [];
    }
    this.#listCount = 0;
    if (this.#pendingCount > maxKept) {
      this.#pendingValues = [];
      this.#pendingBases = [];
      this.#pendingNotes = [];
    }
    this.#pendingCount = 0;
    this.#longLists = undefined;
    this.#told = undefined;
    this.#listIndex = undefined;
    this.#promised = undefined;
    this.#tests = undefined;
    this.#forget();
  }

  #forget(): void {
    this.#last = undefined;
    this.#single = undefined;
  }

  /** Must be called before the notes are searched. @param type the type that is not searched for */
  #need(type?: DeclaredType): void {
    if (!this.#hasElements) return;
    if (type !== undefined && (this.#toldElements === undefined || this.#toldElements === type)) return;
    this.#quiet = 0;
    if (this.#leavesOut) this.#stopLeavingOut();
  }

  #stopLeavingOut(): never {
    this.#leavesOut = false;
    this.#quiet = 0;
    // Queries that need notes now and then must not end often.
    this.#patience *= 8;
    return this.restart!();
  }

  #leaveOutRow(type: DeclaredType): void {
    if (this.#lastRows?.type !== type) this.#lastRows = this.#rowsOf(type);
    this.#leaveOut(this.#lastRows);
  }

  #leaveOutList(of: FieldType): void {
    if (of.kind === 'list') this.#stopLeavingOut();
    this.#leftOutElements = of;
    if (of !== this.#lastElements) {
      this.#lastElements = of;
      this.#lastElementRows = this.#rowsOf(this.#typeOf(of));
    }
    this.#leaveOut(this.#lastElementRows);
  }

  /** Keeps only the type of a note. Any row may have this type from then on, so that no earlier result is valid. */
  #leaveOut(rows: TypedRows | undefined): void {
    if (rows !== undefined) this.#addType(rows, true);
    this.#hasElements = true;
    this.#leftOut = rows?.type;
    this.notes++;
    this.#forget();
  }

  /** Notes that a value was promised: its class alone does not give it its types in the dialect oso. */
  notePromised(value: unknown): void {
    if (typeof value === 'object' && value !== null) (this.#promised ??= new WeakSet()).add(value);
  }

  wasPromised(value: object): boolean {
    return this.#promised?.has(value) === true;
  }

  /** Notes the promised result of a predicate, so that it is not called again for the value in this query. */
  noteTest({ type, value }: PendingTest, holds: boolean): void {
    this.#tests ??= new Map();
    const tests = this.#tests.get(type) ?? new Map<unknown, boolean>();
    this.#tests.set(type, tests.set(value, holds));
  }

  /** Returns the noted result of a predicate. */
  testOf(type: DeclaredType, value: unknown): boolean | undefined {
    return this.#tests?.get(type)?.get(value);
  }

  /** Returns the types of a value in the order of their declarations. */
  typesOf(value: object): readonly DeclaredType[] {
    this.#need();
    this.#resolve();
    if (value === this.#last) return this.#lastTypes;
    this.#last = value;
    return (this.#lastTypes = this.#findTypes(value));
  }

  /** Checks that fields have given no other type that rules can tell to a row that has this type from a field. */
  isOnly(row: object, type: DeclaredType): boolean {
    this.#resolve();
    if (this.#told === type || (row === this.#single && type === this.#singleType)) return true;
    if (this.#hasOther(row, type)) return false;
    this.#single = row;
    this.#singleType = type;
    return true;
  }

  #hasOther(row: object, type: DeclaredType): boolean {
    this.#need(type);
    for (let i = 0; i < this.#rowTypes; i++) {
      const rows = this.#rows[i]!;
      if (rows.type !== type && !rows.isUntold && rows.contains(row)) return true;
    }
    if (this.#listCount > fewLists)
      return this.#indexedLists()
        .typesOf(row)
        .some((other) => other !== type && !this.#rowsOf(other)!.isUntold);
    for (let i = 0; i < this.#listCount; i++) {
      const other = this.#elementRows[i];
      if (other !== undefined && !other.isUntold && other.type !== type && this.#contains(i, row))
        return true;
    }
    return false;
  }

  elementType(list: object): FieldType | undefined {
    this.#need();
    this.#resolve();
    if (this.#listCount > fewLists) return this.#indexedLists().elementTypes.get(list);
    for (let i = this.#listCount - 1; i >= 0; i--) if (this.#lists[i] === list) return this.#elements[i];
    return undefined;
  }

  /** Gives a value the type of the field from which it was read. */
  tag(value: unknown, type: FieldType): void {
    if (typeof value !== 'object' || value === null) return;
    if (this.#pendingCount > 0) return this.#defer(value, undefined, type);
    if (type.kind === 'list') return this.tagList(value, type.of);
    const of = this.#typeOf(type);
    if (of !== undefined) this.tagRow(value, of);
  }

  /** Gives a row a type of the application. */
  tagRow(row: object, type: DeclaredType): void {
    if (this.#pendingCount > 0) this.#defer(row, undefined, type);
    else if (!Array.isArray(row)) this.#add(row, type);
  }

  /** Gives a row a type of the application. Returns whether fields have certainly given it no other type that rules can tell. */
  note(row: object, type: DeclaredType): boolean {
    if (this.#pendingCount > 0) {
      this.#defer(row, undefined, type);
      return false;
    }
    if (!Array.isArray(row)) this.#add(row, type);
    return this.#told === type || !this.#hasOther(row, type);
  }

  /**
   * Gives a row a type that its object declares for a field, unless the object has a tag of a type without the field. Such a row is a row of this
   * type in the notes, and the tag is read only when the row is found.
   */
  tagUnlessTagged(base: object, field: string, row: object, type: DeclaredType): void {
    if (this.#pendingCount > 0) return this.#defer(row, base, field);
    if (!Array.isArray(row)) this.#add(row, type, field, base);
  }

  /** Gives a value the types that an object declares for the field from which it was read. They are found only when they are needed. */
  tagFrom(base: object, name: string, value: object): void {
    this.#defer(value, base, name);
  }

  #defer(value: object, base: object | undefined, note: string | FieldType | DeclaredType): void {
    if (this.#leavesOut) this.#stopLeavingOut();
    const count = this.#pendingCount++;
    this.#pendingValues[count] = value;
    this.#pendingBases[count] = base;
    this.#pendingNotes[count] = note;
    this.notes++;
  }

  #resolve(): void {
    const count = this.#pendingCount;
    if (count === 0) return;
    this.#pendingCount = 0;
    for (let i = 0; i < count; i++) {
      const [value, base, note] = [this.#pendingValues[i]!, this.#pendingBases[i], this.#pendingNotes[i]!];
      if (typeof note !== 'string') {
        if (note.kind === 'declared-type') this.tagRow(value, note);
        else this.tag(value, note);
        continue;
      }
      for (const { fields } of this.declaredOf(base!)) {
        const field = fields?.get(note);
        if (field !== undefined) this.tag(value, field.type);
      }
    }
  }

  #add(row: object, type: DeclaredType, field?: string, base?: object): void {
    if (field !== undefined && this.#leavesOut) {
      if (type !== this.#leftOut) this.#leaveOutRow(type);
      return;
    }
    if (!this.#rowsOfType(type, field).add(row, base)) return;
    this.notes++;
    if (row === this.#last || row === this.#single) this.#forget();
  }

  /** Gives the elements of a list a type. */
  tagList(list: object, of: FieldType): void {
    if (this.#pendingCount > 0) return this.#defer(list, undefined, { kind: 'list', of, hasNil: false });
    if (this.#leavesOut) {
      if (of !== this.#leftOutElements) this.#leaveOutList(of);
      return;
    }
    const count = this.#listCount;
    for (let i = count - 1; i >= 0 && i >= count - latest; i--)
      if (this.#lists[i] === list && this.#elements[i] === of) return;
    // Most queries read the same lists as the one before.
    const rows = this.#elements[count] === of ? this.#elementRows[count] : this.#rowsOf(this.#typeOf(of));
    if (rows !== undefined) this.#addType(rows, true);
    this.#hasElements = true;
    this.#lists[count] = list;
    this.#elements[count] = of;
    this.#elementRows[count] = rows;
    this.#listCount++;
    this.notes++;
    this.#forget();
    // Patterns and methods of the list also reach the lists in it.
    if (of.kind === 'list' && Array.isArray(list)) for (const element of list) this.tag(element, of);
  }

  #addType({ type, isUntold }: TypedRows, isOfElements: boolean): void {
    if (isUntold) return;
    if (this.#told !== type) this.#told = this.#told === undefined ? type : 'several';
    if (isOfElements && this.#toldElements !== type)
      this.#toldElements = this.#toldElements === undefined ? type : 'several';
  }

  #rowsOf(type: DeclaredType | undefined, field?: string): TypedRows | undefined {
    if (type === undefined) return undefined;
    let fields = this.#groups.get(type);
    if (fields === undefined) this.#groups.set(type, (fields = new Map()));
    let rows = fields.get(field);
    if (rows === undefined)
      fields.set(field, (rows = new TypedRows(type, this.isUntold(type), field, this.types)));
    return rows;
  }

  /** Returns the type of the application that a field gives to a row. */
  #typeOf(field: FieldType): DeclaredType | undefined {
    if (field.kind !== 'named') return undefined;
    if (!this.#ofField.has(field)) {
      const type = this.types.find(field.name);
      this.#ofField.set(field, type?.builtIn === false ? type : undefined);
    }
    return this.#ofField.get(field);
  }

  #findTypes(value: object): readonly DeclaredType[] {
    let found = noTypes;
    for (let i = 0; i < this.#rowTypes; i++) {
      const rows = this.#rows[i]!;
      if (rows.contains(value)) found = this.#with(found, rows.type);
    }
    if (this.#listCount > fewLists) {
      for (const type of this.#indexedLists().typesOf(value)) found = this.#with(found, type);
      return found;
    }
    for (let i = 0; i < this.#listCount; i++) {
      const rows = this.#elementRows[i];
      if (rows !== undefined && this.#contains(i, value)) found = this.#with(found, rows.type);
    }
    return found;
  }

  #contains(i: number, row: object): boolean {
    const list = this.#lists[i]!;
    if (!Array.isArray(list)) return false;
    if (list.length <= longList) return list.includes(row);
    this.#longLists ??= new Map();
    let long = this.#longLists.get(list);
    if (long === undefined) this.#longLists.set(list, (long = new LongList(list)));
    return long.contains(row, list.length);
  }

  #rowsOfType(type: DeclaredType, field: string | undefined): TypedRows {
    for (let i = 0; i < this.#rowTypes; i++) {
      const rows = this.#rows[i]!;
      if (rows.type === type && rows.field === field) return rows;
    }
    return this.#firstOfType(type, field);
  }

  #firstOfType(type: DeclaredType, field: string | undefined): TypedRows {
    const count = this.#rowTypes;
    const known = this.#rows[count];
    // Most queries read rows of the same types as the one before.
    const rows = known?.type === type && known.field === field ? known : this.#rowsOf(type, field)!;
    this.#addType(rows, field !== undefined);
    if (field !== undefined) this.#hasElements = true;
    this.#rowTypes = count + 1;
    return (this.#rows[count] = rows);
  }

  #indexedLists(): ListIndex {
    const index = (this.#listIndex ??= new ListIndex());
    for (; index.size < this.#listCount; index.size++) {
      const list = this.#lists[index.size]!;
      const rows = this.#elementRows[index.size];
      index.elementTypes.set(list, this.#elements[index.size]!);
      if (rows === undefined || !Array.isArray(list)) continue;
      for (const row of list) index.set(row, this.#with(index.typesOf(row), rows.type));
    }
    return index;
  }

  #with(types: readonly DeclaredType[], type: DeclaredType): readonly DeclaredType[] {
    if (types.length > 0) return types.includes(type) ? types : [...types, type].sort((a, b) => a.id - b.id);
    let single = this.#alone.get(type);
    if (single === undefined) this.#alone.set(type, (single = [type]));
    return single;
  }
}

/** Checks that an object to which a declared field gave a type with this field has no tag of a type without it. */
export function declaresField(base: object, field: string, types: PlainTypeTable): boolean {
  const tag = findTag(base);
  return tag === undefined || types.find(tag)?.fields?.has(field) === true;
}

/** The rows to which fields gave one type. */
class TypedRows {
  #rows: object[] = [];
  /** The objects from which the rows were read, if their tags can change the type. */
  #bases: (object | undefined)[] = [];
  #size = 0;
  /** The place of the row that is probably added next: queries read the same rows again, in the same order. */
  #next = 0;
  #long: LongList | undefined = undefined;

  /** @param field the field from which all rows were read, if the tags of their objects can change the type */
  constructor(
    readonly type: DeclaredType,
    readonly isUntold: boolean,
    readonly field: string | undefined,
    readonly types: PlainTypeTable,
  ) {}

  /** Adds a row. Returns false if it is one of the latest, or follows the row before as it did earlier. */
  add(row: object, base: object | undefined): boolean {
    const size = this.#size;
    const next = this.#next;
    if (next < size && this.#rows[next] === row && this.#bases[next] === base) {
      this.#next = next + 1 === size ? 0 : next + 1;
      return false;
    }
    for (let i = size - 1; i >= 0 && i >= size - latest; i--)
      if (this.#rows[i] === row && this.#bases[i] === base) return false;
    this.#rows[size] = row;
    this.#bases[size] = base;
    this.#size = size + 1;
    this.#next = 0;
    return true;
  }

  contains(row: object): boolean {
    if (this.#size > longList) {
      this.#long ??= new LongList(this.#rows);
      if (!this.#long.contains(row, this.#size)) return false;
      if (this.field === undefined) return true;
    }
    // The type of a row is mostly needed soon after it was read.
    for (let i = this.#size - 1; i >= 0; i--) if (this.#rows[i] === row && this.#isDeclared(i)) return true;
    return false;
  }

  #isDeclared(i: number): boolean {
    return this.field === undefined || declaresField(this.#bases[i]!, this.field, this.types);
  }

  clear(): void {
    // The objects of the last query stay alive until the next one, as in the rest of the runtime.
    if (this.#size > maxKept) {
      this.#rows = [];
      this.#bases = [];
    }
    this.#size = 0;
    this.#next = 0;
    this.#long = undefined;
  }
}

/** A list that may be searched often. It can become longer. */
class LongList {
  #searches = 0;
  #elements: Set<unknown> | undefined = undefined;
  /** The number of elements in the index. */
  #indexed = 0;

  constructor(readonly list: readonly unknown[]) {}

  contains(row: object, length: number): boolean {
    const { list } = this;
    if (++this.#searches <= fewSearches) return list.lastIndexOf(row, length - 1) !== -1;
    if (this.#elements === undefined || this.#indexed > length) {
      this.#elements = new Set();
      this.#indexed = 0;
    }
    for (; this.#indexed < length; this.#indexed++) this.#elements.add(list[this.#indexed]);
    return this.#elements.has(row);
  }
}

/** The types of the elements of many lists. */
class ListIndex {
  /** The number of lists in the index. */
  size = 0;
  readonly elementTypes = new Map<object, FieldType>();
  readonly #types = new Map<unknown, readonly DeclaredType[]>();

  typesOf(row: unknown): readonly DeclaredType[] {
    return this.#types.get(row) ?? noTypes;
  }

  set(row: unknown, types: readonly DeclaredType[]): void {
    this.#types.set(row, types);
  }
}

export const createTags = (
  types: PlainTypeTable,
  isUntold?: (type: DeclaredType) => boolean,
  declaredOf?: (base: object) => readonly DeclaredType[],
  restart?: () => never,
): Tags => new Tags(types, isUntold, declaredOf, restart);
