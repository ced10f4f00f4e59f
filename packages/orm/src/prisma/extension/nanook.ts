import { maxValuesOf, tooManyValues } from '../max-values.js';
import { Models } from '../models.js';
import type { PrismaModel } from '../schema/prisma-schema.js';
import type { ActionKind, NanookOptions } from './nanook-options.js';
import { countValues, entriesOf, isPlain, type Where } from './plain.js';
import { refusal } from './refusal.js';
import { requireRelations } from './require-relations.js';
import { actorOf, RowScopes } from './row-scopes.js';
import { requireOwnOrder, scopedSelection } from './scoped-selection.js';
import { noRow, scopedWhere, within } from './scoped-where.js';

/** The actions that each operation needs. An operation that is not here is refused. */
const kindsOf: Readonly<Record<string, readonly ActionKind[]>> = {
  findUnique: ['read'],
  findUniqueOrThrow: ['read'],
  findFirst: ['read'],
  findFirstOrThrow: ['read'],
  findMany: ['read'],
  count: ['read'],
  aggregate: ['read'],
  groupBy: ['read'],
  update: ['read', 'update'],
  updateMany: ['read', 'update'],
  updateManyAndReturn: ['read', 'update'],
  delete: ['read', 'delete'],
  deleteMany: ['read', 'delete'],
};
/** The operations whose `select` names aggregated fields instead of related rows. */
const aggregates = ['count', 'aggregate', 'groupBy'];

interface Operation {
  readonly model?: string;
  readonly operation: string;
  readonly args: unknown;
  readonly query: (args: unknown) => Promise<unknown>;
}
interface Extensible {
  $extends(extension: object): unknown;
}

/** An extension for `$extends`. The extended client has the types of the client. */
// A generated client has other types for each schema.
// oxlint-disable-next-line typescript/no-explicit-any
export type NanookExtension = (client: any) => {
  readonly $extends: {
    readonly extArgs: Record<'result' | 'model' | 'query' | 'client', Record<never, never>>;
  };
};

/**
 * Makes an extension of a Prisma client that restricts its queries to the rows on which the actor may perform an action: `read` for
 * queries, and `update` or `delete` in addition for changes. Related rows are restricted too, in `include`, `select`, `where` and `_count`.
 * An operation that cannot be restricted throws: `create`, `upsert`, writes to related rows, and raw queries.
 *
 * The authorized rows are those of `authorizer.where`. Queries throw the errors of `prisma()`.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_PRISMA_NO_ACTOR` and `NANOOK_ORM_PRISMA_UNSCOPED` from queries
 * @example
 * const own = db.$extends(nanook({ authorizer, schema, actor: typed('User', user) }));
 * const documents = await own.document.findMany({ orderBy: { id: 'asc' }, take: 20 });
 */
export function nanook(options: NanookOptions): NanookExtension {
  return (client: Extensible) => {
    const settings = { ...options, client };
    const models = new Models(settings);
    requireRelations(client, options.schema);
    models.checkNullability(options.types ?? {});
    const $allOperations = async ({ model, operation, args, query }: Operation): Promise<unknown> => {
      const actor = await actorOf(options.actor);
      const kinds = Object.hasOwn(kindsOf, operation) ? kindsOf[operation] : undefined;
      if (model === undefined || kinds === undefined) throw unsupported(model, operation);
      const scopes = new RowScopes(options.authorizer, actor, options.actions ?? {}, models, settings);
      return query(await scopedArgs({ model, operation, args, query }, kinds, scopes));
    };
    return client.$extends({ name: 'nanook', query: { $allOperations } }) as ReturnType<NanookExtension>;
  };
}

/** Returns the arguments of an operation that finds only allowed rows. */
async function scopedArgs(
  { model, operation, args, query }: Operation & { readonly model: string },
  kinds: readonly ActionKind[],
  scopes: RowScopes,
): Promise<Where> {
  const given = isPlain(args) ? args : {};
  requireOwnData(given['data'], model, operation, scopes);
  if (given['orderBy'] !== undefined) await requireOwnOrder(given['orderBy'], model, scopes);
  const selected = aggregates.includes(operation) ? given : await scopedSelection(given, model, scopes);
  const scope = await scopes.of(model, kinds);
  const asked =
    Object.hasOwn(given, 'where') && given['where'] === undefined ? { AND: undefined } : given['where'];
  const where = within(scope, await scopedWhere(asked, model, scopes));
  requireChangeable(where, model, operation, scopes);
  if (scopes.isRestricted && countValues({ ...selected, where }) > maxValuesOf(scopes.options))
    throw tooManyValues(scopes.options);
  const { cursor, ...rest } = selected;
  if (cursor === undefined || scope === undefined) return { ...selected, where };
  const found = within(scope, uniqueWhere(cursor, model, scopes));
  const isSeen = await finds(operation, found, query);
  return isSeen ? { ...selected, where } : { ...rest, where: noRow(model, scopes) };
}

/** Returns whether the row of a cursor is allowed. Prisma finds no rows after a cursor that does not exist. */
async function finds(operation: string, where: Where, query: Operation['query']): Promise<boolean> {
  switch (operation) {
    case 'count':
      return ((await query({ where })) as number) > 0;
    case 'aggregate':
      return ((await query({ where, _count: true })) as { _count: number })._count > 0;
    case 'findMany':
      return ((await query({ where, take: 1 })) as readonly unknown[]).length > 0;
    default:
      return (await query({ where })) !== null;
  }
}

/** Returns a unique condition as the condition of any query, which has no names for unique fields together. */
function uniqueWhere(cursor: unknown, model: string, { options }: RowScopes): Where {
  if (!isPlain(cursor)) throw refusal(model, 'a cursor must be an object literal');
  const { fields, relations } = options.schema.models[model]!;
  const isCondition = (name: string) => Object.hasOwn(relations, name) || ['AND', 'OR', 'NOT'].includes(name);
  const values = entriesOf(cursor).flatMap(([name, value]) =>
    Object.hasOwn(fields, name) || isCondition(name) || !isPlain(value)
      ? [[name, value] as const]
      : entriesOf(value),
  );
  const [other] = values.find(([name]) => !Object.hasOwn(fields, name)) ?? [];
  if (other !== undefined)
    throw refusal(
      model,
      `a cursor names a row by its unique fields, and not by \`${other}\`; move conditions to \`where\``,
    );
  return Object.fromEntries(values);
}

/** Checks that the data of an update has no writes to related rows. */
function requireOwnData(data: unknown, model: string, operation: string, { options }: RowScopes): void {
  const { relations } = options.schema.models[model]!;
  if (data === undefined) return;
  if (!isPlain(data)) throw refusal(`${model}.${operation}`, 'the option `data` must be an object literal');
  for (const [name] of entriesOf(data))
    if (Object.hasOwn(relations, name))
      throw refusal(
        `${model}.${operation}`,
        `the policy does not filter the writes to \`${name}\`; set the field of its foreign key, or update ${relations[name]!.type} itself`,
      );
}

/** Checks that MySQL can change the rows of a condition: Prisma prints SQL with unknown columns when a relation leads back to the table. */
function requireChangeable(where: Where, model: string, operation: string, { options }: RowScopes): void {
  const isChange = operation === 'updateMany' || operation === 'deleteMany';
  if (isChange && options.schema.provider === 'mysql' && leadsTo(model, where, model, options.schema.models))
    throw refusal(
      `${model}.${operation}`,
      `on MySQL and MariaDB, Prisma cannot change rows by a condition whose relations lead back to ${model}; find the keys with findMany, ` +
        'and change each row by its key',
    );
}

/** Returns whether a `where` of a model has a condition for a related row of another model, at any depth. */
function leadsTo(
  target: string,
  where: unknown,
  model: string,
  models: Readonly<Record<string, PrismaModel>>,
): boolean {
  if (Array.isArray(where)) return where.some((part) => leadsTo(target, part, model, models));
  if (!isPlain(where)) return false;
  const { relations } = models[model]!;
  return entriesOf(where).some(([key, value]) => {
    if (!Object.hasOwn(relations, key)) return leadsTo(target, value, model, models);
    const { type } = relations[key]!;
    return type === target || leadsTo(target, value, type, models);
  });
}

function unsupported(model: string | undefined, operation: string) {
  if (model === undefined)
    return refusal(
      operation,
      'the policy cannot filter a raw query; print the condition with sql() of @nanook/orm/sql, and run the query on the client without ' +
        'the extension',
    );
  const reason =
    operation === 'upsert' || operation.startsWith('create')
      ? 'a policy filters rows that exist; call authorizer.authorize(…) for the new row, and create it on the client without the extension'
      : 'the extension does not know this operation; run it on the client without the extension, after a check';
  return refusal(`${model}.${operation}`, reason);
}
