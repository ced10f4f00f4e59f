import { describeListOracle } from '../testing/describe-list-oracle.fixture.js';
import { prismaConditions, prismaOn } from '../testing/prisma/client.fixture.js';
import { prismaResources } from './index.js';

describeListOracle(
  'prismaResources()',
  async (database) => {
    const { client, schema, queries } = await prismaOn(database);
    return { resources: prismaResources({ client, schema, text: 'binary', nan: 'absent' }), queries };
  },
  { conditions: prismaConditions, binaryText: true },
);
