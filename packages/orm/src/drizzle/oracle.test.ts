import { getTableColumns } from 'drizzle-orm';
import { describeOracle } from '../testing/describe-oracle.fixture.js';
import { drizzleOn, drizzleTables } from '../testing/drizzle.fixture.js';
import { drizzle } from './index.js';

describeOracle('drizzle()', (database) => {
  const tables = drizzleTables(database.dialect);
  const list = drizzle(tables);
  const db = drizzleOn(database);
  return async (type, condition) => {
    const table = tables[type]!;
    const { id } = getTableColumns(table);
    const rows = await db.select({ id }).from(table).where(list(condition));
    return rows.map((row) => row['id']);
  };
});
