import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { compareWithIsAllowed } from '../testing/oracle.fixture.js';
import { typeormOn } from '../testing/typeorm.fixture.js';
import { typeorm } from './index.js';

const times = Number(process.env['FILTER_TIMES'] ?? 1);

describe.each(databases)('typeorm() on %s', (_name, open) => {
  let database: Database;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await open();
    dataSource = await typeormOn(database);
  }, 60_000);
  afterAll(() => database.close());

  it(
    'returns exactly the rows for which isAllowed is true, for random policies',
    async () => {
      const list = typeorm(dataSource);
      const report = await compareWithIsAllowed({
        fill: (data) => database.fill(data),
        idsOf: async (type, condition) => {
          const repository = dataSource.getRepository<{ id: number }>(type);
          const rows = await repository
            .createQueryBuilder('r')
            .select('r.id')
            .where(list(condition))
            .getMany();
          const found = await repository.find({ select: { id: true }, where: list.where(condition) });
          expect(found).toEqual(rows);
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
