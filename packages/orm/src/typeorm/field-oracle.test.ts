import { describeFieldOracle } from '../testing/describe-field-oracle.fixture.js';
import { typeormOn } from '../testing/typeorm.fixture.js';
import { typeormResources } from './index.js';

describeFieldOracle('typeormResources()', async (database) => {
  const dataSource = await typeormOn(database);
  return { resources: typeormResources(dataSource), queries: dataSource.queries };
});
