import { many, manyThrough, one, type RelationInput } from '@nanook/core';
import {
  ReferenceKind,
  type EntityClass,
  type EntityMetadata,
  type EntityProperty,
  type MikroORM,
} from '@mikro-orm/core';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { EntityTable, EntityTables } from '../metadata/entity-table.js';
import type { TableName } from '../sql/table-names.js';
import { describeColumn, dialectOf } from './columns.js';

export interface MikroOrmOptions {
  /** The entity of each type. By default each entity has a type of its own name. */
  readonly entities?: Readonly<Record<string, EntityClass<object>>>;
}

export interface MikroOrmTables extends EntityTables {
  readonly entities: ReadonlyMap<string, EntityMetadata>;
}

/** Reads the tables of the entities. */
export function entityTables(orm: MikroORM, { entities }: MikroOrmOptions): MikroOrmTables {
  const all = entitiesOf(orm);
  const byType = new Map(
    entities === undefined
      ? all.filter(hasTable).map((each) => [each.className, each])
      : Object.entries(entities).map(([type, entity]) => [type, withTable(orm.getMetadata().get(entity))]),
  );
  const types = new Map(Array.from(byType, ([type, each]) => [each.class, type]));
  const reader = new Reader(orm, types);
  return {
    entities: byType,
    byType: new Map(Array.from(byType, ([type, each]) => [type, reader.tableOf(each)])),
    joinTables: all.map((each) => reader.nameOf(each)),
  };
}

/** Returns all entities. MikroORM 6 has them in an object, not in a map. */
function entitiesOf(orm: MikroORM): readonly EntityMetadata[] {
  const found = orm.getMetadata().getAll() as
    | ReadonlyMap<unknown, EntityMetadata>
    | Record<string, EntityMetadata>;
  return found instanceof Map ? [...found.values()] : Object.values(found);
}

/** Returns whether all columns of an entity are in one table, whose name is known. */
const hasTable = ({ pivotTable, virtual, embeddable, abstract, tptParent, schema }: EntityMetadata) =>
  pivotTable !== true &&
  virtual !== true &&
  !embeddable &&
  !abstract &&
  tptParent === undefined &&
  schema !== '*';

function withTable(entity: EntityMetadata): EntityMetadata {
  if (hasTable(entity)) return entity;
  throw new NanookOrmError('NANOOK_ORM_TABLES', {
    reason: `found the entity ${entity.className}, whose columns are not all in one table with a fixed name`,
  });
}

class Reader {
  constructor(
    readonly orm: MikroORM,
    readonly types: ReadonlyMap<EntityClass<object>, string>,
  ) {}

  nameOf({ collection, schema }: EntityMetadata): TableName {
    return { name: collection, schema: schema ?? this.orm.config.get('schema') };
  }

  tableOf(entity: EntityMetadata): EntityTable {
    const relations: [string, RelationInput][] = [];
    for (const property of entity.relations) {
      const input = this.#relation(entity, property);
      if (input !== undefined) relations.push([property.name, input]);
    }
    const keys = entity.getPrimaryProps();
    return {
      ...this.nameOf(entity),
      class: entity.class as EntityTable['class'],
      columns: new Map(
        fieldsOf(entity, this.orm).map(([name, property, i]) => [
          name,
          describeColumn(property, i, this.orm),
        ]),
      ),
      key: keys.every(isField) ? keys.map(({ name }) => name) : [],
      relations: Object.fromEntries(relations),
    };
  }

  #relation(entity: EntityMetadata, property: EntityProperty): RelationInput | undefined {
    const { kind, owner, mappedBy, targetMeta: target } = property;
    const type = target === undefined ? undefined : this.types.get(target.class);
    if (target === undefined || type === undefined || this.#isConditional(property, target)) return undefined;
    if (kind === ReferenceKind.MANY_TO_MANY) return this.#manyToMany(entity, property, target, type);
    const isOwning = kind === ReferenceKind.MANY_TO_ONE || (kind === ReferenceKind.ONE_TO_ONE && owner);
    const owning: EntityProperty = isOwning ? property : target.properties[mappedBy as never]!;
    if (!isColumn(isOwning ? entity : target, owning, this.orm)) return undefined;
    const { fieldNames, referencedColumnNames } = owning;
    if (isOwning)
      return one(type, {
        local: this.#fieldsOfColumns(entity, fieldNames),
        foreign: this.#fieldsOfColumns(target, referencedColumnNames),
        enforced: this.#isEnforced(property),
      });
    const columns = {
      local: this.#fieldsOfColumns(entity, referencedColumnNames),
      foreign: this.#fieldsOfColumns(target, fieldNames),
    };
    return kind === ReferenceKind.ONE_TO_MANY ? many(type, columns) : one(type, columns);
  }

  #manyToMany(
    entity: EntityMetadata,
    property: EntityProperty,
    target: EntityMetadata,
    type: string,
  ): RelationInput | undefined {
    const pivot = this.orm.getMetadata().get(property.pivotEntity);
    if (this.#isFiltered(pivot)) return undefined;
    return manyThrough(type, {
      through: pivot.collection,
      local: this.#keyOf(entity),
      throughLocal: property.joinColumns,
      throughForeign: property.inverseJoinColumns,
      foreign: this.#keyOf(target),
    });
  }

  /** Returns whether MikroORM loads other rows than the keys say, or rows do not have the related entity itself. */
  #isConditional({ ref, mapToPk, polymorphic, where }: EntityProperty, target: EntityMetadata): boolean {
    return (
      ref === true ||
      mapToPk === true ||
      polymorphic === true ||
      where !== undefined ||
      target.root.class !== target.class ||
      target.discriminatorValue !== undefined ||
      this.#isFiltered(target)
    );
  }

  #isFiltered({ filters, class: entity, className }: EntityMetadata): boolean {
    const globals = Object.values(this.orm.config.get('filters') as EntityMetadata['filters']);
    const own = globals.filter(({ entity: only }) => {
      if (only === undefined) return true;
      // MikroORM 6 has the names of the classes.
      return ([only].flat() as readonly unknown[]).some(
        (each) => each === entity || each === className || (each as { name?: string }).name === className,
      );
    });
    return [...Object.values(filters), ...own].some((filter) => filter.default === true);
  }

  #fieldsOfColumns(entity: EntityMetadata, columns: readonly string[]): string[] {
    const fields = fieldsOf(entity, this.orm);
    return columns.map(
      (column) => fields.find(([, { fieldNames }, position]) => fieldNames[position] === column)![0],
    );
  }

  #keyOf(entity: EntityMetadata): string[] {
    const columns = entity.getPrimaryProps().flatMap(({ fieldNames }) => fieldNames);
    return this.#fieldsOfColumns(entity, columns);
  }

  #isEnforced({ createForeignKeyConstraint }: EntityProperty): boolean {
    const { createForeignKeyConstraints } = this.orm.config.get('schemaGenerator');
    // SQLite checks foreign keys only on demand.
    return (
      createForeignKeyConstraint && createForeignKeyConstraints !== false && dialectOf(this.orm) !== 'sqlite'
    );
  }
}

/** Returns whether rows show the column under the name of the property. */
const isField = ({ kind, mapToPk }: EntityProperty): boolean =>
  kind === ReferenceKind.SCALAR || mapToPk === true;

type Field = readonly [name: string, property: EntityProperty, position: number];

/** Returns the fields of an entity. A foreign key without a property gets a name that a policy cannot read, because rows do not have it. */
function fieldsOf(entity: EntityMetadata, orm: MikroORM): Field[] {
  const properties = entity.props.filter((property) => isColumn(entity, property, orm));
  const fields = properties
    .filter((property) => isField(property) && property.fieldNames.length === 1)
    .map((property): Field => [property.name, property, 0]);
  const named = new Set(fields.map(([, property]) => property.fieldNames[0]));
  for (const property of properties)
    if (!isField(property))
      property.fieldNames.forEach((column, position) => {
        if (!named.has(column)) fields.push([`${property.name}.${column}`, property, position]);
      });
  return fields;
}

/** Returns whether the table of an entity has the value of a property, or the key of a relation, in columns. */
function isColumn(entity: EntityMetadata, property: EntityProperty, orm: MikroORM): boolean {
  const { kind, owner, embedded, formula, persist, fieldNames } = property;
  if (embedded !== undefined) return false;
  if (kind === ReferenceKind.SCALAR) return formula === undefined && persist !== false;
  if (kind !== ReferenceKind.MANY_TO_ONE && !(kind === ReferenceKind.ONE_TO_ONE && owner)) return false;
  if (formula === undefined) return true;
  // MikroORM reads a relation that it does not write by a formula, which names the column.
  // MikroORM 6 passes the alias instead of the columns.
  const columns = Object.assign(
    Object.create({ toString: () => 'row' }),
    entity.createColumnMappingObject('row'),
  ) as ReturnType<typeof entity.createColumnMappingObject>;
  const column = `row.${orm.em.getPlatform().quoteIdentifier(fieldNames[0]!)}`;
  return persist === false && property.through === undefined && formula(columns, columns as never) === column;
}
