import { many, manyThrough, one, optional, type RelationInput, type TypeDeclaration } from '@nanook/core';
import { comparableKind } from './comparable-kind.js';
import type { PrismaField, PrismaProvider, PrismaRelation, PrismaSchema } from './prisma-schema.js';

/**
 * Returns the declarations of types for `Authorizer.load`: the fields, the keys and the relations of each model. A field whose values a
 * query cannot compare as JavaScript does, such as `Json`, is declared as `Object`.
 *
 * @param schema the models that the generator `nanook-prisma` wrote
 * @example
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types: typesFromPrisma(schema) });
 */
export const typesFromPrisma = <Schema extends PrismaSchema>({
  models,
  provider,
}: Schema): { readonly [Type in keyof Schema['models']]: TypeDeclaration } =>
  mapValues(models, ({ key, fields, relations }) => ({
    ...(key.length > 0 && { key }),
    fields: mapValues(fields, (field) => fieldOf(field, provider)),
    relations: mapValues(relations, relationOf),
  })) as { readonly [Type in keyof Schema['models']]: TypeDeclaration };

const mapValues = <Value, Result>(
  record: Readonly<Record<string, Value>>,
  make: (value: Value) => Result,
): Record<string, Result> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, make(value)]));

function fieldOf(field: PrismaField, provider: PrismaProvider) {
  const kind = comparableKind(field, provider);
  const type = kind === undefined ? Object : kind === 'Date' ? Date : kind;
  return field.nullable === true ? optional(type) : type;
}

function relationOf({ kind, type, local, foreign, ...join }: PrismaRelation): RelationInput {
  if (kind === 'one') return one(type, { local, foreign });
  if (kind === 'many') return many(type, { local, foreign });
  const { through = '', throughLocal = '', throughForeign = '' } = join;
  return manyThrough(type, { through, local, throughLocal, throughForeign, foreign });
}
