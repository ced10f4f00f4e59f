import { describeFieldOracle } from '../testing/describe-field-oracle.fixture.js';
import { prismaOn } from '../testing/prisma/client.fixture.js';
import { prismaResources } from './index.js';

describeFieldOracle(
  'prismaResources()',
  async (database) => {
    const { client, schema, queries } = await prismaOn(database);
    return { resources: prismaResources({ client, schema, text: 'binary', nan: 'absent' }), queries };
  },
  { recursion: false, oneQuery: false, binaryText: true },
);
