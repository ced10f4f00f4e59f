import { typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import { databases, type Database } from '../testing/databases.fixture.js';
import { compareWithIsAllowed, type FilteredDatabase } from '../testing/oracle.fixture.js';
import { Random, tableOf, tables } from '../testing/world.fixture.js';
import { rowLevelSecurity, type RowLevelSecurityOptions } from './index.js';

const role = `nanook_application_${process.pid}`;

describe.each(databases.filter(([name]) => name.startsWith('P')))(
  'rowLevelSecurity() on %s',
  (_name, open) => {
    let database: Database;
    const random = new Random(5);
    beforeAll(async () => {
      database = await open();
      await database.query(`CREATE ROLE ${role}`, []);
      await database.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`, []);
    }, 60_000);
    afterAll(async () => {
      await database.query(`DROP OWNED BY ${role}`, []);
      await database.query(`DROP ROLE ${role}`, []);
      await database.close();
    });

    /** Reads the rows of a type as a role that the policies of the database apply to. */
    const idsSeen: FilteredDatabase['idsOf'] = async (type, _condition, { authorizer, actor }) => {
      // A condition also reads related rows that the policies of the database hide from everybody.
      const hidden = Object.keys(tableOf).filter((other) => other !== type && random.below(2) === 0);
      const policies: RowLevelSecurityOptions['policies'] = {
        ...Object.fromEntries(hidden.map((other) => [other, { select: 'none' }])),
        [type]: { select: 'read' },
      };
      const security = rowLevelSecurity(authorizer, { actor: 'User', tables, policies });
      const run = (text: string, values: readonly unknown[] = []) => database.query(text, values);
      const seen = async () => (await run(`SELECT id FROM ${tableOf[type]!}`)).map((row) => row['id']);
      await run('BEGIN');
      try {
        for (const statement of await security.statements()) await run(statement);
        await run(`SET LOCAL ROLE ${role}`);
        expect(await seen()).toEqual([]);
        await security.actAs(run, typed('User', actor));
        return await seen();
      } finally {
        await run('ROLLBACK');
      }
    };

    it(
      'shows exactly the rows that a check allows, for random policies and actors',
      async () => {
        const report = await compareWithIsAllowed(
          { fill: (data) => database.fill(data), idsOf: idsSeen },
          { arithmetic: true },
        );
        expect(report.failures).toEqual([]);
        expect(report.untranslatable).toBe(0);
        expect(report.compared + report.refused).toBe(randomCases(240));
        expect(report.telling).toBeGreaterThan(randomCases(60));
      },
      randomTimeout(120_000),
    );
  },
);
