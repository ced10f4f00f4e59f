import { many, manyThrough, one, type RelationInput } from '@nanook/core';
import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { EntityColumn, EntityTable, EntityTables } from '../metadata/entity-table.js';
import type { TableName } from '../sql/table-names.js';
import { describeColumn, dialectOf, type ColumnMetadata } from './columns.js';

export interface TypeormOptions {
  /** The entity of each type. By default each entity has a type of its own name. */
  readonly entities?: Readonly<Record<string, EntityTarget<ObjectLiteral>>>;
}
type RelationMetadata = EntityMetadata['relations'][number];

export interface TypeormTables extends EntityTables {
  readonly entities: ReadonlyMap<string, EntityMetadata>;
}

/** Reads the tables of the entities of a data source. */
export function entityTables(dataSource: DataSource, { entities }: TypeormOptions): TypeormTables {
  if (!dataSource.isInitialized)
    throw new NanookOrmError('NANOOK_ORM_TABLES', {
      reason: 'the data source has no metadata yet; wait for `initialize()` first',
    });
  const metadata = new Map(
    entities === undefined
      ? dataSource.entityMetadatas.filter((each) => !each.isJunction).map((each) => [each.name, each])
      : Object.entries(entities).map(([type, target]) => [type, dataSource.getMetadata(target)]),
  );
  const types = new Map(Array.from(metadata, ([type, each]) => [each, type]));
  const reader = new Reader(dataSource, types);
  return {
    entities: metadata,
    byType: new Map(Array.from(metadata, ([type, each]) => [type, reader.tableOf(each)])),
    joinTables: dataSource.entityMetadatas.filter((each) => each.isJunction).map(nameOf),
  };
}

const nameOf = ({ tableName, schema, database }: EntityMetadata): TableName => ({
  name: tableName,
  schema: schema ?? database,
});

class Reader {
  constructor(
    readonly dataSource: DataSource,
    readonly types: ReadonlyMap<EntityMetadata, string>,
  ) {}

  tableOf(entity: EntityMetadata): EntityTable {
    const columns = new Map<string, EntityColumn>();
    for (const column of entity.columns)
      if (column.embeddedMetadata === undefined && !column.isVirtualProperty)
        columns.set(fieldOf(column), describeColumn(column, this.dataSource));
    return {
      ...nameOf(entity),
      class:
        typeof entity.target === 'function' ? (entity.target as unknown as EntityTable['class']) : undefined,
      columns,
      key: entity.primaryColumns.map(fieldOf),
      relations: Object.fromEntries(
        entity.relations.flatMap((relation) => {
          const input = this.#relation(relation);
          return input === undefined ? [] : [[relation.propertyName, input]];
        }),
      ),
    };
  }

  #relation(relation: RelationMetadata): RelationInput | undefined {
    const target = relation.inverseEntityMetadata;
    const type = this.types.get(target);
    const isInherited = target.inheritancePattern === 'STI' && target.discriminatorValue !== undefined;
    // TypeORM adds conditions of its own to such relations.
    if (type === undefined || relation.embeddedMetadata !== undefined || isInherited) return undefined;
    const { deleteDateColumn } = target;
    const where = deleteDateColumn === undefined ? {} : { where: { [fieldOf(deleteDateColumn)]: null } };
    if (relation.isManyToMany) return manyToMany(relation, type, where);
    const { joinColumns } = relation.isOwning ? relation : relation.inverseRelation!;
    const own = joinColumns.map(fieldOf);
    const referenced = joinColumns.map((column) => fieldOf(column.referencedColumn!));
    if (relation.isOneToMany) return many(type, { local: referenced, foreign: own, ...where });
    if (!relation.isOwning) return one(type, { local: referenced, foreign: own, ...where });
    return one(type, {
      local: own,
      foreign: referenced,
      ...where,
      // SQLite checks foreign keys only on demand.
      enforced:
        relation.createForeignKeyConstraints &&
        deleteDateColumn === undefined &&
        dialectOf(this.dataSource) !== 'sqlite',
    });
  }
}

function manyToMany(relation: RelationMetadata, type: string, where: object): RelationInput {
  const { isOwning, inverseRelation } = relation;
  const { joinColumns, inverseJoinColumns, joinTableName } = isOwning ? relation : inverseRelation!;
  const [near, far] = isOwning ? [joinColumns, inverseJoinColumns] : [inverseJoinColumns, joinColumns];
  return manyThrough(type, {
    through: joinTableName,
    local: near.map((column) => fieldOf(column.referencedColumn!)),
    throughLocal: near.map((column) => column.databaseName),
    throughForeign: far.map((column) => column.databaseName),
    foreign: far.map((column) => fieldOf(column.referencedColumn!)),
    ...where,
  });
}

/** A foreign key without a property gets a name that a policy cannot read, because rows do not have it. */
export const fieldOf = (column: ColumnMetadata): string =>
  column.isVirtual ? `${column.propertyName}.${column.databaseName}` : column.propertyName;
