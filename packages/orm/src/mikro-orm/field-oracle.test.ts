import { describeFieldOracle } from '../testing/describe-field-oracle.fixture.js';
import { mikroOrmOn } from '../testing/mikro-orm.fixture.js';
import { mikroOrmResources } from './index.js';

describeFieldOracle(
  'mikroOrmResources()',
  async (database) => {
    const orm = await mikroOrmOn(database);
    return { resources: mikroOrmResources(orm), queries: orm.queries };
  },
  { oneQuery: false },
);
