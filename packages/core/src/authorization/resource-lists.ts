import { PolarError } from '../diagnostics/polar-error.js';
import { always } from '../filter/condition.js';
import type { RowCondition } from '../filter/row-condition.js';
import { allRows, type RowFilter } from '../filter/row-filter.js';
import type { TypeSets } from '../host/type-set.js';
import { cursorOf, requirePosition } from '../lists/cursor.js';
import { Drafts } from '../lists/drafts.js';
import { FieldMasks } from '../lists/field-masks.js';
import { includeTree, type IncludeTree } from '../lists/include-tree.js';
import type { CountOptions, ListOptions, ResourcePage } from '../lists/list-options.js';
import { ListPlanner } from '../lists/list-planner.js';
import type { ResourceAdapter } from '../lists/resource-adapter.js';
import { RowReader, type FoundCondition } from '../lists/row-reader.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { TypeTable } from '../types/type-table.js';
import { typed } from '../types/typed.js';
import type { OneOptions } from './query-options.js';
import { validateCountOptions, validateListOptions, validateOneOptions } from './validate-load-options.js';

export { refusalOfRow } from './refusal.js';
export { keyRow } from '../lists/list-planner.js';

/**
 * Finds the condition of the rows of a list, and the filters of its fields if `fieldAction` is an action on them.
 *
 * @param included the relations that the rows show, which are fields as well
 */
export type FindCondition = (
  options: Pick<CountOptions, 'signal'>,
  fieldAction: string | undefined,
  included: readonly string[],
) => Promise<{
  readonly condition: RowCondition;
  readonly fields: ReadonlyMap<string, RowFilter> | undefined;
}>;

/** The conditions of a list, and the types of its rows. */
export interface ListContext {
  /** Finds the condition of the listed rows. */
  readonly find: FindCondition;
  /** Finds the condition of the rows of another type that the actor may see. */
  readonly findRelated: (type: string) => FindCondition;
  readonly typeSets: TypeSets;
}

/** Lists and counts rows with the adapter of an authorizer. */
export class ResourceLists {
  readonly #planner: ListPlanner;

  constructor(
    readonly adapter: ResourceAdapter | undefined,
    readonly types: TypeTable,
  ) {
    this.#planner = new ListPlanner(types, adapter);
  }

  async list(type: DeclaredType, context: ListContext, options: ListOptions): Promise<ResourcePage<object>> {
    const adapter = this.#requireAdapter();
    validateListOptions(options);
    const tree = this.#treeOf(adapter, type, options.include);
    const { condition, masks } = await found(context.find, options, tree);
    const query = this.#planner.query(condition, options, masks);
    const { take, orderBy, after } = query;
    if (query.condition.filter.kind === 'never' || after?.kind === 'never')
      return { rows: [], next: undefined };
    // One row more shows whether another page exists.
    const page = take === undefined ? query : { ...query, take: take + 1 };
    const reader = this.#reader(adapter, context, options);
    const all = await reader.read(page, masks, tree);
    const listed = all.slice(0, take);
    const rows = await reader.withRelated(listed, condition.row, tree);
    const last = take === undefined ? undefined : listed.at(-1)?.stored;
    if (last === undefined) return { rows, next: undefined };
    // Also for the last page, so that a declaration that does not fit the rows is found with few rows.
    requirePosition(last, orderBy);
    const hasNext = all.length > rows.length;
    return { rows, next: hasNext ? await cursorOf(last, query, adapter) : undefined };
  }

  async count(find: FindCondition, options: CountOptions): Promise<number> {
    const adapter = this.#requireAdapter();
    validateCountOptions(options);
    const { condition: allowed, masks } = await found(find, options, noRelations);
    const condition = this.#planner.narrow(allowed, options.where, masks);
    return condition.filter.kind === 'never' ? 0 : adapter.count(condition);
  }

  #treeOf(adapter: ResourceAdapter, type: DeclaredType, paths: readonly string[] = []): IncludeTree {
    return includeTree(type, paths, this.types, adapter.joinedKeys !== undefined);
  }

  /** Returns the row that has a key; `undefined` if the condition does not hold for it, or no row has the key. */
  async one(
    type: DeclaredType,
    context: ListContext,
    key: unknown,
    options: OneOptions,
  ): Promise<object | undefined> {
    const adapter = this.#requireAdapter();
    validateOneOptions(options);
    const tree = this.#treeOf(adapter, type, options.include);
    const { condition, masks } = await found(context.find, options, tree);
    const where = this.#planner.whereKey(condition.row, key);
    const query = this.#planner.query(condition, { where, take: 1 }, masks);
    if (query.condition.filter.kind === 'never') return undefined;
    const reader = this.#reader(adapter, context, options);
    const [one] = await reader.withRelated(await reader.read(query, masks, tree), condition.row, tree);
    return one;
  }

  /** Returns whether a row has a key and satisfies a condition. */
  async has(find: FindCondition, key: unknown, options: Pick<OneOptions, 'signal'>): Promise<boolean> {
    const { condition } = await find(signalOf(options), undefined, []);
    const narrowed = this.#planner.narrow(condition, this.#planner.whereKey(condition.row, key), undefined);
    return narrowed.filter.kind !== 'never' && (await this.#requireAdapter().count(narrowed)) > 0;
  }

  /** Returns the maker of rows for checks of values that are not written yet, for one check. */
  drafts(): Drafts {
    return new Drafts(this.#requireAdapter(), this.#planner, this.types);
  }

  #reader(adapter: ResourceAdapter, { findRelated, typeSets }: ListContext, options: FindOptions): RowReader {
    return new RowReader(
      adapter,
      this.#planner,
      (row, type) => tagged(row, type, typeSets),
      (type, tree) => found(findRelated(type), options, tree),
    );
  }

  #requireAdapter(): ResourceAdapter {
    if (this.adapter === undefined) throw new PolarError('POLAR_LIST_NO_ADAPTER', {});
    return this.adapter;
  }
}

type FindOptions = Pick<CountOptions, 'fields' | 'signal'>;

const noRelations: IncludeTree = { branches: [] };

/** Finds the condition of a list, and the rows that show each field and relation if the list has the option `fields`. */
async function found(
  find: FindCondition,
  options: FindOptions,
  { branches }: IncludeTree,
): Promise<FoundCondition> {
  const included = branches.map(({ relation }) => relation.name);
  const { condition, fields } = await find(signalOf(options), options.fields, included);
  const masks = fields && new FieldMasks(condition.type, options.fields!, condition.filter, fields);
  return { condition, masks };
}

/** Returns a function that finds the condition of all rows of a type. */
export const findAnyRow =
  (find: FindCondition): FindCondition =>
  async (options) => {
    const { condition } = await find(options, undefined, []);
    return { condition: { ...condition, condition: always, filter: allRows }, fields: undefined };
  };

const signalOf = ({ signal }: Pick<CountOptions, 'signal'>): Pick<CountOptions, 'signal'> =>
  signal === undefined ? {} : { signal };

/** Tags a row, unless its class or its fields show its type. */
const tagged = (row: object, type: DeclaredType, typeSets: TypeSets): object =>
  typeSets.of(row).types.has(type) ? row : typed(type.name, row);
