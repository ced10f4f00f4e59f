import { vi } from 'vitest';
import { drizzleResources } from '../drizzle/index.js';
import { knexResources } from '../knex/index.js';
import { kyselyResources } from '../kysely/index.js';
import { mikroOrmResources } from '../mikro-orm/index.js';
import { sequelizeResources } from '../sequelize/index.js';
import { sqlResources } from '../sql/index.js';
import { typeormResources } from '../typeorm/index.js';
import type { Database } from './databases.fixture.js';
import { sampled } from '../../../../tools/test-scope.js';
import { describeListOracle, type ListedDatabase } from './describe-list-oracle.fixture.js';
import { drizzleOn, drizzleTables } from './drizzle.fixture.js';
import { knexOn } from './knex.fixture.js';
import { kyselyOn } from './kysely.fixture.js';
import { mikroOrmOn } from './mikro-orm.fixture.js';
import { sequelizeOn } from './sequelize.fixture.js';
import { typeormOn } from './typeorm.fixture.js';
import { tables } from './world.fixture.js';

// The random policies have few rows, so that each set with a row counts as a wide one here.
vi.mock('../sql/set-sizes.js', () => ({ minWide: 1, maxKnownKeys: 0 }));

const adapters: Readonly<Record<string, (database: Database) => ListedDatabase | Promise<ListedDatabase>>> = {
  sql: (database) => {
    const queries: string[] = [];
    const resources = sqlResources({ dialect: database.dialect, tables }, (text, values) => {
      queries.push(text);
      return database.query(text, values);
    });
    return { resources, queries };
  },
  knex: (database) => {
    const db = knexOn(database);
    return { resources: knexResources(db, { dialect: database.dialect, tables }), queries: db.queries };
  },
  kysely: (database) => {
    const db = kyselyOn(database);
    return { resources: kyselyResources(db, { dialect: database.dialect, tables }), queries: db.queries };
  },
  drizzle: (database) => {
    const db = drizzleOn(database);
    return { resources: drizzleResources(db, drizzleTables(database.dialect)), queries: db.queries };
  },
  typeorm: async (database) => {
    const dataSource = await typeormOn(database);
    return { resources: typeormResources(dataSource), queries: dataSource.queries };
  },
  sequelize: (database) => {
    const db = sequelizeOn(database);
    return { resources: sequelizeResources(db), queries: db.queries };
  },
  'mikro-orm': async (database) => {
    const orm = await mikroOrmOn(database);
    return { resources: mikroOrmResources(orm), queries: orm.queries };
  },
};

for (const [name, connect] of sampled(Object.entries(adapters), 3))
  describeListOracle(`wide recursive sets in ${name}`, connect, {
    only: 'PGlite',
    printed: /EXISTS \(WITH RECURSIVE/,
  });
