import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import { databases, type Database } from '../testing/databases.fixture.js';
import { compareWithIsAllowed } from '../testing/oracle.fixture.js';
import { prismaConditions, prismaOn, type TestPrisma } from '../testing/prisma/client.fixture.js';
import { prisma } from './index.js';

describe.each(databases)('prisma() on %s', (_name, open) => {
  let database: Database;
  let client: TestPrisma['client'];
  let schema: TestPrisma['schema'];
  let queries: TestPrisma['queries'];
  beforeAll(async () => {
    database = await open({ binaryText: true });
    ({ client, schema, queries } = await prismaOn(database));
  });
  afterAll(() => database.close());

  it(
    'returns exactly the rows that a check allows, for random policies',
    async () => {
      const list = prisma({ client, schema, text: 'binary', nan: 'absent' });
      const report = await compareWithIsAllowed(
        {
          fill: (data) => database.fill(data),
          idsOf: async (type, condition) => {
            const where = list(condition);
            const before = queries.length;
            const rows = await client[type.toLowerCase()]!.findMany({ where, select: { id: true } });
            expect(queries.length).toBe(before + 1);
            return rows.map(({ id }) => id);
          },
        },
        prismaConditions(database.dialect),
      );
      expect(report.failures).toEqual([]);
      expect(report.untranslatable).toBeLessThan(randomCases(5));
      expect(report.compared + report.refused + report.untranslatable).toBe(randomCases(240));
      expect(report.telling).toBeGreaterThan(hasManyCases ? randomCases(60) : 0);
    },
    randomTimeout(120_000),
  );
});
