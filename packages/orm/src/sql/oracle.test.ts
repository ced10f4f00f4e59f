import { describeOracle } from '../testing/describe-oracle.fixture.js';
import { tableOf, tables } from '../testing/world.fixture.js';
import { sql } from './index.js';

describeOracle('sql()', (database) => {
  const print = sql({ dialect: database.dialect, tables });
  return async (type, condition) => {
    const { text, values } = print(condition);
    const rows = await database.query(`SELECT id FROM ${tableOf[type]!} WHERE ${text}`, values);
    return rows.map((row) => row['id']);
  };
});
