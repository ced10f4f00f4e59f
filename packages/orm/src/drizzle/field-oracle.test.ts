import { describeFieldOracle } from '../testing/describe-field-oracle.fixture.js';
import { drizzleOn, drizzleTables } from '../testing/drizzle.fixture.js';
import { drizzleResources } from './index.js';

describeFieldOracle('drizzleResources()', (database) => {
  const db = drizzleOn(database);
  return { resources: drizzleResources(db, drizzleTables(database.dialect)), queries: db.queries };
});
