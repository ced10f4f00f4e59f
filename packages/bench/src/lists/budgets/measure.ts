import { sql } from '@nanook/orm/sql';
import type { RowCondition } from '@nanook/core/filter';
import type { Query } from '../client.ts';
import { cpuTime, elapsedTime } from '../../measure.ts';
import type { BudgetCell } from './results.ts';
import type { Row, Server } from './server.ts';
import { tables, type HandWritten, type Shape, type UserKind } from './shapes.ts';

const inSnakeCase = (field: string): string =>
  field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Measures one list of one user: the first page through Nanook, and the fastest of the hand-written ones. */
export async function measureCell(
  server: Server,
  shape: Shape,
  user: UserKind,
  rows: number,
  rounds: number,
): Promise<BudgetCell> {
  const authorizer = await shape.load();
  const actor = shape.actor(user, rows);
  const condition = () => authorizer.where(actor, 'read', shape.type);
  const print = sql({ dialect: server.dialect, tables, columnName: inSnakeCase });
  const nanook = print(await condition());
  const hand = shape.hand(user, rows).map((each) => numbered(each, server));
  const pages = [nanook, ...hand].map((each) => pageOf(shape.table, each));
  const { listed, countMs, handCountMs } = await verify(server, shape, nanook, hand[0]!);
  const [own, ...others] = await fastest(server, pages, rounds);
  const whereMs = await cpuOf(condition);
  const given: RowCondition = await condition();
  return {
    shape: shape.name,
    user,
    listed,
    nanookMs: own!,
    handMs: Math.min(...others),
    countMs,
    handCountMs,
    planningMs: await leastOf(rounds, () => server.planningMs(pages[0]!)),
    whereMs,
    printMs: await cpuOf(() => print(given)),
  };
}

const pageOf = (table: string, { text, values }: Query): Query => ({
  text: `SELECT ${table}.* FROM ${table} WHERE ${text} ORDER BY ${table}.id LIMIT 20`,
  values,
});

/** Numbers the placeholders of a hand-written condition, if the server needs numbers. */
function numbered({ text, values }: HandWritten, { dialect }: Server): Query {
  let number = 0;
  return { text: dialect === 'postgres' ? text.replaceAll('?', () => `$${++number}`) : text, values };
}

/**
 * Checks that the condition of Nanook and the hand-written one have the same rows: their number, their sum and the first page.
 *
 * @returns the number of rows, and the milliseconds to count them
 */
async function verify(server: Server, { name, table }: Shape, nanook: Query, hand: Query) {
  const [own, other] = [await answerOf(server, table, nanook), await answerOf(server, table, hand)];
  if (own.text !== other.text)
    throw new Error(
      `${name} on ${server.name}: the list is ${own.text}, and the hand-written one ${other.text}`,
    );
  return { listed: own.listed, countMs: own.ms, handCountMs: other.ms };
}

async function answerOf(server: Server, table: string, query: Query) {
  const before = elapsedTime();
  const [sums] = await server.query(sumsOf(table, query));
  const ms = elapsedTime() - before;
  const text = JSON.stringify([sums, idsOf(await server.query(pageOf(table, query)))]);
  return { listed: Number(sums!['listed']), ms, text };
}

const idsOf = (rows: readonly Row[]): unknown[] => rows.map(({ id }) => id);

const sumsOf = (table: string, { text, values }: Query): Query => ({
  text: `SELECT count(*) AS listed, sum(id) AS ids FROM ${table} WHERE ${text}`,
  values,
});

/** Returns the shortest time of each query. They take turns, so that other work on the machine slows all of them. */
async function fastest(server: Server, queries: readonly Query[], rounds: number): Promise<number[]> {
  const best = queries.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= rounds; round++)
    for (const [i, query] of queries.entries()) {
      // A query that takes seconds is not measured more exactly by more rounds.
      if (round > 1 && best[i]! > 2_000) continue;
      const before = elapsedTime();
      await server.query(query);
      const ms = elapsedTime() - before;
      // The first round fills the caches of the server.
      if (round > 0) best[i] = Math.min(best[i]!, ms);
    }
  return best;
}

/** The number of times after which Node has compiled the work. */
const warmTimes = 30;

const cpuOf = (work: () => unknown): Promise<number> =>
  leastOf(warmTimes, async () => {
    const before = cpuTime();
    await work();
    return cpuTime() - before;
  });

async function leastOf(times: number, measure: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) least = Math.min(least, await measure());
  return least;
}
