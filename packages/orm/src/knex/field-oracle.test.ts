import { describeFieldOracle } from '../testing/describe-field-oracle.fixture.js';
import { knexOn } from '../testing/knex.fixture.js';
import { tables } from '../testing/world.fixture.js';
import { knexResources } from './index.js';

describeFieldOracle('knexResources()', (database) => {
  const db = knexOn(database);
  return { resources: knexResources(db, { dialect: database.dialect, tables }), queries: db.queries };
});
