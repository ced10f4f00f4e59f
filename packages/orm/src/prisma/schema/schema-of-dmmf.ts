import type { DMMF } from '@prisma/client/runtime/client';
import type {
  PrismaField,
  PrismaModel,
  PrismaProvider,
  PrismaRelation,
  PrismaSchema,
} from './prisma-schema.js';

type DataModel = DMMF.Document['datamodel'];
type Model = DataModel['models'][number];
type Field = Model['fields'][number];

const providers: Readonly<Record<string, PrismaProvider>> = {
  postgresql: 'postgresql',
  postgres: 'postgresql',
  mysql: 'mysql',
  sqlite: 'sqlite',
};

/** Returns the models of a Prisma schema from the data that Prisma gives to a generator. */
export function schemaOfDmmf({ models, enums }: DataModel, provider: string): PrismaSchema {
  const known = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
  if (known === undefined)
    throw new Error(
      `nanook-prisma supports the providers postgresql, mysql and sqlite; the datasource of the schema has the provider ${provider}`,
    );
  const valuesOf = new Map(enums.map(({ name, values }) => [name, values.map((value) => value.name)]));
  return { provider: known, models: byName(models, (model) => modelOf(model, models, valuesOf)) };
}

const byName = <Item extends { readonly name: string }, Result>(
  items: readonly Item[],
  make: (item: Item) => Result,
): Record<string, Result> => Object.fromEntries(items.map((item) => [item.name, make(item)]));

function modelOf(
  model: Model,
  models: readonly Model[],
  valuesOf: ReadonlyMap<string, readonly string[]>,
): PrismaModel {
  const columns = model.fields.filter(({ kind }) => kind === 'scalar' || kind === 'enum');
  const relations = model.fields.filter(({ kind }) => kind === 'object');
  return {
    table: model.dbName ?? model.name,
    key: keyOf(model),
    fields: byName(columns, (field) => fieldOf(field, valuesOf)),
    relations: byName(relations, (field) => relationOf(field, model, models)),
  };
}

function keyOf({ primaryKey, fields, uniqueFields }: Model): readonly string[] {
  const id = fields.find(({ isId }) => isId);
  if (id !== undefined) return [id.name];
  if (primaryKey !== null) return primaryKey.fields;
  const unique = [...fields.filter(({ isUnique }) => isUnique).map(({ name }) => [name]), ...uniqueFields];
  const isRequired = (name: string) => fields.find((field) => field.name === name)?.isRequired === true;
  return unique.find((names) => names.every(isRequired)) ?? [];
}

function fieldOf(
  { name, type, dbName, isRequired, isList, nativeType }: Field,
  valuesOf: ReadonlyMap<string, readonly string[]>,
): PrismaField {
  const values = valuesOf.get(type);
  return {
    type,
    column: dbName ?? name,
    ...(!isRequired && { nullable: true }),
    ...(isList && { list: true }),
    ...(values && { values }),
    ...(nativeType && { native: nativeOf(nativeType) }),
  };
}

const nativeOf = ([name, values]: readonly [string, readonly string[]]): string =>
  values.length === 0 ? name : `${name}(${values.join(', ')})`;

function relationOf(field: Field, model: Model, models: readonly Model[]): PrismaRelation {
  const { type, isList, isRequired, relationName } = field;
  const other = models.find(({ name }) => name === type)!;
  const isSelf = other.name === model.name;
  const inverse = other.fields.find(
    (each) =>
      each.relationName === relationName && each.type === model.name && !(isSelf && each.name === field.name),
  )!;
  if (isList && inverse.isList) {
    // Prisma names the columns by the order of the models, and of the fields when a model is related to itself.
    const isFirst = isSelf ? field.name < inverse.name : model.name < other.name;
    return {
      kind: 'many-through',
      type,
      local: keyOf(model),
      foreign: keyOf(other),
      through: `_${relationName}`,
      throughLocal: isFirst ? 'A' : 'B',
      throughForeign: isFirst ? 'B' : 'A',
    };
  }
  const from = field.relationFromFields ?? [];
  const hasKey = from.length > 0;
  return {
    kind: isList ? 'many' : 'one',
    type,
    ...(!isList && !isRequired && { nullable: true }),
    local: hasKey ? from : (inverse.relationToFields ?? []),
    foreign: hasKey ? (field.relationToFields ?? []) : (inverse.relationFromFields ?? []),
  };
}
