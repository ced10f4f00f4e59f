import type { JoinedKeys, JoinedKeysQuery, ResourceQuery, SortKey, TypeDeclaration } from '@nanook/core';
import type { Column, RowCondition } from '@nanook/core/filter';
import { raw, type EntityMetadata, type MikroORM, type RawQueryFragment } from '@mikro-orm/core';
import { requireCondition } from '../errors/require-condition.js';
import { EntityNames } from '../metadata/entity-names.js';
import { typesFromTables } from '../metadata/types-from-tables.js';
import { dialects, type Dialect } from '../sql/dialect.js';
import { partsOf, type BoundValue, type Fragment } from '../sql/fragment.js';
import { microsecondsOf } from '../sql/microseconds.js';
import { printFilter } from '../sql/print-filter.js';
import { nullsOf, orderTerms } from '../sql/print-order.js';
import { joinedKeys } from '../sql/joined-keys.js';
import { probed, probedPage } from '../sql/probe-sets.js';
import { dialectOf } from './columns.js';
import { entityTables, type MikroOrmOptions } from './entity-tables.js';

export interface MikroOrmPlace {
  /**
   * The name of the filtered entity in the query: the alias of a joined entity in a query builder, or the name of the table in an update or
   * a delete. By default the alias that MikroORM gives to the entity whose condition this is.
   */
  readonly alias?: string;
}

/** A condition that MikroORM accepts wherever it accepts conditions on an entity. */
export type MikroOrmWhere = Readonly<Record<symbol, readonly never[]>>;

/**
 * Makes a function that turns conditions of `authorizer.where` into conditions of MikroORM. The dialect and the names come from the
 * metadata of the entities, which is read for the first condition.
 *
 * @throws {NanookOrmError} when the declared types do not agree with the columns, for the first condition of a type
 * @example
 * const list = mikroOrm(orm);
 * const condition = await authorizer.where(user, 'read', 'Document');
 * await em.findAndCount(Document, { $and: [list(condition), { status: 'open' }] }, { orderBy: { id: 'asc' }, limit: 20 });
 */
export function mikroOrm(
  orm: MikroORM,
  options: MikroOrmOptions = {},
): (condition: RowCondition, place?: MikroOrmPlace) => MikroOrmWhere {
  let printer: MikroOrmPrinter | undefined;
  return (condition, { alias } = {}) => {
    printer ??= new MikroOrmPrinter(orm, options);
    // A fragment becomes a symbol when it is the key of a property.
    return { [printer.print(requireCondition(condition), alias) as unknown as symbol]: [] };
  };
}

/**
 * Returns the declarations of types for `Authorizer.load`: the classes, the fields, the keys and the relations of the entities. A column
 * whose values a query cannot compare as JavaScript does, such as JSON, is declared as `Object`.
 *
 * @example
 * const orm = await MikroORM.init({ entities: [User, Document], dbName: 'app' });
 * const authorizer = await Authorizer.load({ policies: 'policy/*.polar', types: typesFromMikroOrm(orm) });
 */
export const typesFromMikroOrm = (
  orm: MikroORM,
  options: MikroOrmOptions = {},
): Record<string, TypeDeclaration> => typesFromTables(entityTables(orm, options));

/** Prints conditions and orders for the entities. */
export class MikroOrmPrinter {
  readonly #entities: ReadonlyMap<string, EntityMetadata>;
  readonly #names: EntityNames;
  readonly #dialect: Dialect;

  constructor(orm: MikroORM, options: MikroOrmOptions) {
    const tables = entityTables(orm, options);
    this.#entities = tables.entities;
    this.#names = new EntityNames(tables);
    const dialect = dialectOf(orm);
    // MikroORM stores dates of SQLite as milliseconds.
    this.#dialect = dialects[dialect](dialect === 'sqlite' ? { date: (date) => date.getTime() } : {});
  }

  print({ filter, row }: RowCondition, alias: string | undefined): RawQueryFragment {
    this.#names.check(row.type);
    // An alias of MikroORM is a letter and a number, so it is not one of the aliases in the filter.
    const printed = printFilter(filter, row, this.#names, this.#dialect, alias ?? '');
    return this.#print(['(', printed, ')'], alias);
  }

  /** Returns the terms of `ORDER BY`, each as a fragment and a direction. */
  order(keys: readonly SortKey[]): readonly (readonly [RawQueryFragment, string])[] {
    return orderTerms(keys, this.#names, this.#dialect).map(({ expression, direction, nulls }) => [
      this.#print(expression),
      nulls === undefined ? direction : `${direction} ${nulls}`,
    ]);
  }

  /** Returns the foreign key that an entity has only as a reference to the related entity. */
  foreignKey(row: object, type: string, field: string): unknown {
    const [name, column] = field.split('.') as [string, string?];
    if (column === undefined) return undefined;
    const { fieldNames, referencedColumnNames, targetMeta } = this.entityOf(type).properties[name as never]!;
    const reference = (row as Record<string, object | null | undefined>)[name];
    if (reference === null || reference === undefined) return null;
    const referenced = referencedColumnNames[fieldNames.indexOf(column)];
    const key = targetMeta!.props.find((property) => property.fieldNames?.[0] === referenced);
    return key && (reference as Record<string, unknown>)[key.name];
  }

  get nulls(): 'low' | 'high' {
    return nullsOf(this.#dialect.name);
  }

  /**
   * Returns the microseconds of a column as an expression to select; `undefined` for a column that has none.
   *
   * @param alias the alias of the entity in the query
   */
  microseconds(column: Column, alias: string): RawQueryFragment | undefined {
    const expression = microsecondsOf(column, this.#names, this.#dialect);
    return expression === undefined ? undefined : this.#print([expression, ' AS microseconds'], alias);
  }

  /**
   * Returns the condition of the rows of a page and of the pages after it, after it has run bounded queries for its sets.
   *
   * @param run runs a query
   */
  page(
    page: ResourceQuery,
    run: (query: RawQueryFragment) => Promise<readonly object[]>,
  ): Promise<RowCondition> {
    return probedPage(page, this.#names, this.#dialect, (query) => run(this.#print(query, '')));
  }

  joinedKeys(
    query: JoinedKeysQuery,
    run: (query: RawQueryFragment) => Promise<readonly object[]>,
  ): Promise<readonly JoinedKeys[]> {
    return joinedKeys(query, this.#names, this.#dialect, (keys) => run(this.#print(keys, '')));
  }

  /** Returns the condition of all rows in the same way. */
  all(
    condition: RowCondition,
    run: (query: RawQueryFragment) => Promise<readonly object[]>,
  ): Promise<RowCondition> {
    return probed(condition, false, this.#names, this.#dialect, (query) => run(this.#print(query, '')));
  }

  /** Returns the entity of a type. */
  entityOf(type: string): EntityMetadata {
    this.#names.table(type);
    return this.#entities.get(type)!;
  }

  #print(fragment: Fragment, fixed?: string): RawQueryFragment {
    const dialect = this.#dialect;
    const values: unknown[] = [];
    return raw((alias) => {
      const root = dialect.quote(fixed ?? alias);
      let text = '';
      for (const part of partsOf(fragment)) {
        if (typeof part === 'string') text += escaped(part);
        else if (part.kind === 'root-column') text += escaped(`${root}.${dialect.quote(part.name)}`);
        else {
          const { placeholder, value } = written(part, dialect);
          text += placeholder;
          if (value !== undefined) values.push(value);
        }
      }
      return text;
    }, values);
  }
}

const escaped = (text: string): string => text.replaceAll('?', '\\?');

/** Returns a value in a form that MikroORM, which writes values into the text of a query, writes without a loss. */
function written(
  { value, cast }: BoundValue,
  { name }: Dialect,
): { readonly placeholder: string; readonly value?: unknown } {
  if (name === 'postgres') {
    const suffix = cast === undefined ? '' : `::${cast}`;
    if (Array.isArray(value)) return { placeholder: `ARRAY[?]${suffix}`, value: value.map(String) };
    // A quoted number may be negative or infinite.
    return { placeholder: `?${suffix}`, value: typeof value === 'number' ? String(value) : value };
  }
  if (name === 'sqlite') {
    if (value === Infinity || value === -Infinity) return { placeholder: value > 0 ? '9e999' : '-9e999' };
    // The text of a query ends at NUL.
    if (typeof value === 'string' && value.includes('\0'))
      return { placeholder: 'CAST(? AS TEXT)', value: Buffer.from(value) };
  }
  // MikroORM 6 takes each `?` in the text of a nested query for a placeholder, also within a quoted value.
  if (name === 'mysql' && typeof value === 'string' && value.includes('?'))
    return { placeholder: 'CONVERT(? USING utf8mb4)', value: Buffer.from(value) };
  return { placeholder: '?', value };
}
