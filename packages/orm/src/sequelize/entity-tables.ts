import { many, manyThrough, one, type RelationInput, type TypeDeclaration } from '@nanook/core';
import type { Association, Sequelize } from 'sequelize';
import type { EntityColumn, EntityTable, EntityTables } from '../metadata/entity-table.js';
import type { DialectName } from '../sql/dialect.js';
import type { TableName } from '../sql/table-names.js';
import { describeColumn, dialectOf, isVirtual, type AnyModel } from './columns.js';

export interface SequelizeOptions {
  /** The model of each type. By default each model has a type of its own name. */
  readonly models?: Readonly<Record<string, AnyModel>>;
}

export interface SequelizeTables extends EntityTables {
  readonly models: ReadonlyMap<string, AnyModel>;
}

/** Reads the tables of the models. */
export function entityTables(db: Sequelize, { models = db.models }: SequelizeOptions): SequelizeTables {
  const dialect = dialectOf(db);
  const byType = new Map<string, AnyModel>(Object.entries(models));
  const types = new Map(Array.from(byType, ([type, model]) => [model, type]));
  return {
    models: byType,
    byType: new Map(Array.from(byType, ([type, model]) => [type, tableOf(model, types, dialect)])),
    joinTables: Object.values(db.models).map((model) => nameOf(model, dialect)),
  };
}

function nameOf(model: AnyModel, dialect: DialectName): TableName {
  const table = model.getTableName() as string | { tableName: string; schema: string; delimiter: string };
  if (typeof table === 'string') return { name: table, schema: undefined };
  const { tableName, schema, delimiter } = table;
  // Only PostgreSQL has schemas: elsewhere Sequelize puts their name into the name of the table.
  return dialect === 'postgres'
    ? { name: tableName, schema }
    : { name: `${schema}${delimiter}${tableName}`, schema: undefined };
}

function tableOf(model: AnyModel, types: ReadonlyMap<AnyModel, string>, dialect: DialectName): EntityTable {
  const columns = new Map<string, EntityColumn>();
  for (const [name, attribute] of Object.entries(model.getAttributes()))
    if (!isVirtual(attribute)) columns.set(name, describeColumn(attribute, name, dialect));
  return {
    ...nameOf(model, dialect),
    class: model as unknown as TypeDeclaration['class'],
    columns,
    key: [...(model.primaryKeyAttributes ?? [])],
    relations: Object.fromEntries(
      Object.entries(model.associations).flatMap(([name, association]) => {
        const type = types.get(association.target);
        const input = type === undefined ? undefined : relationOf(association as AnyAssociation, type);
        return input === undefined ? [] : [[name, input]];
      }),
    ),
  };
}

/** The parts of associations that the types of Sequelize do not have. */
interface AnyAssociation extends Association {
  readonly sourceKey: string;
  readonly targetKey: string;
  readonly otherKey: string;
  readonly scope?: Readonly<Record<string, unknown>> | null;
  readonly through?: { readonly model: AnyModel; readonly scope?: object | null };
}
interface ModelOptions {
  readonly paranoid?: boolean;
  readonly defaultScope?: object;
}

function relationOf(association: AnyAssociation, type: string): RelationInput | undefined {
  const { associationType, foreignKey, sourceKey, targetKey, through } = association;
  const where = conditionsOf(association);
  if (where === undefined) return undefined;
  switch (associationType) {
    case 'BelongsTo':
      return one(type, { local: foreignKey, foreign: targetKey, where });
    case 'HasOne':
      return one(type, { local: sourceKey, foreign: foreignKey, where });
    case 'HasMany':
      return many(type, { local: sourceKey, foreign: foreignKey, where });
    case 'BelongsToMany': {
      const { model, scope } = through!;
      if (isEmpty(scope) && conditionsOf({ target: model }) !== undefined && !isParanoid(model)) {
        const table = model.getTableName() as string | { readonly tableName: string };
        return manyThrough(type, {
          through: typeof table === 'string' ? table : table.tableName,
          local: sourceKey,
          throughLocal: columnOf(model, foreignKey),
          throughForeign: columnOf(model, association.otherKey),
          foreign: targetKey,
          where,
        });
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

type Where = Readonly<Record<string, string | number | boolean | null>>;

/** Returns the conditions that Sequelize adds when it loads a relation; `undefined` when a declaration cannot express them. */
function conditionsOf({ target, scope }: Pick<AnyAssociation, 'target' | 'scope'>): Where | undefined {
  if (!isEmpty((target.options as ModelOptions).defaultScope)) return undefined;
  const entries = Object.entries(scope ?? {});
  if (!entries.every(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))) return undefined;
  const deletedAt = isParanoid(target) ? { [deletedAtOf(target)]: null } : {};
  return { ...(Object.fromEntries(entries) as Where), ...deletedAt };
}

const isEmpty = (object: object | null | undefined): boolean => Object.keys(object ?? {}).length === 0;

const isParanoid = (model: AnyModel): boolean =>
  (model.options as ModelOptions).paranoid === true && deletedAtOf(model) !== undefined;

const deletedAtOf = (model: AnyModel): string =>
  (model as unknown as { _timestampAttributes: { deletedAt: string } })._timestampAttributes.deletedAt;

const columnOf = (model: AnyModel, attribute: string): string =>
  model.getAttributes()[attribute]?.field ?? attribute;
