import type { JoinedKeys, JoinedKeysQuery, ResourceQuery, SortKey, TypeDeclaration } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import {
  And,
  Brackets,
  Equal,
  FindOperator,
  Raw,
  type DataSource,
  type EntityMetadata,
  type FindOptionsWhere,
  type ObjectLiteral,
  type QueryBuilder,
} from 'typeorm';
import { requireCondition } from '../errors/require-condition.js';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { EntityNames } from '../metadata/entity-names.js';
import { typesFromTables } from '../metadata/types-from-tables.js';
import { dialects, type Dialect } from '../sql/dialect.js';
import { partsOf, type Fragment } from '../sql/fragment.js';
import { microsecondColumns, type MicrosecondColumn } from '../sql/microseconds.js';
import { printFilter } from '../sql/print-filter.js';
import { nullsOf, orderTerms, type OrderTerm } from '../sql/print-order.js';
import { printed } from '../sql/printed.js';
import { sqliteWithTextDates } from '../sql/text-dates.js';
import { joinedKeys } from '../sql/joined-keys.js';
import { probed, probedPage } from '../sql/probe-sets.js';
import { dialectOf } from './columns.js';
import { entityTables, fieldOf, type TypeormOptions } from './entity-tables.js';

/** A data source, or the entity manager of a transaction. */
type QuerySource = Pick<DataSource, 'query'>;

/** A column of an entity that holds the key of a related one. */
interface ForeignKey {
  readonly field: string;
  readonly databaseName: string;
  readonly name: string;
  /** Returns a value as a property would have it. */
  readonly read: (value: unknown) => unknown;
}

export interface TypeormPlace {
  /** The name of the filtered entity in the query, if it is joined. By default the main alias of the query. */
  readonly alias?: string;
}
export interface TypeormList {
  /** Returns a condition for `where`, `andWhere` and `orWhere` of a query builder. */
  (condition: RowCondition, place?: TypeormPlace): Brackets;
  /** Returns the option `where` of `find` and its variants: the rows that satisfy the condition and `where`. */
  where<Entity extends ObjectLiteral>(
    condition: RowCondition,
    where?: FindOptionsWhere<Entity>,
  ): FindOptionsWhere<Entity>;
}

/**
 * Makes a function that turns conditions of `authorizer.where` into conditions of TypeORM. The dialect and the names come from the
 * metadata of the data source, which is read for the first condition.
 *
 * @throws {NanookOrmError} when the declared types do not agree with the columns, for the first condition of a type
 * @example
 * const list = typeorm(dataSource);
 * const condition = await authorizer.where(user, 'read', 'Document');
 * await documents.createQueryBuilder('d').where(list(condition)).orderBy('d.id').take(20).getManyAndCount();
 * await documents.find({ where: list.where(condition, { status: 'open' }), take: 20 });
 */
export function typeorm(dataSource: DataSource, options: TypeormOptions = {}): TypeormList {
  let printer: TypeormPrinter | undefined;
  const ready = (): TypeormPrinter => (printer ??= new TypeormPrinter(dataSource, options));
  const list = (given: RowCondition, { alias }: TypeormPlace = {}): Brackets => {
    const condition = requireCondition(given);
    return new Brackets((builder) => {
      const { root, entity } = placeOf(builder as unknown as QueryBuilder<ObjectLiteral>, alias, dataSource);
      ready().check(condition, entity);
      const { text, parameters } = ready().print(condition, root);
      builder.where(text, parameters);
    });
  };
  return Object.assign(list, {
    where: <Entity extends ObjectLiteral>(
      condition: RowCondition,
      where: FindOptionsWhere<Entity> = {},
    ): FindOptionsWhere<Entity> => ready().findWhere(requireCondition(condition), where),
  });
}

/**
 * Returns the declarations of types for `Authorizer.load`: the fields, the keys and the relations that the entities of a data source
 * have. A column whose values a query cannot compare as JavaScript does, such as JSON, is declared as `Object`.
 *
 * @param dataSource an initialized data source
 * @example
 * const types = typesFromTypeorm(await dataSource.initialize());
 * const authorizer = await Authorizer.load({ policies: 'policy/*.polar', types });
 */
export const typesFromTypeorm = (
  dataSource: DataSource,
  options: TypeormOptions = {},
): Record<string, TypeDeclaration> => typesFromTables(entityTables(dataSource, options));

/** The number of the last parameter. TypeORM has one set of names for a whole query, and keeps the last value of a name. */
let parameter = 0;

/** Prints conditions and orders for a data source. */
export class TypeormPrinter {
  readonly #entities: ReadonlyMap<string, EntityMetadata>;
  readonly #names: EntityNames;
  readonly #dialect: Dialect;

  constructor(dataSource: DataSource, options: TypeormOptions) {
    const tables = entityTables(dataSource, options);
    this.#entities = tables.entities;
    this.#names = new EntityNames(tables);
    const dialect = dialectOf(dataSource);
    this.#dialect = dialect === 'sqlite' ? sqliteWithTextDates() : dialects[dialect]({});
  }

  print({ filter, row }: RowCondition, root: string): { text: string; parameters: ObjectLiteral } {
    this.#names.check(row.type);
    const { text, parameters } = this.#print(
      printFilter(filter, row, this.#names, this.#dialect, root),
      root,
    );
    return { text: `(${text})`, parameters };
  }

  /** Returns the terms of `ORDER BY`, as arguments of `addOrderBy`. */
  order(
    keys: readonly SortKey[],
    root: string,
  ): readonly (Omit<OrderTerm, 'expression'> & { text: string })[] {
    return orderTerms(keys, this.#names, this.#dialect).map(({ expression, direction, nulls }) => ({
      text: this.#print(expression, root).text,
      direction,
      nulls,
    }));
  }

  get nulls(): 'low' | 'high' {
    return nullsOf(this.#dialect.name);
  }

  /** Returns the microseconds that a page selects for its cursor, as arguments of `addSelect`. */
  microseconds(page: ResourceQuery, root: string): readonly (MicrosecondColumn & { text: string })[] {
    return microsecondColumns(page, this.#names, this.#dialect).map((column) => ({
      ...column,
      text: this.#print(column.expression, root).text,
    }));
  }

  /** Returns the foreign keys of an entity that have no property, with the name that a page selects each of them under. */
  foreignKeys(type: string): readonly ForeignKey[] {
    const { columns, connection } = this.entityOf(type);
    return columns
      .filter((column) => column.isVirtual && column.relationMetadata !== undefined)
      .map((column, i) => ({
        field: fieldOf(column),
        databaseName: column.databaseName,
        name: `nanookKey${i}`,
        read: (value) => connection.driver.prepareHydratedValue(value, column) as unknown,
      }));
  }

  /** Returns the condition of the rows of a page and of the pages after it, after it has run bounded queries for its sets. */
  page(page: ResourceQuery, source: QuerySource): Promise<RowCondition> {
    return probedPage(page, this.#names, this.#dialect, (query) => this.#run(query, source));
  }

  /** Returns the condition of all rows, after it has run bounded queries for its sets. */
  all(condition: RowCondition, source: QuerySource): Promise<RowCondition> {
    return probed(condition, false, this.#names, this.#dialect, (query) => this.#run(query, source));
  }

  joinedKeys(query: JoinedKeysQuery, source: QuerySource): Promise<readonly JoinedKeys[]> {
    return joinedKeys(query, this.#names, this.#dialect, (printed) => this.#run(printed, source));
  }

  #run(query: Fragment, source: QuerySource): Promise<object[]> {
    const { text, values } = printed(query, '', this.#dialect, 1);
    return source.query<object[]>(text, [...values]);
  }

  /** Returns the entity of a type. */
  entityOf(type: string): EntityMetadata {
    this.#names.table(type);
    return this.#entities.get(type)!;
  }

  #print(fragment: Fragment, root: string): { text: string; parameters: ObjectLiteral } {
    const dialect = this.#dialect;
    const parameters: ObjectLiteral = {};
    let text = '';
    for (const part of partsOf(fragment)) {
      // TypeORM would take `::text` for a parameter when the query has one of that name.
      if (typeof part === 'string') text += part.replaceAll('::', ':: ');
      else if (part.kind === 'root-column') text += `${root}.${dialect.quote(part.name)}`;
      else {
        const name = `nanook_${++parameter}`;
        parameters[name] = part.value;
        text +=
          dialect.name === 'postgres' && part.cast !== undefined ? `:${name}:: ${part.cast}` : `:${name}`;
      }
    }
    return { text, parameters };
  }

  findWhere<Entity extends ObjectLiteral>(
    condition: RowCondition,
    where: FindOptionsWhere<Entity>,
  ): FindOptionsWhere<Entity> {
    const entity = this.entityOf(condition.type);
    const property = propertyFor(entity);
    // The alias of the query is known only when TypeORM calls the function of `Raw`, which gets its parameters before.
    const placeholder = `nanook_root_${++parameter}`;
    const { text, parameters } = this.print(condition, placeholder);
    const raw = Raw((column) => {
      const alias = column.slice(0, -property.length - 1);
      const isNested = alias.includes('__');
      if (alias !== entity.name && !isNested) throw otherTable(condition.type, entity, alias);
      return text.replaceAll(placeholder, this.#dialect.quote(alias));
    }, parameters);
    if (!Object.hasOwn(where, property)) return { ...where, [property]: raw };
    const own: unknown = where[property];
    return { ...where, [property]: And(raw, own instanceof FindOperator ? own : Equal(own)) };
  }

  check({ type }: RowCondition, found: EntityMetadata | undefined): void {
    const expected = this.entityOf(type);
    if (found !== expected)
      throw otherTable(type, expected, found?.name ?? 'an alias that no entity has so far');
  }
}

const otherTable = (type: string, expected: EntityMetadata, found: string) =>
  new NanookOrmError('NANOOK_ORM_OTHER_TABLE', { type, expected: expected.name, found });

/** Returns the property that carries a condition in the options of `find`: any will do that TypeORM does not transform. */
const propertyFor = (entity: EntityMetadata): string =>
  fieldOf(
    [...entity.primaryColumns, ...entity.columns].find(
      (column) =>
        !column.isVirtual &&
        !column.isVirtualProperty &&
        column.transformer === undefined &&
        column.embeddedMetadata === undefined &&
        column.relationMetadata === undefined,
    )!,
  );

function placeOf(
  builder: QueryBuilder<ObjectLiteral>,
  alias: string | undefined,
  { driver }: DataSource,
): { readonly root: string; readonly entity: EntityMetadata | undefined } {
  const { mainAlias, aliasNamePrefixingEnabled } = builder.expressionMap;
  const found =
    alias === undefined
      ? mainAlias
      : aliasesOf(builder as unknown as NestedBuilder).find(({ name }) => name === alias);
  const entity = found?.hasMetadata === true ? found.metadata : undefined;
  // An update or a delete has no alias.
  const isNamed = aliasNamePrefixingEnabled || entity === undefined;
  return { entity, root: driver.escape(isNamed ? (found?.name ?? '') : entity.tableName) };
}

type Alias = QueryBuilder<ObjectLiteral>['expressionMap']['aliases'][number];

/** A builder of the conditions in brackets, whose types hide the builder of the whole query. */
interface NestedBuilder {
  readonly expressionMap: { readonly aliases: readonly Alias[] };
  readonly parentQueryBuilder?: NestedBuilder;
}

/** Returns the aliases of a query. TypeORM 0.3 gives the builder of brackets no joins, and no version gives it aliases. */
function aliasesOf({ expressionMap, parentQueryBuilder }: NestedBuilder): readonly Alias[] {
  const outer = parentQueryBuilder === undefined ? [] : aliasesOf(parentQueryBuilder);
  return [...expressionMap.aliases, ...outer];
}
