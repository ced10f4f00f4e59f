import { isUndecided, PolarError } from '../diagnostics/polar-error.js';
import type { Column, Scope } from '../filter/condition.js';
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

/** A row that is not written yet. */
interface Draft {
  readonly type: DeclaredType;
  /** The row for a check. Its relations are read from the database when the policy reads them. */
  readonly row: object;
  /** The values of its columns. */
  readonly columns: Readonly<Record<string, unknown>>;
  /** Whether the database will choose the values of absent columns. */
  readonly isNew: boolean;
}

/** Checks the action on the row of a draft. @throws the refusal */
type Authorize = (row: object) => Promise<unknown>;

/**
 * Makes the row for a check from values that are not written yet. A relation of such a row is a promise of the rows in the database that its
 * foreign key names, which need not be rows that the actor may read. So relations are not enumerable, and no copy of a row has them. Rows
 * that refer to the draft contain it as it would be written.
 */
export class Drafts {
  /** The rows that were read, by their type and key, so that a cycle of rows leads to the same row. */
  readonly #rows = new Map<string, object>();
  readonly #queries = new Map<string, Promise<readonly object[]>>();
  #draft: Draft | undefined;
  /** The first column that the policy has read, and that has no value. */
  #missing: string | undefined;

  constructor(
    readonly adapter: ResourceAdapter,
    readonly planner: ListPlanner,
    readonly types: TypeTable,
  ) {}

  /**
   * Checks a new row.
   *
   * @returns a copy of its values
   * @throws {PolarError} `POLAR_DRAFT_VALUE`, `POLAR_DRAFT_EXISTS`; the errors of `authorize`
   */
  async checkNew(type: DeclaredType, values: unknown, authorize: Authorize): Promise<DraftValues['given']> {
    const { given, columns } = draftValues(type, values, this.planner);
    const row = this.#row(type, columns, true);
    this.#draft = { type, columns, isNew: true, row };
    try {
      await authorize(row);
    } catch (error) {
      throw this.#missing !== undefined && isUndecided(error)
        ? missing(type, this.#missing, { cause: error })
        : error;
    }
    if (await this.#exists(type, columns)) throw new PolarError('POLAR_DRAFT_EXISTS', { type: type.name });
    return given;
  }

  /**
   * Checks a row after a change.
   *
   * @param read returns the row as the adapter returns it, if the actor may perform the action on it
   * @returns a copy of the changes
   * @throws {PolarError} `POLAR_DRAFT_VALUE`; the errors of `read` and `authorize`
   */
  async checkChange(
    type: DeclaredType,
    changes: unknown,
    read: () => Promise<object>,
    authorize: Authorize,
  ): Promise<DraftValues['given']> {
    const { given, columns: changed } = draftValues(type, changes, this.planner);
    const before = this.#storedValues(type, await read());
    const columns = { ...before, ...changed };
    for (const column of this.planner.keyColumns(this.planner.allRows(type).row))
      if (keyText(columns, [column]) !== keyText(before, [column]))
        throw new PolarError('POLAR_DRAFT_VALUE', {
          type: type.name,
          field: column.field,
          reason: 'is a part of the key, which cannot change; leave it out, or create another row',
        });
    const row = this.#row(type, columns, false);
    this.#draft = { type, columns, isNew: false, row };
    await authorize(row);
    return given;
  }

  /** Returns whether the database has a row with the key of a draft. Values without the whole key name no row. */
  async #exists(type: DeclaredType, columns: Draft['columns']): Promise<boolean> {
    if (type.key === undefined || !type.key.every((field) => Object.hasOwn(columns, field))) return false;
    const rows = this.planner.allRows(type);
    const key = this.planner.keyColumns(rows.row);
    const links = linkValues(columns, key);
    if (links.length === 0) return false;
    return (await this.adapter.count({ ...rows, filter: toRowFilter(hasLinks(key, links)) })) > 0;
  }

  /** @param isNew whether the database will choose the values of absent columns */
  #row(type: DeclaredType, values: Readonly<Record<string, unknown>>, isNew: boolean): object {
    const columns = columnsOf(type.fields!).filter((name) => Object.hasOwn(values, name));
    const row = typed(type.name, Object.fromEntries(columns.map((name) => [name, values[name]])));
    const { row: scope } = this.planner.allRows(type);
    for (const relation of type.relations.values()) {
      const absent = relation.local.filter((field) => !Object.hasOwn(values, field));
      if (isNew && this.#isUnborn(type, relation, absent)) {
        Object.defineProperty(row, relation.name, { value: relation.kind === 'one' ? null : [] });
        continue;
      }
      if (absent.length > 0) this.#addMissing(row, type, relation.name, absent[0]!, isNew);
      // Without the property, the policy is undecided where it reads the relation.
      if (absent.length > 0 || relation.through !== undefined) continue;
      let related: Promise<unknown> | undefined;
      Object.defineProperty(row, relation.name, {
        get: () => (related ??= this.#related(scope, relation, values)),
      });
    }
    if (isNew)
      for (const name of columnsOf(type.fields!))
        if (!(name in row)) this.#addMissing(row, type, name, name, isNew);
    return row;
  }

  /** Adds a property without a value, about which the policy is undecided. */
  #addMissing(row: object, type: DeclaredType, name: string, column: string, isNew: boolean): void {
    const isOptional = type.places.get(name)?.optional === true;
    Object.defineProperty(row, name, {
      get: () => {
        if (isNew) this.#missing ??= column;
        // The policy would read `nil`, but the database can have a default, and an embedded document.
        if (isOptional) throw missing(type, column);
      },
    });
  }

  /** Returns whether no row can refer to a new row by a relation, because the database will choose the key that identifies the new row. */
  #isUnborn(type: DeclaredType, { kind, type: name, local, foreign }: Relation, absent: readonly string[]) {
    const { key = [] } = type;
    const isByKey =
      key.every((field) => local.includes(field)) && key.some((field) => absent.includes(field));
    // A row that has the same key as the related one refers to that row.
    const refersByKey =
      kind === 'one' && (this.types.find(name)!.key ?? []).every((field) => foreign.includes(field));
    return isByKey && !refersByKey;
  }

  /** Reads the rows of a relation. @throws {PolarError} `POLAR_DRAFT_VALUE` if the draft does not tell whether it is one of them */
  #related(
    from: Scope,
    relation: Relation,
    values: Readonly<Record<string, unknown>>,
  ): Promise<object | null | readonly object[]> {
    const local = relation.local.map((field) => this.planner.linkColumn(from, field));
    const links = linkValues(values, local);
    const draft = this.#draft;
    const own = draft !== undefined && this.#isRelated(draft, relation, links) ? [draft.row] : [];
    return this.#read(relation, links).then((stored) => {
      const rows = [...stored, ...own];
      return relation.kind === 'one' ? (rows[0] ?? null) : rows;
    });
  }

  /** Returns whether the draft is one of the rows of a relation. @throws {PolarError} `POLAR_DRAFT_VALUE` if its columns do not tell */
  #isRelated({ type, columns, isNew }: Draft, relation: Relation, links: readonly LinkValues[]): boolean {
    if (relation.type !== type.name) return false;
    const { foreign, where } = relation;
    const absent = foreign.find((field) => !Object.hasOwn(columns, field));
    if (absent !== undefined) {
      // No row refers to a key that the database will choose.
      if (!isNew || type.key?.includes(absent)) return false;
      throw missing(type, absent);
    }
    const { row } = this.planner.allRows(type);
    const own = linkValues(
      columns,
      foreign.map((field) => this.planner.linkColumn(row, field)),
    );
    if (!own.some(({ text }) => links.some((link) => link.text === text))) return false;
    return Array.from(where).every(([field, value]) => {
      if (isNew && !Object.hasOwn(columns, field)) throw missing(type, field);
      return (columns[field] ?? null) === value;
    });
  }

  /** Returns the stored rows of a relation, without the one that the draft changes. The same rows are read once. */
  #read(relation: Relation, links: readonly LinkValues[]): Promise<readonly object[]> {
    if (links.length === 0) return Promise.resolve([]);
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
    const changed = this.#draft?.type === type ? keyText(this.#draft.columns, key) : undefined;
    const rows: object[] = [];
    for (const stored of await this.adapter.list(query)) {
      const values = this.#storedValues(type, stored);
      const text = keyText(values, key)!;
      if (text === changed) continue;
      const id = `${type.name} ${text}`;
      let row = this.#rows.get(id);
      if (row === undefined) this.#rows.set(id, (row = this.#row(type, values, false)));
      rows.push(row);
    }
    return rows;
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

/** Returns a text that is the same for equal keys. */
const keyText = (values: object, key: readonly Column[]): string | undefined =>
  key.every(({ field }) => field in values) ? linkValues(values, key)[0]?.text : undefined;

const missing = ({ name: type }: DeclaredType, field: string, options?: ErrorOptions): PolarError => {
  const reason = 'is missing, and the policy reads it; give the value that the row will have';
  return new PolarError('POLAR_DRAFT_VALUE', { type, field, reason }, undefined, options);
};
