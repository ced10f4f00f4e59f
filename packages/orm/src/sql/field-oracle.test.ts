import { describeFieldOracle } from '../testing/describe-field-oracle.fixture.js';
import { tables } from '../testing/world.fixture.js';
import { sqlResources } from './index.js';

describeFieldOracle('sqlResources()', (database) => {
  const queries: string[] = [];
  const resources = sqlResources({ dialect: database.dialect, tables }, (text, values) => {
    queries.push(text);
    return database.query(text, values);
  });
  return { resources, queries };
});
