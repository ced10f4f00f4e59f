import { describeListOracle } from '../testing/describe-list-oracle.fixture.js';
import { prismaOn, providerOf } from '../testing/prisma/client.fixture.js';
import { prismaResources } from './index.js';

describeListOracle(
  'prismaResources()',
  async (database) => {
    const { client, queries } = await prismaOn(database);
    const provider = providerOf[database.dialect];
    return { resources: prismaResources({ client, provider, text: 'binary', nan: 'absent' }), queries };
  },
  { recursion: false, binaryText: true },
);
