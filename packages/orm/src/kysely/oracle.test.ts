import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { kyselyOn } from '../testing/kysely.fixture.js';
import { compareWithIsAllowed } from '../testing/oracle.fixture.js';
import { tableOf, tables } from '../testing/world.fixture.js';
import { kysely } from './index.js';

const times = Number(process.env['FILTER_TIMES'] ?? 1);

describe.each(databases)('kysely() on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  }, 60_000);
  afterAll(() => database.close());

  it(
    'returns exactly the rows for which isAllowed is true, for random policies',
    async () => {
      const list = kysely({ dialect: database.dialect, tables });
      const db = kyselyOn(database);
      const report = await compareWithIsAllowed({
        fill: (data) => database.fill(data),
        idsOf: async (type, condition) => {
          const rows = await db.selectFrom(tableOf[type]!).select('id').where(list(condition)).execute();
          return rows.map(({ id }) => id);
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
