import { PolarError } from '../diagnostics/polar-error.js';
import type { Scope } from '../filter/condition.js';
import { toRowFilter } from '../filter/to-row-filter.js';
import { columnsOf, type DeclaredType } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';
import type { TypeTable } from '../types/type-table.js';
import { typed } from '../types/typed.js';
import { draftValues, type DraftValues } from './draft-values.js';
import { hasLinks, linkValues, type LinkValues } from './link-values.js';
import type { ListPlanner } from './list-planner.js';
import { copyOf } from './masked-rows.js';
import type { ResourceAdapter } from './resource-adapter.js';

/** A new row that is not written yet. */
export interface Draft {
  readonly type: DeclaredType;
  /** The row for a check. Its relations are read from the database when the policy reads them. */
  readonly row: object;
  /** A copy of the values that the application gave. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Makes rows for checks from values that are not written yet. A relation of such a row is a promise of the rows in the database that its
 * foreign key names, which need not be rows that the actor may read. So relations are not enumerable, and no copy of a row has them.
 */
export class Drafts {
  /** The rows that were read, by their type and key, so that a cycle of rows leads to the same row. */
  readonly #rows = new Map<string, object>();
  readonly #queries = new Map<string, Promise<readonly object[]>>();

  constructor(
    readonly adapter: ResourceAdapter,
    readonly planner: ListPlanner,
    readonly types: TypeTable,
  ) {}

  /** Checks the values of a draft. @throws {PolarError} `POLAR_DRAFT_VALUE` */
  valuesOf(type: DeclaredType, given: unknown): DraftValues {
    return draftValues(type, given, this.planner);
  }

  /** Returns the draft of a new row. @throws {PolarError} `POLAR_DRAFT_VALUE` */
  ofNew(type: DeclaredType, given: unknown): Draft {
    const values = this.valuesOf(type, given);
    return { type, row: this.#row(type, values.columns, true), values: values.given };
  }

  /**
   * Returns the draft of a row after a change.
   *
   * @param stored the row as the adapter returned it
   * @throws {PolarError} `POLAR_DRAFT_VALUE` for a change of the key
   */
  ofChange(type: DeclaredType, stored: object, changes: DraftValues): object {
    const before = this.#storedValues(type, stored);
    for (const field of type.key ?? [])
      if (Object.hasOwn(changes.columns, field) && changes.columns[field] !== before[field])
        throw new PolarError('POLAR_DRAFT_VALUE', {
          type: type.name,
          field,
          reason: 'is a part of the key, which cannot change; leave it out, or create another row',
        });
    return this.#row(type, { ...before, ...changes.columns }, false);
  }

  /** Returns whether the database has a row with the key of a draft. Values without the whole key name no row. */
  async exists({ type, values }: Draft): Promise<boolean> {
    if (type.key === undefined || !type.key.every((field) => Object.hasOwn(values, field))) return false;
    const rows = this.planner.allRows(type);
    const key = this.planner.keyColumns(rows.row);
    const links = linkValues(values, key);
    if (links.length === 0) return false;
    return (await this.adapter.count({ ...rows, filter: toRowFilter(hasLinks(key, links)) })) > 0;
  }

  /** @param isNew whether the database will choose the values of absent key fields */
  #row(type: DeclaredType, values: Readonly<Record<string, unknown>>, isNew: boolean): object {
    const columns = columnsOf(type.fields!).filter((name) => Object.hasOwn(values, name));
    const row = typed(type.name, Object.fromEntries(columns.map((name) => [name, values[name]])));
    const { row: scope } = this.planner.allRows(type);
    for (const relation of type.relations.values()) {
      const absent = relation.local.filter((field) => !Object.hasOwn(values, field));
      const isUnborn = isNew && absent.some((field) => type.key?.includes(field));
      const isMany = relation.kind !== 'one';
      if (isUnborn) {
        Object.defineProperty(row, relation.name, { value: isMany ? [] : null });
        continue;
      }
      // Without the property, the policy is undecided where it reads the relation.
      const isKnown = absent.length === 0 && relation.through === undefined;
      const isOptional = type.places.get(relation.name)?.optional === true;
      if (!isKnown && !isOptional) continue;
      const read = (): Promise<unknown> => {
        if (isKnown) return this.#related(scope, relation, values);
        const reason = `is needed for the relation \`${relation.name}\``;
        throw new PolarError('POLAR_DRAFT_VALUE', { type: type.name, field: absent.join(', '), reason });
      };
      let related: Promise<unknown> | undefined;
      Object.defineProperty(row, relation.name, { get: () => (related ??= read()) });
    }
    return row;
  }

  async #related(
    from: Scope,
    relation: Relation,
    values: Readonly<Record<string, unknown>>,
  ): Promise<object | null | readonly object[]> {
    const local = relation.local.map((field) => this.planner.linkColumn(from, field));
    const links = linkValues(values, local);
    const rows = links.length === 0 ? [] : await this.#read(relation, links);
    return relation.kind === 'one' ? (rows[0] ?? null) : rows;
  }

  /** Returns the rows of a relation. The same rows are read once. */
  #read(relation: Relation, links: readonly LinkValues[]): Promise<readonly object[]> {
    const { type: name, foreign, where } = relation;
    const same = JSON.stringify([name, foreign, [...where], links.map(({ text }) => text)]);
    let rows = this.#queries.get(same);
    if (rows === undefined) this.#queries.set(same, (rows = this.#query(relation, links)));
    return rows;
  }

  async #query(relation: Relation, links: readonly LinkValues[]): Promise<readonly object[]> {
    const type = this.types.find(relation.type)!;
    const condition = this.planner.allRows(type);
    const filter = toRowFilter(this.planner.related(condition.row, relation, links));
    if (filter.kind === 'never') return [];
    const query = this.planner.query({ ...condition, filter }, {}, undefined);
    const key = this.planner.keyColumns(condition.row);
    const found = await this.adapter.list(query);
    return found.map((stored) => {
      const values = this.#storedValues(type, stored);
      const id = `${type.name} ${linkValues(values, key).map(({ text }) => text)}`;
      let row = this.#rows.get(id);
      if (row === undefined) this.#rows.set(id, (row = this.#row(type, values, false)));
      return row;
    });
  }

  /** Returns the columns of a row of the adapter, also those of relations that are not properties. */
  #storedValues(type: DeclaredType, stored: object): Record<string, unknown> {
    const values = copyOf(stored, columnsOf(type.fields!));
    const { row } = this.planner.allRows(type);
    for (const relation of type.relations.values())
      for (const field of relation.local) {
        if (Object.hasOwn(values, field)) continue;
        const value = this.adapter.linkValue?.(stored, this.planner.linkColumn(row, field), relation);
        if (value !== undefined) values[field] = value;
      }
    return values;
  }
}
