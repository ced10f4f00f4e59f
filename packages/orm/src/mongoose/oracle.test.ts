import { Schema } from 'mongoose';
import { expect, it } from 'vitest';
import { randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import { mongooseOnEmulator } from '../testing/mongoose.fixture.js';
import { compareWithIsAllowed, type FilteredDatabase } from '../testing/oracle.fixture.js';
import { isNanookOrmError, mongooseFilter, mongoosePipeline } from './index.js';

/** Whether integers are paths of the type `Int32`, which came with Mongoose 8.9. Arithmetic on other numbers is refused. */
const hasInt32 = 'Int32' in Schema.Types;

it.each([
  ['references', {}],
  ['embedded documents', { isEmbedded: true }],
] as const)(
  'mongooseFilter() and mongoosePipeline() return exactly the rows that a check allows, for random policies on %s in an emulated MongoDB',
  async (_case, options) => {
    const { base, database } = mongooseOnEmulator(options);
    const filterOf = mongooseFilter(base);
    const stagesOf = mongoosePipeline(base);
    let filters = 0;
    const idsOf: FilteredDatabase['idsOf'] = async (type, condition) => {
      const model = base.model(type);
      const found = await model.aggregate<{ id: number }>(stagesOf(condition));
      const ids = found.map(({ id }) => id);
      try {
        const documents = await model.find<{ id: number }>(filterOf(condition));
        filters++;
        expect(documents.map(({ id }) => id)).toEqual(ids);
      } catch (error) {
        if (!isNanookOrmError(error) || error.code !== 'NANOOK_ORM_MONGOOSE_PIPELINE') throw error;
      }
      return ids;
    };
    const report = await compareWithIsAllowed(
      { ...database, idsOf },
      { recursion: false, counted: ['comments', 'documents'], arithmetic: hasInt32 },
    );
    expect(report.failures).toEqual([]);
    expect(report.untranslatable).toBe(0);
    expect(report.compared + report.refused).toBe(randomCases(240));
    expect(report.telling).toBeGreaterThan(randomCases('isEmbedded' in options ? 40 : 60));
    expect(filters).toBeGreaterThan(randomCases(60));
  },
  randomTimeout(120_000),
);
