import { NanookOrmError } from '../../errors/nanook-orm-error.js';
import type { PrismaSchema } from '../schema/prisma-schema.js';

/** The part of a client that describes its models. Prisma does not document it. */
interface Described {
  readonly _runtimeDataModel?: { readonly models?: Readonly<Record<string, ClientModel>> };
}
interface ClientModel {
  readonly fields: readonly { readonly name: string; readonly kind: string; readonly type: string }[];
}

const checked = new WeakMap<object, PrismaSchema>();

/**
 * Checks that a schema has all relations of a client. The extension restricts the relations of the schema, so it would load hidden rows
 * through another one.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_INVALID_OPTION`
 */
export function requireRelations(client: object, schema: PrismaSchema): void {
  const { models } = (client as Described)._runtimeDataModel ?? {};
  if (models === undefined || checked.get(models) === schema) return;
  for (const [model, { fields }] of Object.entries(models))
    for (const { name, kind, type } of fields)
      if (kind === 'object' && relationType(schema, model, name) !== type)
        throw new NanookOrmError('NANOOK_ORM_INVALID_OPTION', {
          option: 'schema',
          reason: `must have the relation \`${name}\` of \`${model}\` to \`${type}\`, which the client has; run \`prisma generate\``,
        });
  checked.set(models, schema);
}

function relationType({ models }: PrismaSchema, model: string, name: string): string | undefined {
  const relations = Object.hasOwn(models, model) ? models[model]!.relations : {};
  return Object.hasOwn(relations, name) ? relations[name]!.type : undefined;
}
