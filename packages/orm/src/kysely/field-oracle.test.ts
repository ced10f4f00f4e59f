import { describeFieldOracle } from '../testing/describe-field-oracle.fixture.js';
import { kyselyOn } from '../testing/kysely.fixture.js';
import { tables } from '../testing/world.fixture.js';
import { kyselyResources } from './index.js';

describeFieldOracle('kyselyResources()', (database) => {
  const db = kyselyOn(database);
  return { resources: kyselyResources(db, { dialect: database.dialect, tables }), queries: db.queries };
});
