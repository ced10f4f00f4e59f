import { describeListOracle } from '../testing/describe-list-oracle.fixture.js';
import { mikroOrmOn } from '../testing/mikro-orm.fixture.js';
import { mikroOrmResources } from './index.js';

describeListOracle('mikroOrmResources()', async (database) => {
  const orm = await mikroOrmOn(database);
  return { resources: mikroOrmResources(orm), queries: orm.queries };
});
