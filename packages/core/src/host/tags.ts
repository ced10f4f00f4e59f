import type { DeclaredType, FieldType } from '../types/declared-type.js';
import type { TypeTable } from '../types/type-table.js';
import { noTypes } from './discriminators.js';

/** The number of comparisons after which an index is built. */
const fewComparisons = 256;

/** The most notes that are kept for the next query, so that a large query does not keep memory. */
const maxKept = 64;

/**
 * The types that declared fields give to plain values during a query: when `Repository.organization` is declared `Organization`, the row
 * that is read from it is one. They last for one query, so that no answer depends on an earlier one.
 *
 * A value is noted when it is read, and the elements of a list are noted as a whole. The notes are searched only when a query needs the type
 * of such a value; most queries never do.
 */
export class Tags {
  #values: (object | undefined)[] = [];
  #fields: (FieldType | undefined)[] = [];
  #size = 0;
  #comparisons = 0;
  #index: Index | undefined = undefined;

  constructor(readonly types: TypeTable) {}

  /** True when no value was given a type. */
  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** Removes all types, so that another query can use this object. */
  clear(): void {
    if (this.#size > maxKept) {
      this.#values = [];
      this.#fields = [];
    } else for (let i = 0; i < this.#size; i++) this.#values[i] = undefined;
    this.#size = 0;
    this.#comparisons = 0;
    this.#index = undefined;
  }

  /** Returns the types of a value in the order of their declarations. */
  typesOf(value: object): readonly DeclaredType[] {
    if (this.#comparisons > fewComparisons) return this.#indexed().typesOf(value);
    let found = noTypes;
    for (let i = 0; i < this.#size; i++) {
      const field = this.#fields[i]!;
      const noted = this.#values[i]!;
      this.#comparisons += 1;
      if (field.kind === 'named') {
        if (noted === value) found = withType(found, this.types.find(field.name)!);
      } else if (field.kind === 'list' && field.of.kind === 'named' && Array.isArray(noted)) {
        this.#comparisons += noted.length;
        if (noted.includes(value)) found = withType(found, this.types.find(field.of.name)!);
      }
    }
    return found;
  }

  elementType(list: object): FieldType | undefined {
    if (this.#comparisons > fewComparisons) return this.#indexed().elementTypes.get(list);
    for (let i = this.#size - 1; i >= 0; i--) {
      this.#comparisons += 1;
      const field = this.#fields[i]!;
      if (this.#values[i] === list && field.kind === 'list') return field.of;
    }
    return undefined;
  }

  /** Gives a value the type of the field from which it was read. */
  tag(value: unknown, type: FieldType): void {
    if (typeof value !== 'object' || value === null || !this.#isRelevant(value, type)) return;
    const last = this.#size - 1;
    if (last >= 0 && this.#values[last] === value && this.#fields[last] === type) return;
    this.#values[this.#size] = value;
    this.#fields[this.#size] = type;
    this.#size++;
    // Patterns and methods of the list also reach the lists in it.
    if (type.kind === 'list' && type.of.kind === 'list' && Array.isArray(value))
      for (const element of value) this.tag(element, type.of);
  }

  #isRelevant(value: object, type: FieldType): boolean {
    if (type.kind !== 'named') return type.kind === 'list';
    return !Array.isArray(value) && this.types.find(type.name)?.builtIn === false;
  }

  #indexed(): Index {
    const index = (this.#index ??= new Index(this.types));
    for (; index.size < this.#size; index.size++)
      index.add(this.#values[index.size]!, this.#fields[index.size]!);
    return index;
  }
}

/** Many notes, by value. */
class Index {
  /** The number of notes in the index. */
  size = 0;
  readonly elementTypes = new Map<object, FieldType>();
  readonly #types = new Map<unknown, readonly DeclaredType[]>();
  /** Lists of one type, which most values share. */
  readonly #single = new Map<DeclaredType, readonly DeclaredType[]>();

  constructor(readonly types: TypeTable) {}

  typesOf(value: object): readonly DeclaredType[] {
    return this.#types.get(value) ?? noTypes;
  }

  add(value: object, field: FieldType): void {
    if (field.kind === 'named') this.#add(value, this.types.find(field.name)!);
    if (field.kind !== 'list') return;
    this.elementTypes.set(value, field.of);
    const type = field.of.kind === 'named' ? this.types.find(field.of.name) : undefined;
    if (type?.builtIn === false && Array.isArray(value))
      for (const element of value) this.#add(element, type);
  }

  #add(value: unknown, type: DeclaredType): void {
    const known = this.#types.get(value);
    if (known !== undefined) return void this.#types.set(value, withType(known, type));
    let single = this.#single.get(type);
    if (single === undefined) this.#single.set(type, (single = [type]));
    this.#types.set(value, single);
  }
}

const withType = (types: readonly DeclaredType[], type: DeclaredType): readonly DeclaredType[] =>
  types.includes(type) ? types : [...types, type].sort((a, b) => a.id - b.id);
