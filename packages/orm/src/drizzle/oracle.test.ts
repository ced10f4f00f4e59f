import { getTableColumns } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { drizzleOn, drizzleTables } from '../testing/drizzle.fixture.js';
import { compareWithIsAllowed } from '../testing/oracle.fixture.js';
import { drizzle } from './index.js';

const times = Number(process.env['FILTER_TIMES'] ?? 1);

describe.each(databases)('drizzle() on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  }, 60_000);
  afterAll(() => database.close());

  it(
    'returns exactly the rows for which isAllowed is true, for random policies',
    async () => {
      const tables = drizzleTables(database.dialect);
      const list = drizzle(tables);
      const db = drizzleOn(database);
      const report = await compareWithIsAllowed({
        fill: (data) => database.fill(data),
        idsOf: async (type, condition) => {
          const table = tables[type]!;
          const { id } = getTableColumns(table);
          const rows = await db.select({ id }).from(table).where(list(condition));
          return rows.map((row) => row['id']);
        },
      });
      expect(report.failures).toEqual([]);
      expect(report.untranslatable).toBe(0);
      expect(report.compared + report.refused).toBe(240 * times);
      expect(report.telling).toBeGreaterThan(60 * times);
    },
    120_000 * times,
  );
});
