import { describeFieldOracle } from '../testing/describe-field-oracle.fixture.js';
import { sequelizeOn } from '../testing/sequelize.fixture.js';
import { sequelizeResources } from './index.js';

describeFieldOracle('sequelizeResources()', (database) => {
  const db = sequelizeOn(database);
  return { resources: sequelizeResources(db), queries: db.queries };
});
