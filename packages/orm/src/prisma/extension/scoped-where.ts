import type { PrismaModel } from '../schema/prisma-schema.js';
import { entriesOf, isPlain, listOf, type Where } from './plain.js';
import { refusal } from './refusal.js';
import type { RowScope, RowScopes } from './row-scopes.js';

// A related row that the actor may not see does not exist for the conditions of a query. Otherwise a condition would tell its values.

/** Returns a `where` of a query in which relations have only the rows that the actor may see. */
export async function scopedWhere(where: unknown, model: string, scopes: RowScopes): Promise<Where> {
  if (where === undefined) return {};
  if (!isPlain(where)) throw refusal(model, 'a `where` must be an object literal');
  const { relations } = modelOf(model, scopes);
  const kept: [string, unknown][] = [];
  const and: Where[] = [];
  const add = (part: Where) => void (isEmpty(part) || and.push(part));
  for (const [key, value] of Object.entries(where)) {
    if (value === undefined) {
      // With `strictUndefinedChecks`, Prisma refuses a value that is undefined. `AND` gets another value below.
      kept.unshift([key === 'AND' ? 'NOT' : key, undefined]);
    } else if (key === 'AND') {
      for (const part of listOf(value)) add(await scopedWhere(part, model, scopes));
    } else if (key === 'NOT' || key === 'OR') {
      const parts = await Promise.all(listOf(value).map((part) => scopedWhere(part, model, scopes)));
      // Prisma drops an empty `OR` within an `AND`, and then finds every row.
      kept.push([key, key === 'OR' && parts.length === 0 ? [noRow(model, scopes)] : parts]);
    } else if (Object.hasOwn(relations, key)) {
      (await relationFilter(model, key, value, scopes)).forEach(add);
    } else {
      kept.push([key, value]);
    }
  }
  return Object.fromEntries(and.length === 0 ? kept : [...kept, ['AND', and]]);
}

/** Returns a `where` for the rows that a condition of the query finds among the allowed rows. */
export function within(scope: RowScope | undefined, where: Where): Where {
  if (scope === undefined) return where;
  return { ...where, AND: [scope.where, ...listOf(where['AND'])] };
}

export const noRow = (model: string, { models }: RowScopes): Where => ({
  [models.listableOf(model)]: { in: [] },
});

const modelOf = (model: string, { options }: RowScopes): PrismaModel => options.schema.models[model]!;

async function relationFilter(
  model: string,
  name: string,
  value: unknown,
  scopes: RowScopes,
): Promise<Where[]> {
  const { kind, type } = modelOf(model, scopes).relations[name]!;
  const scope = await scopes.of(type);
  const inner = (where: unknown) => scopedWhere(where ?? {}, type, scopes);
  const seen = (where: Where) => within(scope, where);
  if (value !== null && !isPlain(value))
    throw refusal(name, 'a condition of a relation must be an object literal');
  const everyRow = { [scopes.models.listableOf(model)]: { notIn: [] } };
  if (kind !== 'one')
    return Promise.all(
      entriesOf(value ?? {}).map(async ([key, where]) =>
        toMany(name, key, await inner(where), seen, everyRow),
      ),
    );
  if (value === null) return [absent(name, scope)];
  const entries = entriesOf(value);
  if (!entries.every(([key]) => key === 'is' || key === 'isNot'))
    return [{ [name]: { is: seen(await inner(value)) } }];
  return Promise.all(
    entries.map(async ([key, where]): Promise<Where> => {
      if (where === null) return key === 'is' ? absent(name, scope) : { [name]: { is: seen({}) } };
      const condition = await inner(where);
      if (key === 'is') return { [name]: { is: seen(condition) } };
      return { OR: [absent(name, scope), { [name]: { isNot: condition } }] };
    }),
  );
}

function toMany(
  name: string,
  quantifier: string,
  condition: Where,
  seen: (where: Where) => Where,
  everyRow: Where,
): Where {
  switch (quantifier) {
    case 'some':
    case 'none':
      return { [name]: { [quantifier]: seen(condition) } };
    case 'every':
      // Prisma ignores a `NOT` of no condition, and an empty object within an `OR`.
      return isEmpty(condition) ? everyRow : { [name]: { none: seen({ NOT: condition }) } };
    default:
      throw refusal(name, `a relation has the conditions some, none and every, not \`${quantifier}\``);
  }
}

/** Returns the `where` for rows without a related row that the actor may see. */
function absent(name: string, scope: RowScope | undefined): Where {
  const missing = { NOT: { [name]: { is: {} } } };
  return scope === undefined ? missing : { OR: [missing, { [name]: { is: scope.hidden } }] };
}

const isEmpty = (where: Where): boolean => entriesOf(where).length === 0;
