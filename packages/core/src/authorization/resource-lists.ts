import { PolarError } from '../diagnostics/polar-error.js';
import type { RowCondition } from '../filter/row-condition.js';
import type { TypeSets } from '../host/type-set.js';
import { cursorOf, requirePosition } from '../lists/cursor.js';
import type { CountOptions, ListOptions, ResourcePage } from '../lists/list-options.js';
import { ListPlanner } from '../lists/list-planner.js';
import type { ResourceAdapter } from '../lists/resource-adapter.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { TypeTable } from '../types/type-table.js';
import { typed } from '../types/typed.js';
import { validateCountOptions, validateListOptions } from './validate-load-options.js';

/** Finds the condition of the rows of a list. */
type FindCondition = (options: Pick<CountOptions, 'signal'>) => Promise<RowCondition>;

/** Lists and counts rows with the adapter of an authorizer. */
export class ResourceLists {
  readonly #planner: ListPlanner;

  constructor(
    readonly adapter: ResourceAdapter | undefined,
    types: TypeTable,
  ) {
    this.#planner = new ListPlanner(types, adapter);
  }

  async list(find: FindCondition, typeSets: TypeSets, options: ListOptions): Promise<ResourcePage<object>> {
    const adapter = this.#requireAdapter();
    validateListOptions(options);
    const condition = await find(signalOf(options));
    const query = this.#planner.query(condition, options);
    const { take, orderBy, after } = query;
    if (query.condition.filter.kind === 'never' || after?.kind === 'never')
      return { rows: [], next: undefined };
    // One row more shows whether another page exists.
    const found = await adapter.list(take === undefined ? query : { ...query, take: take + 1 });
    const rows = found.slice(0, take).map((row) => tagged(row, condition.row.type, typeSets));
    const last = take === undefined ? undefined : found.slice(0, take).at(-1);
    if (last === undefined) return { rows, next: undefined };
    // Also for the last page, so that a declaration that does not fit the rows is found with few rows.
    requirePosition(last, orderBy);
    const hasNext = found.length > rows.length;
    return { rows, next: hasNext ? await cursorOf(last, query, adapter) : undefined };
  }

  async count(find: FindCondition, options: CountOptions): Promise<number> {
    const adapter = this.#requireAdapter();
    validateCountOptions(options);
    const condition = this.#planner.narrow(await find(signalOf(options)), options.where);
    return condition.filter.kind === 'never' ? 0 : adapter.count(condition);
  }

  #requireAdapter(): ResourceAdapter {
    if (this.adapter === undefined) throw new PolarError('POLAR_LIST_NO_ADAPTER', {});
    return this.adapter;
  }
}

const signalOf = ({ signal }: CountOptions): Pick<CountOptions, 'signal'> =>
  signal === undefined ? {} : { signal };

/** Tags a row, unless its class or its fields show its type. */
const tagged = (row: object, type: DeclaredType, typeSets: TypeSets): object =>
  typeSets.of(row).types.has(type) ? row : typed(type.name, row);
