import type { Column, RelationStep, Scope } from '../filter/condition.js';
import type { RowCondition } from '../filter/row-condition.js';
import { all } from '../filter/row-filter.js';
import { toRowFilter } from '../filter/to-row-filter.js';
import { maskRow } from '../types/masked-row.js';
import { columnsOf, type DeclaredType } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';
import { rowWithRelated, typed } from '../types/typed.js';
import type { FieldMasks } from './field-masks.js';
import type { IncludeBranch, IncludeTree } from './include-tree.js';
import { hasLinks, linkValues, type LinkValues } from './link-values.js';
import type { ListPlanner } from './list-planner.js';
import { copyOf, listFields, maxKeys } from './masked-rows.js';
import type { FieldQuery, ResourceAdapter, ResourceQuery } from './resource-adapter.js';

/** The condition of the rows of a type, and the filters of the fields that they show. */
export interface FoundCondition {
  readonly condition: RowCondition;
  readonly masks: FieldMasks | undefined;
}

/** A row before its related rows are read. */
export interface ReadRow {
  /** The row as the list shows it. */
  readonly row: object;
  /** The row as the adapter returned it. */
  readonly stored: object;
  /** The relations that the row shows. */
  readonly branches: readonly IncludeBranch[];
}

/**
 * Reads the rows of a query, and the related rows that a list includes. Each of the related rows satisfies the condition of its own type, so
 * that a relation shows no row that the actor may not see.
 */
export class RowReader {
  constructor(
    readonly adapter: ResourceAdapter,
    readonly planner: ListPlanner,
    /** Gives a row its type. */
    readonly tagged: (row: object, type: DeclaredType) => object,
    /** Finds the condition of the related rows of a type that the actor may see. */
    readonly findRelated: (type: string, tree: IncludeTree) => Promise<FoundCondition>,
  ) {}

  /**
   * Returns the rows of a query: as the adapter returns them, or copies of the fields that they show. An entity of an ORM would store changes
   * of its related rows, so rows with them are copies, and so are the related rows.
   *
   * @param links the fields by which the caller relates the rows to others; rows do not show them for this reason
   */
  async read(
    query: ResourceQuery,
    masks: FieldMasks | undefined,
    { branches }: IncludeTree,
    links: readonly string[] = [],
  ): Promise<readonly ReadRow[]> {
    const { row: scope } = query.condition;
    const fields = columnsOf(scope.type.fields!);
    if (masks === undefined) {
      const rows = await this.adapter.list(query);
      const isWhole = branches.length === 0 && links.length === 0;
      return rows.map((stored) => ({ row: isWhole ? stored : copyOf(stored, fields), stored, branches }));
    }
    const all = new Set([...links, ...branches.flatMap(({ relation }) => relation.local)]);
    const columns = new Set(fields);
    const selected = { ...query, ...selectionOf(masks, columns, all) };
    const rows = await listFields(this.adapter, selected, this.planner.keyColumns(scope));
    const { shown, conditional } = masks;
    return rows.map(({ row, shows, stored }) => {
      const byRow = conditional.flatMap((mask, i) => (shows[i] === true ? mask.fields : []));
      const visible = new Set([...shown, ...byRow]);
      const copy = copyOf(
        row,
        [...visible].filter((name) => columns.has(name)),
      );
      maskRow(copy, visible);
      return {
        row: copy,
        stored,
        branches: branches.filter(({ relation }) => visible.has(relation.name)),
      };
    });
  }

  /** Adds the related rows to the rows of a type, and returns the rows with their type. */
  async withRelated(rows: readonly ReadRow[], scope: Scope, { branches }: IncludeTree): Promise<object[]> {
    for (const branch of branches)
      // oxlint-disable-next-line no-await-in-loop -- a list uses one connection at a time
      await this.#addRelated(rows, scope, branch);
    const { type } = scope;
    return rows.map(({ row }) =>
      branches.length === 0 ? this.tagged(row, type) : typed(rowWithRelated(type.name), row),
    );
  }

  /** Adds the related rows of one relation to the rows that show it. */
  async #addRelated(rows: readonly ReadRow[], from: Scope, branch: IncludeBranch): Promise<void> {
    const { relation } = branch;
    const local = relation.local.map((field) => this.planner.linkColumn(from, field));
    const showing = rows
      .filter(({ branches }) => branches.includes(branch))
      .map(({ row, stored }) => ({ row, links: this.#links(stored, local, relation) }));
    const related = await this.#related(
      branch,
      from,
      local,
      showing.flatMap(({ links }) => links),
    );
    for (const { row, links } of showing) {
      const found = new Set(links.flatMap(({ text }) => related.get(text) ?? []));
      // A document can have a list of keys in another order.
      const own = [...found].sort((a, b) => a.place - b.place).map((each) => each.row);
      Object.assign(row, { [relation.name]: relation.kind === 'one' ? (own[0] ?? null) : own });
    }
  }

  /** Returns the related rows that the actor may see, by the texts of the keys of the rows that they are related to. */
  async #related(
    branch: IncludeBranch,
    owner: Scope,
    local: readonly Column[],
    links: readonly LinkValues[],
  ): Promise<ReadonlyMap<string, readonly RelatedRow[]>> {
    const found = new Map<string, RelatedRow[]>();
    let place = 0;
    const distinct = [...new Map(links.map((link) => [link.text, link])).values()];
    if (distinct.length === 0) return found;
    const { relation } = branch;
    const { condition, masks } = await this.findRelated(relation.type, branch);
    const foreign = relation.foreign.map((field) => this.planner.linkColumn(condition.row, field));
    const joined =
      relation.through === undefined
        ? undefined
        : await this.#joined({ from: owner, relation, to: condition.row }, local, foreign, distinct);
    const keys = joined === undefined ? distinct : Array.from(joined.values(), ({ link }) => link);
    for (let from = 0; from < keys.length; from += maxKeys) {
      const related = this.planner.related(condition.row, relation, keys.slice(from, from + maxKeys));
      const filter = all(condition.filter, toRowFilter(related));
      if (filter.kind === 'never') break;
      // Without cursors, related rows can hide their key.
      const query = this.planner.query({ ...condition, filter }, {}, undefined);
      // oxlint-disable-next-line no-await-in-loop -- see above
      const read = await this.read(query, masks, branch, relation.foreign);
      // oxlint-disable-next-line no-await-in-loop -- see above
      const rows = await this.withRelated(read, condition.row, branch);
      for (const [i, { stored }] of read.entries()) {
        const row: RelatedRow = { row: rows[i]!, place: place++ };
        for (const { text } of this.#links(stored, foreign, relation))
          for (const key of joined?.get(text)?.owners ?? [text]) {
            const own = found.get(key);
            if (own === undefined) found.set(key, [row]);
            else own.push(row);
          }
      }
    }
    return found;
  }

  /** Returns the keys of related rows in a join table by their texts, each with the texts of the keys that it is joined to. */
  async #joined(
    step: RelationStep,
    local: readonly Column[],
    foreign: readonly Column[],
    links: readonly LinkValues[],
  ): Promise<ReadonlyMap<string, JoinedLink>> {
    const found = new Map<string, JoinedLink>();
    const { from: row } = step;
    for (let from = 0; from < links.length; from += maxKeys) {
      const condition = hasLinks(local, links.slice(from, from + maxKeys));
      const rows = { type: row.type.name, row, condition, filter: toRowFilter(condition) };
      // oxlint-disable-next-line no-await-in-loop -- a list uses one connection at a time
      for (const pair of await this.adapter.joinedKeys!({ step, condition: rows })) {
        const [owner] = linkValues(rowOf(local, pair.local), local);
        const [link] = linkValues(rowOf(foreign, pair.foreign), foreign);
        if (owner === undefined || link === undefined) continue;
        const known = found.get(link.text) ?? { link, owners: new Set() };
        known.owners.add(owner.text);
        found.set(link.text, known);
      }
    }
    return found;
  }

  #links(stored: object, columns: readonly Column[], relation: Relation): readonly LinkValues[] {
    return linkValues(stored, columns, (row, column) => this.adapter.linkValue?.(row, column, relation));
  }
}

/** A related row, and its place in the order of the list. */
interface RelatedRow {
  readonly row: object;
  readonly place: number;
}

/** The key of a related row, and the texts of the keys that a join table joins it to. */
interface JoinedLink {
  readonly link: LinkValues;
  readonly owners: Set<string>;
}

const rowOf = (columns: readonly Column[], values: readonly unknown[]): object =>
  Object.fromEntries(columns.map(({ field }, i) => [field, values[i]]));

/** Returns the columns of a query for fields. Those by which rows are related are read from each row. */
const selectionOf = (
  { shown, conditional }: FieldMasks,
  fields: ReadonlySet<string>,
  links: ReadonlySet<string>,
): Pick<FieldQuery, 'fields' | 'masks'> => ({
  fields: [...new Set([...shown.filter((name) => fields.has(name)), ...links])],
  masks: conditional.map((mask) => ({
    ...mask,
    fields: mask.fields.filter((name) => fields.has(name) && !links.has(name)),
  })),
});
