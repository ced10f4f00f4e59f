import { describeListOracle } from '../testing/describe-list-oracle.fixture.js';
import { kyselyOn } from '../testing/kysely.fixture.js';
import { tables } from '../testing/world.fixture.js';
import { kyselyResources } from './index.js';

describeListOracle('kyselyResources()', (database) => {
  const db = kyselyOn(database);
  return { resources: kyselyResources(db, { dialect: database.dialect, tables }), queries: db.queries };
});
