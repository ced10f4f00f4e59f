import type { RowCondition } from '@nanook/core/filter';
import { Mongoose } from 'mongoose';
import { expect, it } from 'vitest';
import { chroma } from '../chroma/index.js';
import { drizzle } from '../drizzle/index.js';
import { knex } from '../knex/index.js';
import { kysely } from '../kysely/index.js';
import { mikroOrm } from '../mikro-orm/index.js';
import { mongooseFilter, mongoosePipeline } from '../mongoose/index.js';
import { prisma } from '../prisma/index.js';
import { qdrant } from '../qdrant/index.js';
import { sequelize } from '../sequelize/index.js';
import { sql } from '../sql/index.js';
import { typeorm } from '../typeorm/index.js';
import { sqliteDatabase } from './databases.fixture.js';
import { drizzleTables } from './drizzle.fixture.js';
import { mikroOrmOn } from './mikro-orm.fixture.js';
import { generatedSchema } from './prisma/client.fixture.js';
import { sequelizeOn } from './sequelize.fixture.js';
import { typeormOn } from './typeorm.fixture.js';

it('every adapter throws NANOOK_ORM_NO_CONDITION for a value that is not a condition', async () => {
  const database = await sqliteDatabase();
  const options = { dialect: 'sqlite' } as const;
  const dataSource = await typeormOn(database);
  const adapters: Readonly<Record<string, (condition: RowCondition) => unknown>> = {
    chroma: chroma(),
    qdrant: qdrant(),
    sql: sql(options),
    knex: knex(options),
    kysely: kysely(options),
    drizzle: drizzle(drizzleTables('sqlite')),
    typeorm: typeorm(dataSource),
    'typeorm find': (condition) => typeorm(dataSource).where(condition),
    sequelize: sequelize(sequelizeOn(database)),
    'mikro-orm': mikroOrm(await mikroOrmOn(database)),
    mongoose: mongooseFilter(new Mongoose()),
    'mongoose pipeline': mongoosePipeline(new Mongoose()),
    prisma: prisma({ client: {}, schema: await generatedSchema('sqlite') }),
  };
  const found: unknown[] = [];
  for (const [name, adapter] of Object.entries(adapters))
    for (const value of [undefined, null, Promise.resolve({}), {}, 'Document', () => {}])
      try {
        adapter(value as unknown as RowCondition);
        found.push([name, value]);
      } catch (error) {
        const { code } = error as { readonly code?: string };
        if (code !== 'NANOOK_ORM_NO_CONDITION') found.push([name, value, error]);
      }
  expect(found).toEqual([]);
  await database.close();
});
