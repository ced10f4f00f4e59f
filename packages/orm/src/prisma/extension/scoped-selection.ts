import type { PrismaModel } from '../schema/prisma-schema.js';
import { entriesOf, isPlain, listOf, type Where } from './plain.js';
import { refusal } from './refusal.js';
import type { RowScopes } from './row-scopes.js';
import { scopedWhere, within } from './scoped-where.js';

/** Returns the arguments of a query whose `select` and `include` load only related rows that the actor may see. */
export async function scopedSelection(args: Where, model: string, scopes: RowScopes): Promise<Where> {
  const result: [string, unknown][] = [];
  for (const [key, value] of Object.entries(args))
    result.push([
      key,
      (key === 'select' || key === 'include') && isPlain(value)
        ? await selection(value, model, scopes)
        : value,
    ]);
  return Object.fromEntries(result);
}

async function selection(selected: Where, model: string, scopes: RowScopes): Promise<Where> {
  const { relations } = scopes.options.schema.models[model] as PrismaModel;
  const result: [string, unknown][] = [];
  for (const [name, value] of Object.entries(selected)) {
    if (value === false || value === null || value === undefined) result.push([name, value]);
    else if (name === '_count') result.push([name, await counts(value, model, scopes)]);
    else if (Object.hasOwn(relations, name)) result.push([name, await related(name, value, model, scopes)]);
    else result.push([name, value]);
  }
  return Object.fromEntries(result);
}

async function related(name: string, value: unknown, model: string, scopes: RowScopes): Promise<Where> {
  const { kind, type, nullable } = scopes.options.schema.models[model]!.relations[name]!;
  if (value !== true && !isPlain(value))
    throw refusal(`${model}.${name}`, 'a selected relation must be `true`, `false` or an object literal');
  const args = value === true ? {} : value;
  const scope = await scopes.of(type);
  const inner = await scopedSelection(args, type, scopes);
  if (args['orderBy'] !== undefined) await requireOwnOrder(args['orderBy'], type, scopes);
  if (scope === undefined && args['where'] === undefined) return inner;
  if (scope !== undefined && args['cursor'] !== undefined)
    throw refusal(
      `${model}.${name}`,
      'a cursor can be a row that the actor may not see; query the related rows themselves',
    );
  if (scope !== undefined && kind === 'one' && nullable !== true)
    throw refusal(
      `${model}.${name}`,
      `a related row cannot be left out, because the schema requires it, and the policy does not allow every row of ${type}; leave ` +
        `the relation out and query ${type} itself, or allow all rows in the policy`,
    );
  return { ...inner, where: within(scope, await scopedWhere(args['where'], type, scopes)) };
}

/** Returns the `_count` of a selection, which counts only related rows that the actor may see. */
async function counts(value: unknown, model: string, scopes: RowScopes): Promise<Where> {
  const { relations } = scopes.options.schema.models[model] as PrismaModel;
  const every = Object.entries(relations).filter(([, { kind }]) => kind !== 'one');
  const selected =
    isPlain(value) && isPlain(value['select'])
      ? value['select']
      : Object.fromEntries(every.map(([name]) => [name, true]));
  const result: [string, unknown][] = [];
  for (const [name, counted] of entriesOf(selected)) {
    const relation = Object.hasOwn(relations, name) ? relations[name] : undefined;
    if (counted === false || relation === undefined) {
      result.push([name, counted]);
      continue;
    }
    const where = await scopedWhere(isPlain(counted) ? counted['where'] : undefined, relation.type, scopes);
    result.push([name, { where: within(await scopes.of(relation.type), where) }]);
  }
  return { select: Object.fromEntries(result) };
}

/** Checks that an order does not depend on related rows that the actor may not see. */
export async function requireOwnOrder(orderBy: unknown, model: string, scopes: RowScopes): Promise<void> {
  const { relations } = scopes.options.schema.models[model] as PrismaModel;
  for (const part of listOf(orderBy)) {
    if (!isPlain(part)) continue;
    for (const [name, order] of entriesOf(part)) {
      if (!Object.hasOwn(relations, name)) continue;
      const { type } = relations[name]!;
      if ((await scopes.of(type)) !== undefined)
        throw refusal(
          `${model}.${name}`,
          `an order by related rows tells the order of rows that the actor may not see; order by fields of ${model}`,
        );
      await requireOwnOrder(order, type, scopes);
    }
  }
}
