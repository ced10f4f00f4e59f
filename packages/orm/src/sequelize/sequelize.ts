import type { JoinedKeys, JoinedKeysQuery, ResourceQuery, SortKey, TypeDeclaration } from '@nanook/core';
import type { Column, RowCondition } from '@nanook/core/filter';
import {
  DataTypes,
  literal,
  Op,
  QueryTypes,
  type QueryOptions,
  type Sequelize,
  type WhereOptions,
} from 'sequelize';
import { requireCondition } from '../errors/require-condition.js';
import { EntityNames } from '../metadata/entity-names.js';
import { typesFromTables } from '../metadata/types-from-tables.js';
import { dialects, type Dialect } from '../sql/dialect.js';
import { partsOf, type Fragment } from '../sql/fragment.js';
import { microsecondsOf } from '../sql/microseconds.js';
import { printFilter } from '../sql/print-filter.js';
import { nullsOf, printOrder } from '../sql/print-order.js';
import { sqliteWithTextDates } from '../sql/text-dates.js';
import { joinedKeys } from '../sql/joined-keys.js';
import { probed, probedPage } from '../sql/probe-sets.js';
import { dialectOf, type AnyModel } from './columns.js';
import { entityTables, type SequelizeOptions } from './entity-tables.js';

export interface SequelizePlace {
  /**
   * The name of the filtered table in the query: the path of an included model, `documents` or `folder->documents`, or the name of the
   * table in an update or a delete. By default the name of the model.
   */
  readonly alias?: string;
}

/**
 * Makes a function that turns conditions of `authorizer.where` into the option `where` of Sequelize. The dialect and the names come from
 * the models, which are read for the first condition.
 *
 * @throws {NanookOrmError} when the declared types do not agree with the columns, for the first condition of a type
 * @example
 * const list = sequelize(db);
 * const condition = await authorizer.where(user, 'read', 'Document');
 * await Document.findAndCountAll({ where: { [Op.and]: [list(condition), { status: 'open' }] }, order: ['id'], limit: 20 });
 */
export function sequelize(
  db: Sequelize,
  options: SequelizeOptions = {},
): (condition: RowCondition, place?: SequelizePlace) => WhereOptions {
  let printer: SequelizePrinter | undefined;
  return (condition, { alias } = {}) => {
    printer ??= new SequelizePrinter(db, options);
    return { [Op.and]: [literal(printer.print(requireCondition(condition), alias))] };
  };
}

/**
 * Returns the declarations of types for `Authorizer.load`: the classes, the fields, the keys and the relations of the models. A column
 * whose values a query cannot compare as JavaScript does, such as JSON, is declared as `Object`.
 *
 * @param db an instance of Sequelize whose models and associations are defined
 * @example
 * const authorizer = await Authorizer.load({ policies: 'policy/*.polar', types: typesFromSequelize(db) });
 */
export const typesFromSequelize = (
  db: Sequelize,
  options: SequelizeOptions = {},
): Record<string, TypeDeclaration> => typesFromTables(entityTables(db, options));

/** Prints conditions and orders for the models. */
export class SequelizePrinter {
  readonly #tables: ReturnType<typeof entityTables>;
  readonly #names: EntityNames;
  readonly #dialect: Dialect;

  constructor(
    readonly db: Sequelize,
    options: SequelizeOptions,
    /** The options of its own queries. */
    readonly within: Pick<QueryOptions, 'transaction'> = {},
  ) {
    this.#tables = entityTables(db, options);
    this.#names = new EntityNames(this.#tables);
    const dialect = dialectOf(db);
    this.#dialect =
      dialect === 'sqlite' ? sqliteWithTextDates() : dialects[dialect]({ date: storedDate(db) });
  }

  print({ filter, row, type }: RowCondition, alias: string | undefined): string {
    this.#names.check(row.type);
    const root = this.#dialect.quote(alias ?? this.modelOf(type).name);
    const { text, namesRoot } = this.#print(printFilter(filter, row, this.#names, this.#dialect, root), root);
    if (namesRoot) return `(${text})`;
    // A condition that names no column would also hold in a query of another model. This one fails there.
    const [first] = this.#names.table(type).columns.values();
    return `(${text} AND (${root}.${this.#dialect.quote(first!.name)} IS NULL OR 1=1))`;
  }

  /** Prints the terms of `ORDER BY`. */
  order(keys: readonly SortKey[], type: string): string {
    const root = this.#dialect.quote(this.modelOf(type).name);
    return this.#print(printOrder(keys, this.#names, this.#dialect), root).text;
  }

  get nulls(): 'low' | 'high' {
    return nullsOf(this.#dialect.name);
  }

  /** Prints the microseconds of a column; `undefined` for a column that has none. */
  microseconds(column: Column): string | undefined {
    const expression = microsecondsOf(column, this.#names, this.#dialect);
    const root = this.#dialect.quote(this.modelOf(column.scope.type.name).name);
    return expression === undefined ? undefined : this.#print(expression, root).text;
  }

  /** Returns the condition of the rows of a page and of the pages after it, after it has run bounded queries for its sets. */
  page(page: ResourceQuery): Promise<RowCondition> {
    return probedPage(page, this.#names, this.#dialect, (query) => this.#run(query));
  }

  joinedKeys(query: JoinedKeysQuery): Promise<readonly JoinedKeys[]> {
    return joinedKeys(query, this.#names, this.#dialect, (keys) => this.#run(keys));
  }

  /** Returns the condition of all rows, after it has run bounded queries for its sets. */
  all(condition: RowCondition): Promise<RowCondition> {
    return probed(condition, false, this.#names, this.#dialect, (query) => this.#run(query));
  }

  #run(query: Fragment): Promise<object[]> {
    return this.db.query(this.#print(query, '').text, { type: QueryTypes.SELECT, ...this.within });
  }

  /** Returns the model of a type. */
  modelOf(type: string): AnyModel {
    this.#names.table(type);
    return this.#tables.models.get(type)!;
  }

  #print(fragment: Fragment, root: string): { readonly text: string; readonly namesRoot: boolean } {
    const dialect = this.#dialect;
    let text = '';
    let namesRoot = false;
    for (const part of partsOf(fragment)) {
      if (typeof part === 'string') text += part;
      else if (part.kind === 'root-column') {
        text += `${root}.${dialect.quote(part.name)}`;
        namesRoot = true;
      } else {
        // Queries of Sequelize contain their values; only `escape` knows how to write them for the database.
        text += this.db.escape(part.value as string);
        if (dialect.name === 'postgres' && part.cast !== undefined) text += `::${part.cast}`;
      }
    }
    return { text, namesRoot };
  }
}

/** Returns a date as Sequelize writes it, with milliseconds: for MySQL it cuts them off by default. */
function storedDate(db: Sequelize): (date: Date) => string {
  const internals = db as unknown as Internals;
  const { timezone } = internals.options;
  const type = internals.normalizeDataType(DataTypes.DATE(3));
  return (date) => type.stringify(date, { timezone });
}
/** The parts of Sequelize that its types do not have. */
interface Internals {
  readonly options: { readonly timezone: string };
  normalizeDataType(type: unknown): {
    stringify(date: Date, options: { readonly timezone: string }): string;
  };
}
