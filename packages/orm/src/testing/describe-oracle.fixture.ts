import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import { databases, type Database } from './databases.fixture.js';
import { compareWithIsAllowed, type FilteredDatabase } from './oracle.fixture.js';

/**
 * Declares the tests that compare an adapter with `can`, on each database.
 *
 * @param connect returns the function that finds the ids of the rows that satisfy a condition
 */
export function describeOracle(
  adapter: string,
  connect: (database: Database) => FilteredDatabase['idsOf'] | Promise<FilteredDatabase['idsOf']>,
): void {
  describe.each(databases)(`${adapter} on %s`, (_name, open) => {
    let database: Database;
    let idsOf: FilteredDatabase['idsOf'];
    beforeAll(async () => {
      database = await open();
      idsOf = await connect(database);
    });
    afterAll(() => database.close());

    it(
      'returns exactly the rows that a check allows, for random policies',
      async () => {
        const report = await compareWithIsAllowed(
          { fill: (data) => database.fill(data), idsOf },
          { arithmetic: true, lengths: true },
        );
        expect(report.failures).toEqual([]);
        expect(report.untranslatable).toBe(0);
        expect(report.compared + report.refused).toBe(randomCases(240));
        expect(report.telling).toBeGreaterThan(randomCases(60));
      },
      randomTimeout(120_000),
    );
  });
}
