import { describeListOracle } from '../testing/describe-list-oracle.fixture.js';
import { tables } from '../testing/world.fixture.js';
import { sqlResources } from './index.js';

describeListOracle('sqlResources()', (database) => {
  const queries: string[] = [];
  const resources = sqlResources({ dialect: database.dialect, tables }, (text, values) => {
    queries.push(text);
    return database.query(text, values);
  });
  return { resources, queries };
});
