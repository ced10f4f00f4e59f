import { it } from 'vitest';
import { randomTimeout } from '../../../../tools/test-scope.js';
import { expectExactLists } from '../testing/describe-list-oracle.fixture.js';
import { mongooseOnEmulator } from '../testing/mongoose.fixture.js';
import { mongooseResources } from './index.js';

it(
  'mongooseResources() lists exactly the rows that a check allows, in order, without gaps and repetitions, with one query a page, on an emulated MongoDB',
  () => {
    const { base, queries, database } = mongooseOnEmulator();
    return expectExactLists({ resources: mongooseResources(base), queries }, database, {
      recursion: false,
      counted: ['comments', 'documents'],
    });
  },
  randomTimeout(120_000),
);
