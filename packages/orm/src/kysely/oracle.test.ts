import { describeOracle } from '../testing/describe-oracle.fixture.js';
import { kyselyOn } from '../testing/kysely.fixture.js';
import { tableOf, tables } from '../testing/world.fixture.js';
import { kysely } from './index.js';

describeOracle('kysely()', (database) => {
  const list = kysely({ dialect: database.dialect, tables });
  const db = kyselyOn(database);
  return async (type, condition) => {
    const rows = await db.selectFrom(tableOf[type]!).select('id').where(list(condition)).execute();
    return rows.map(({ id }) => id);
  };
});
