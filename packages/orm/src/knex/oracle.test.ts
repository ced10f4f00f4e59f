import { describeOracle } from '../testing/describe-oracle.fixture.js';
import { knexOn } from '../testing/knex.fixture.js';
import { tableOf, tables } from '../testing/world.fixture.js';
import { knex } from './index.js';

describeOracle('knex()', (database) => {
  const list = knex({ dialect: database.dialect, tables });
  const db = knexOn(database);
  return async (type, condition) => {
    const rows = await db<{ id: number }>(tableOf[type]!).select('id').where(list(condition));
    return rows.map(({ id }) => id);
  };
});
