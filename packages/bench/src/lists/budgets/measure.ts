import type { Authorizer } from '@nanook/core';
import { rowLevelSecurity } from '@nanook/orm/rls';
import { sql, sqlResources } from '@nanook/orm/sql';
import type { Query } from '../client.ts';
import { cpuTime, elapsedTime } from '../../measure.ts';
import type { BudgetCell } from './results.ts';
import type { Row, Server } from './server.ts';
import { tables, type HandWritten, type Shape, type UserKind } from './shapes.ts';

const inSnakeCase = (field: string): string =>
  field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const names = { tables, columnName: inSnakeCase };

const pageSize = 20;

/** Measures one list of one user: the first page through Nanook, the fastest of the hand-written ones, and the page of row-level security. */
export async function measureCell(
  server: Server,
  shape: Shape,
  user: UserKind,
  rows: number,
  rounds: number,
): Promise<BudgetCell> {
  const recorder = recorded(server);
  const authorizer = await shape.load(sqlResources({ dialect: server.dialect, ...names }, recorder.run));
  const actor = shape.actor(user, rows);
  const print = sql({ dialect: server.dialect, ...names });
  const hand = shape.hand(user, rows).map((each) => numbered(each, server));
  const list = async (): Promise<readonly object[]> =>
    (await authorizer.list(actor, 'read', shape.type, { take: pageSize })).rows;
  const handPages = hand.map((each) => () => server.query(pageOf(shape.table, each)));

  const expected = await ownAnswer(server, shape.table, hand[0]!);
  const before = elapsedTime();
  const listed = await authorizer.count(actor, 'read', shape.type);
  const countMs = elapsedTime() - before;
  const check = (page: readonly object[], name: string): void => {
    const text = JSON.stringify([listed, idsOf(page as readonly Row[])]);
    if (text !== expected.text)
      throw new Error(
        `${shape.name} on ${server.name}: ${name} is ${text}, and the hand-written list ${expected.text}`,
      );
  };
  check(await list(), 'the list');
  await checkSums(server, shape, print(await authorizer.where(actor, 'read', shape.type)), hand[0]!);

  const [own, ...others] = await fastest([list, ...handPages], rounds);
  const databaseMs = await leastOf(rounds, async () => {
    recorder.clear();
    await list();
    return recorder.ms();
  });
  const page = recorder.last();
  const protectedMs = await protectedPage(server, shape, authorizer, actor, rounds, check);
  const condition = await authorizer.where(actor, 'read', shape.type);
  return {
    shape: shape.name,
    user,
    listed,
    nanookMs: own!,
    databaseMs,
    handMs: Math.min(...others),
    ...(protectedMs === undefined ? {} : { protectedMs }),
    countMs,
    handCountMs: expected.countMs,
    planningMs: page === undefined ? 0 : await leastOf(rounds, () => server.planningMs(page)),
    whereMs: await cpuOf(() => authorizer.where(actor, 'read', shape.type)),
    printMs: await cpuOf(() => print(condition)),
  };
}

/** Returns a function that runs queries and records them, with the milliseconds in the database. */
function recorded(server: Server) {
  let spent = 0;
  let latest: Query | undefined;
  return {
    run: async (text: string, values: readonly unknown[]): Promise<readonly Row[]> => {
      latest = { text, values };
      const before = elapsedTime();
      const rows = await server.query(latest);
      spent += elapsedTime() - before;
      return rows;
    },
    clear: () => (spent = 0),
    ms: () => spent,
    /** Returns the latest query, if there was one: a list that is empty for every row runs none. */
    last: () => latest,
  };
}

/** Measures the first page that row-level security filters, if the database has it and the shape has tables for all it reads. */
async function protectedPage(
  server: Server,
  shape: Shape,
  authorizer: Authorizer,
  actor: object,
  rounds: number,
  check: (page: readonly object[], name: string) => void,
): Promise<number | undefined> {
  if (server.protect === undefined || shape.protectedFor === undefined) return undefined;
  const security = rowLevelSecurity(authorizer, {
    actor: shape.protectedFor,
    policies: { [shape.type]: { select: 'read' } },
    ...names,
  });
  const page = () => server.query(pageOf(shape.table, { text: 'true', values: [] }));
  return server.protect({ security, actor }, async () => {
    check(await page(), 'the page by row-level security');
    const [ms] = await fastest([page], rounds);
    return ms;
  });
}

const pageOf = (table: string, { text, values }: Query): Query => ({
  text: `SELECT ${table}.* FROM ${table} WHERE ${text} ORDER BY ${table}.id LIMIT ${pageSize}`,
  values,
});

/** Numbers the placeholders of a hand-written condition, if the server needs numbers. */
function numbered({ text, values }: HandWritten, { dialect }: Server): Query {
  let number = 0;
  return { text: dialect === 'postgres' ? text.replaceAll('?', () => `$${++number}`) : text, values };
}

/** Runs the hand-written condition: its count and its first page as text, and the milliseconds of the count. */
async function ownAnswer(server: Server, table: string, query: Query) {
  const before = elapsedTime();
  const [row] = await server.query({
    text: `SELECT count(*) AS listed FROM ${table} WHERE ${query.text}`,
    values: query.values,
  });
  const countMs = elapsedTime() - before;
  const ids = idsOf(await server.query(pageOf(table, query)));
  return { text: JSON.stringify([Number(row!['listed']), ids]), countMs };
}

/** Checks that the printed condition and the hand-written one have the same rows, by their number and the sum of their ids. */
async function checkSums(server: Server, { name, table }: Shape, nanook: Query, hand: Query): Promise<void> {
  const [own, other] = [await sumsOf(server, table, nanook), await sumsOf(server, table, hand)];
  if (own !== other)
    throw new Error(
      `${name} on ${server.name}: the rows of the condition are ${own}, and the hand-written ones ${other}`,
    );
}

const idsOf = (rows: readonly Row[]): unknown[] => rows.map(({ id }) => id);

async function sumsOf(server: Server, table: string, { text, values }: Query): Promise<string> {
  const sums = { text: `SELECT count(*) AS listed, sum(id) AS ids FROM ${table} WHERE ${text}`, values };
  return JSON.stringify(await server.query(sums));
}

/** Returns the shortest time of each page. They take turns, so that other work on the machine slows all of them. */
async function fastest(pages: readonly (() => Promise<unknown>)[], rounds: number): Promise<number[]> {
  const best = pages.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= rounds; round++)
    for (const [i, page] of pages.entries()) {
      // A page that takes seconds is not measured more exactly by more rounds.
      if (round > 1 && best[i]! > 2_000) continue;
      const before = elapsedTime();
      await page();
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
