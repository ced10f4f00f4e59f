import { it } from 'vitest';
import { expectExactLists } from '../testing/describe-list-oracle.fixture.js';
import { mongooseOnEmulator } from '../testing/mongoose.fixture.js';
import { mongooseResources } from './index.js';

const times = Number(process.env['FILTER_TIMES'] ?? 1);

it(
  'mongooseResources() lists exactly the rows for which isAllowed is true, in order, without gaps and repetitions, with one query a page, on an emulated MongoDB',
  () => {
    const { base, queries, database } = mongooseOnEmulator();
    return expectExactLists({ resources: mongooseResources(base), queries }, database, false);
  },
  120_000 * times,
);
