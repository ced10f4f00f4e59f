import { describeListOracle } from '../testing/describe-list-oracle.fixture.js';
import { typeormOn } from '../testing/typeorm.fixture.js';
import { typeormResources } from './index.js';

describeListOracle('typeormResources()', async (database) => {
  const dataSource = await typeormOn(database);
  return { resources: typeormResources(dataSource), queries: dataSource.queries };
});
