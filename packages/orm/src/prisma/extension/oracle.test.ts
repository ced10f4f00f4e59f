import { typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomTimeout } from '../../../../../tools/test-scope.js';
import { databases, type Database } from '../../testing/databases.fixture.js';
import { compareWithIsAllowed } from '../../testing/oracle.fixture.js';
import {
  prismaConditions,
  prismaOn,
  type AnyClient,
  type TestPrisma,
} from '../../testing/prisma/client.fixture.js';
import { columns, Random, tableOf, type Tables } from '../../testing/world.fixture.js';
import { isNanookOrmError, nanook } from '../index.js';

const options = { text: 'binary', nan: 'absent' } as const;

type Row = Readonly<Record<string, unknown>> & { readonly id: number };

describe.each(databases)('nanook() on %s', (_name, open) => {
  let database: Database;
  let client: AnyClient;
  let schema: TestPrisma['schema'];
  beforeAll(async () => {
    database = await open({ binaryText: true });
    ({ client, schema } = await prismaOn(database));
  });
  afterAll(() => database.close());

  it(
    'finds exactly the rows that a check allows, and changes no other row',
    async () => {
      const random = new Random(11);
      let data: Tables;
      let changed = 0;
      const report = await compareWithIsAllowed(
        {
          fill: async (tables) => {
            data = tables;
            await database.fill(tables);
          },
          idsOf: async (type, _condition, { authorizer, actor }) => {
            const actions = { update: 'read', delete: 'read' };
            const own = client.$extends(
              nanook({ authorizer, schema, actor: typed('User', actor), actions, ...options }),
            );
            const model = own[type.toLowerCase()];
            const ids = ((await model.findMany({ select: { id: true } })) as Row[]).map(({ id }) => id);
            expect(await model.count()).toBe(ids.length);
            const some = random.below(40) + 1;
            expect((await model.findUnique({ where: { id: some } }))?.id).toBe(
              ids.includes(some) ? some : undefined,
            );
            if (await isRefused(own, type)) return ids;
            changed++;
            // Each change is undone, so that the next policy finds the same rows.
            const table = tableOf[type]!;
            const column = changeable[type]!;
            const idsIn = async (where?: object) =>
              ((await client[type.toLowerCase()].findMany({ where })) as Row[])
                .map(({ id }) => id)
                .toSorted(byNumber);
            expect(await model.updateMany({ data: { [column]: 77 } })).toEqual({ count: ids.length });
            expect(await idsIn({ [column]: 77 })).toEqual(ids.toSorted(byNumber));
            await restore(database, table, data);
            expect(await model.deleteMany()).toEqual({ count: ids.length });
            const kept = data[table].map(({ id }) => id as number).filter((id) => !ids.includes(id));
            expect(await idsIn()).toEqual(kept.toSorted(byNumber));
            await restore(database, table, data);
            return ids;
          },
        },
        { ...prismaConditions(database.dialect), policies: randomCases(60) },
      );
      expect(report.failures).toEqual([]);
      expect(report.telling).toBeGreaterThan(hasManyCases ? randomCases(15) : 0);
      expect(changed).toBeGreaterThan((database.dialect === 'mysql' ? 0.4 : 0.9) * report.compared);
    },
    randomTimeout(120_000),
  );
});

/** A column of each type that no relation needs, so that a change of it does not change the rows of other types. */
const changeable: Readonly<Record<string, string>> = {
  Comment: 'rank',
  Folder: 'ownerId',
  Document: 'priority',
};

/** Returns whether the extension refuses to change rows of a type, which happens on MySQL only. */
async function isRefused(own: AnyClient, type: string): Promise<boolean> {
  try {
    await own[type.toLowerCase()].updateMany({ where: { id: -1 }, data: {} });
    return false;
  } catch (error) {
    if (isNanookOrmError(error) && error.code === 'NANOOK_ORM_PRISMA_UNSCOPED') return true;
    throw error;
  }
}

const byNumber = (a: number, b: number): number => a - b;

async function restore(database: Database, table: keyof Tables, data: Tables): Promise<void> {
  const quote = database.dialect === 'mysql' ? '`' : '"';
  await database.execute(`DELETE FROM ${table}`, []);
  const names = Object.keys(columns[table]);
  const rows = data[table];
  const holes = rows
    .map((_, row) =>
      names
        .map((__, i) => (database.dialect === 'postgres' ? `$${row * names.length + i + 1}` : '?'))
        .join(', '),
    )
    .map((list) => `(${list})`)
    .join(', ');
  const values = rows.flatMap((row) => names.map((name) => row[name]));
  await database.execute(
    `INSERT INTO ${table} (${names.map((name) => quote + name + quote).join(', ')}) VALUES ${holes}`,
    values,
  );
}
