import { describeListOracle } from '../testing/describe-list-oracle.fixture.js';
import { sequelizeOn } from '../testing/sequelize.fixture.js';
import { sequelizeResources } from './index.js';

describeListOracle('sequelizeResources()', (database) => {
  const db = sequelizeOn(database);
  return { resources: sequelizeResources(db), queries: db.queries };
});
