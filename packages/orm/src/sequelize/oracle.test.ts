import type { Sequelize } from 'sequelize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { compareWithIsAllowed } from '../testing/oracle.fixture.js';
import { sequelizeOn } from '../testing/sequelize.fixture.js';
import { sequelize } from './index.js';

const times = Number(process.env['FILTER_TIMES'] ?? 1);

describe.each(databases)('sequelize() on %s', (_name, open) => {
  let database: Database;
  let db: Sequelize;
  beforeAll(async () => {
    database = await open();
    db = sequelizeOn(database);
  }, 60_000);
  afterAll(() => database.close());

  it(
    'returns exactly the rows for which isAllowed is true, for random policies',
    async () => {
      const list = sequelize(db);
      const report = await compareWithIsAllowed({
        fill: (data) => database.fill(data),
        idsOf: async (type, condition) => {
          const rows = await db.models[type]!.findAll({ attributes: ['id'], where: list(condition) });
          return rows.map((row) => row.get('id'));
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
