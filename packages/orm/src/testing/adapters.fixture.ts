import type { ResourceAdapter } from '@nanook/core';
import { drizzleResources } from '../drizzle/index.js';
import { knexResources } from '../knex/index.js';
import { kyselyResources } from '../kysely/index.js';
import { mikroOrmResources } from '../mikro-orm/index.js';
import { prismaResources } from '../prisma/index.js';
import { sequelizeResources } from '../sequelize/index.js';
import { sqlResources } from '../sql/index.js';
import { typeormResources } from '../typeorm/index.js';
import type { Database } from './databases.fixture.js';
import { drizzleOn, drizzleTables } from './drizzle.fixture.js';
import { knexOn } from './knex.fixture.js';
import { kyselyOn } from './kysely.fixture.js';
import { mikroOrmOn } from './mikro-orm.fixture.js';
import { prismaOn } from './prisma/client.fixture.js';
import { sequelizeOn } from './sequelize.fixture.js';
import { typeormOn } from './typeorm.fixture.js';
import { tables } from './world.fixture.js';

/** The adapter of each library for a database of the world. */
export const adapters: readonly (readonly [
  string,
  (database: Database) => ResourceAdapter | Promise<ResourceAdapter>,
])[] = [
  [
    'sqlResources()',
    (database) =>
      sqlResources({ dialect: database.dialect, tables }, (text, values) => database.query(text, values)),
  ],
  ['knexResources()', (database) => knexResources(knexOn(database), { dialect: database.dialect, tables })],
  [
    'kyselyResources()',
    (database) => kyselyResources(kyselyOn(database), { dialect: database.dialect, tables }),
  ],
  [
    'drizzleResources()',
    (database) => drizzleResources(drizzleOn(database), drizzleTables(database.dialect)),
  ],
  ['sequelizeResources()', (database) => sequelizeResources(sequelizeOn(database))],
  ['typeormResources()', async (database) => typeormResources(await typeormOn(database))],
  ['mikroOrmResources()', async (database) => mikroOrmResources(await mikroOrmOn(database))],
  [
    'prismaResources()',
    async (database) => {
      const { client, schema } = await prismaOn(database);
      return prismaResources({ client, schema, text: 'binary', nan: 'absent' });
    },
  ],
];
