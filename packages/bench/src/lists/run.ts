import { Authorizer } from '@nanook/core';
import { policies, types } from '@nanook/example-gitclub/tables';
import { fileURLToPath } from 'node:url';
import { commit, load, machine, versionOf } from '../machine.ts';
import { cpuTime, elapsedTime, spreadOf, type Spread } from '../measure.ts';
import type { Options } from '../options.ts';
import type { Query } from './client.ts';
import { measureBudgets } from './budgets/run.ts';
import { clients } from './clients.ts';
import { openDatabase, type Database } from './database.ts';
import { planOf } from './plan.ts';
import { clientIds, type ClientId, type ListCell, type ListResults } from './results.ts';
import { expectedIds, user } from './world.ts';

/** The condition of the repositories that the user may read. */
export const conditionFor = (authorizer: Authorizer) => authorizer.where(user, 'read', 'Repository');

export const loadAuthorizer = (): Promise<Authorizer> =>
  Authorizer.load({ policies: fileURLToPath(policies), types });

/** Checks that a query returns the expected rows. */
export async function verifyList(database: Database, { text, values }: Query): Promise<void> {
  const ids = (await database.query(text, values)).map((row) => row['id'] as string);
  if (JSON.stringify(ids.toSorted()) !== JSON.stringify(expectedIds()))
    throw new Error(`the list has ${ids.length} rows, or other rows than the expected ones`);
}

async function measureWhere(authorizer: Authorizer, { rounds, quick }: Options): Promise<Spread> {
  const times = quick ? 50 : 500;
  const ms: number[] = [];
  for (let i = 0; i < times; i++) await conditionFor(authorizer);
  for (let round = 0; round < rounds; round++) {
    const before = cpuTime();
    for (let i = 0; i < times; i++) await conditionFor(authorizer);
    ms.push((cpuTime() - before) / times);
  }
  return spreadOf(ms);
}

/** Measures the lists of one client. Both queries take turns, and each goes first in half the rounds. */
async function measure(
  id: ClientId,
  database: Database,
  authorizer: Authorizer,
  { rounds, quick }: Options,
): Promise<ListCell> {
  process.stderr.write(`${id}: time of a list\n`);
  const client = await clients[id]();
  const contenders = {
    nanook: async () => client.nanook(await conditionFor(authorizer)),
    hand: async () => client.hand(),
  };
  const times = quick ? 3 : 10;
  const run = async (name: keyof typeof contenders): Promise<number> => {
    const before = elapsedTime();
    for (let i = 0; i < times; i++) {
      const { text, values } = await contenders[name]();
      await database.query(text, values);
    }
    return (elapsedTime() - before) / times;
  };
  for (const query of Object.values(contenders)) await verifyList(database, await query());
  const ms = { nanook: [] as number[], hand: [] as number[] };
  for (const name of ['nanook', 'hand'] as const) await run(name);
  for (let round = 0; round < rounds; round++)
    for (const name of round % 2 === 0 ? (['nanook', 'hand'] as const) : (['hand', 'nanook'] as const))
      ms[name].push(await run(name));
  return {
    client: id,
    nanookMs: spreadOf(ms.nanook),
    handMs: spreadOf(ms.hand),
    ratio: spreadOf(ms.nanook.map((value, round) => value / ms.hand[round]!)),
    nanookPlan: await planOf(database, await contenders.nanook()),
    handPlan: await planOf(database, await contenders.hand()),
  };
}

export async function measureLists(options: Options): Promise<ListResults> {
  const before = load();
  const database = await openDatabase(options.quick);
  try {
    const authorizer = await loadAuthorizer();
    const whereMs = await measureWhere(authorizer, options);
    const cells: ListCell[] = [];
    for (const id of clientIds)
      if (options.wants(id)) cells.push(await measure(id, database, authorizer, options));
    const budgets = options.wants('budgets') ? await measureBudgets(options) : [];
    const build = commit();
    return {
      at: new Date().toISOString(),
      quick: options.quick,
      rounds: options.rounds,
      machine: machine(),
      ...(build === undefined ? {} : { build }),
      versions: Object.fromEntries(
        ['pg', 'kysely', 'drizzle-orm', '@prisma/client'].map((name) => [name, versionOf(name)]),
      ),
      database: database.version,
      rows: database.rows,
      listed: expectedIds().length,
      load: [before, load()],
      whereMs,
      cells,
      budgets,
    };
  } finally {
    await database.close();
  }
}
