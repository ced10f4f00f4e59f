import { many, manyThrough, one, type RelationInput, type TypeDeclaration } from '@nanook/core';
import { declaredField } from '../../metadata/declared-field.js';
import { valuesOf } from './comparable-kind.js';
import type { PrismaRelation, PrismaSchema } from './prisma-schema.js';

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
    fields: mapValues(fields, (field) => declaredField(valuesOf(field, provider))),
    relations: mapValues(relations, relationOf),
  })) as { readonly [Type in keyof Schema['models']]: TypeDeclaration };

const mapValues = <Value, Result>(
  record: Readonly<Record<string, Value>>,
  make: (value: Value) => Result,
): Record<string, Result> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, make(value)]));

function relationOf({ kind, type, local, foreign, ...join }: PrismaRelation): RelationInput {
  if (kind === 'one') return one(type, { local, foreign });
  if (kind === 'many') return many(type, { local, foreign });
  const { through = '', throughLocal = '', throughForeign = '' } = join;
  return manyThrough(type, { through, local, throughLocal, throughForeign, foreign });
}
