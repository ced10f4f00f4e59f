import { typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import { databases, type Database } from '../testing/databases.fixture.js';
import { compareWithIsAllowed, type FilteredDatabase } from '../testing/oracle.fixture.js';
import { Random, tableOf, tables } from '../testing/world.fixture.js';
import { rowLevelSecurity, type RowLevelSecurityOptions } from './index.js';

const role = `nanook_application_${process.pid}`;

/** Creates an index for each column of each table. */
// cspell:ignore attrelid attnum attname atttypid attisdropped regtype
const indexes = `DO $$ DECLARE of_column record; BEGIN
  FOR of_column IN SELECT attrelid::regclass AS of_table, attname FROM pg_attribute
    WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')
      AND attnum > 0 AND NOT attisdropped AND atttypid::regtype::text NOT LIKE 'json%'
  LOOP EXECUTE format('CREATE INDEX ON %s (%I)', of_column.of_table, of_column.attname); END LOOP;
END $$`;

describe.each(databases.filter(([name]) => name.startsWith('P')))(
  'rowLevelSecurity() on %s',
  (_name, open) => {
    let database: Database;
    const random = new Random(5);
    let foundByKeys = 0;
    beforeAll(async () => {
      database = await open();
      await database.query(`CREATE ROLE ${role}`, []);
      await database.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`, []);
    });
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
      const [isIndexed, isWide] = [random.below(3) > 0, random.below(2) === 0];
      const seen = async () => (await run(`SELECT id FROM ${tableOf[type]!}`)).map((row) => row['id']);
      await run('BEGIN');
      try {
        if (isIndexed) await run(indexes);
        const statements = await security.statements();
        if (isIndexed && statements.some((statement) => statement.includes('_keys_1'))) foundByKeys++;
        // A policy that starts from indexes has two ways to find the rows of a set, by the number of its keys.
        for (const statement of statements)
          await run(isWide ? statement.replaceAll(' OFFSET 5000', ' OFFSET 0') : statement);
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
          { arithmetic: true, lengths: true, joinedTexts: false },
        );
        expect(report.failures).toEqual([]);
        expect(report.untranslatable).toBe(0);
        expect(report.compared + report.refused).toBe(randomCases(240));
        expect(foundByKeys).toBeGreaterThan(0);
        expect(report.telling).toBeGreaterThan(randomCases(60));
      },
      randomTimeout(120_000),
    );
  },
);
