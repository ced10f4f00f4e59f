import { it } from 'vitest';
import { randomTimeout } from '../../../../tools/test-scope.js';
import { expectExactFields } from '../testing/describe-field-oracle.fixture.js';
import { mongooseOnEmulator } from '../testing/mongoose.fixture.js';
import { mongooseResources } from './index.js';

it(
  'mongooseResources() lists rows with exactly the fields for which allow_field holds, on an emulated MongoDB',
  () => {
    const { base, queries, database } = mongooseOnEmulator();
    return expectExactFields({ resources: mongooseResources(base), queries }, database, {
      recursion: false,
      oneQuery: false,
    });
  },
  randomTimeout(120_000),
);
