import { describeListOracle } from '../testing/describe-list-oracle.fixture.js';
import { drizzleOn, drizzleTables } from '../testing/drizzle.fixture.js';
import { drizzleResources } from './index.js';

describeListOracle('drizzleResources()', (database) => {
  const db = drizzleOn(database);
  return { resources: drizzleResources(db, drizzleTables(database.dialect)), queries: db.queries };
});
