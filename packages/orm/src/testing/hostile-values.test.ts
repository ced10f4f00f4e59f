import { Authorizer, typed } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import { getTableColumns } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampled } from '../../../../tools/test-scope.js';
import { drizzle } from '../drizzle/index.js';
import { knex } from '../knex/index.js';
import { kysely } from '../kysely/index.js';
import { mikroOrm } from '../mikro-orm/index.js';
import { sequelize } from '../sequelize/index.js';
import { sql } from '../sql/index.js';
import { typeorm } from '../typeorm/index.js';
import { databases, type Database } from './databases.fixture.js';
import { drizzleOn, drizzleTables } from './drizzle.fixture.js';
import { knexOn } from './knex.fixture.js';
import { kyselyOn } from './kysely.fixture.js';
import { mikroOrmOn } from './mikro-orm.fixture.js';
import { sequelizeOn } from './sequelize.fixture.js';
import { typeormOn } from './typeorm.fixture.js';
import { objectsOf, randomTables, tables, types } from './world.fixture.js';

// cspell:disable

/** Texts that end a literal, look like a placeholder or an operator, or that a collation finds equal to another one. */
const hostile = [
  '',
  `'`,
  `''`,
  `"`,
  '`',
  '\\',
  `\\'`,
  `\\\\' OR 1=1 -- `,
  `' OR '1'='1`,
  `'; DROP TABLE documents; --`,
  `/* */ ' /*`,
  '--',
  '#',
  '?',
  '??',
  '\\?',
  '$1',
  '$$',
  '$nanook$',
  ':id',
  ':...ids',
  '::text',
  '@p0',
  '{{name}}',
  '${name}',
  '$&',
  '$`',
  '%',
  '_',
  '\n',
  '\r\n',
  '\t',
  '\u001A',
  '\u0008',
  '\u00A0',
  '\u200B',
  'e\u0301',
  '\u00E9',
  'ß',
  'ss',
  'ﬁ',
  'fi',
  'İ',
  'i',
  '😀',
  '😁',
  '\uFFFD',
  'true',
  'null',
  'NULL',
  '0',
  '0x41',
  '1e1',
  '{"$ne":null}',
  '[object Object]',
  'x'.repeat(99),
];

const documents = hostile.map((title, i) => ({
  ...randomTables(1, 1).documents[0]!,
  id: i + 1,
  title,
  status: title,
}));
const data = { ...randomTables(1, 1), documents };

type IdsOf = (condition: RowCondition) => Promise<readonly unknown[]>;

const adapters: Readonly<Record<string, (database: Database) => IdsOf | Promise<IdsOf>>> = {
  sql: (database) => async (condition) => {
    const { text, values } = sql({ dialect: database.dialect, tables })(condition);
    const rows = await database.query(`SELECT id FROM documents WHERE ${text}`, values);
    return rows.map(({ id }) => id);
  },
  knex: (database) => {
    const db = knexOn(database);
    const list = knex({ dialect: database.dialect, tables });
    return async (condition) =>
      (await db<{ id: number }>('documents').select('id').where(list(condition))).map(({ id }) => id);
  },
  kysely: (database) => {
    const db = kyselyOn(database);
    const list = kysely({ dialect: database.dialect, tables });
    return async (condition) =>
      (await db.selectFrom('documents').select('id').where(list(condition)).execute()).map(({ id }) => id);
  },
  drizzle: (database) => {
    const all = drizzleTables(database.dialect);
    const list = drizzle(all);
    const { id } = getTableColumns(all['Document']!);
    return async (condition) =>
      (await drizzleOn(database).select({ id }).from(all['Document']!).where(list(condition))).map(
        (row) => row['id'],
      );
  },
  typeorm: async (database) => {
    const dataSource = await typeormOn(database);
    const list = typeorm(dataSource);
    const repository = dataSource.getRepository<{ id: number }>('Document');
    return async (condition) => {
      const built = await repository.createQueryBuilder('d').select('d.id').where(list(condition)).getMany();
      const found = await repository.find({ select: { id: true }, where: list.where(condition) });
      expect(found).toEqual(built);
      return built.map(({ id }) => id);
    };
  },
  sequelize: (database) => {
    const db = sequelizeOn(database);
    const list = sequelize(db);
    return async (condition) =>
      (await db.models['Document']!.findAll({ attributes: ['id'], where: list(condition) })).map((row) =>
        row.get('id'),
      );
  },
  'mikro-orm': async (database) => {
    const orm = await mikroOrmOn(database);
    const list = mikroOrm(orm);
    return async (condition) => {
      const rows = await orm.em.fork().find<{ id: number }>('Document' as never, list(condition) as never);
      return rows.map(({ id }) => id);
    };
  },
};

describe.each(databases)('hostile texts on %s', (_name, open) => {
  let database: Database;
  const rows = objectsOf(data)['Document'] as readonly { readonly id: number; readonly title: string }[];
  beforeAll(async () => {
    database = await open();
    await database.fill(data);
  });
  afterAll(() => database.close());

  it.each(Object.keys(adapters))(
    '%s compares them as a check does',
    async (adapter) => {
      const idsOf = await adapters[adapter]!(database);
      const authorizer = await Authorizer.load({
        policies: `
          allow(user: User, "same", document: Document) if document.title = user.name;
          allow(user: User, "others", document: Document) if document.title != user.name;
          allow(user: User, "before", document: Document) if document.title < user.name;
          allow(user: User, "listed", document: Document) if document.status in [user.name, user.role];
          allow(user: User, "starts", document: Document) if document.title.startsWith(user.name);
          allow(user: User, "ends", document: Document) if document.title.endsWith(user.name);
          allow(user: User, "has", document: Document) if document.title.includes(user.name);
          allow(user: User, "lacks", document: Document) if not document.title.includes(user.name);
          allow(user: User, "within", document: Document) if user.name.includes(document.title);`,
        types,
        onWarning: () => {},
      });
      const wrong: unknown[] = [];
      for (const [i, name] of sampled([...hostile.entries()], 4, Object.keys(adapters).indexOf(adapter)))
        for (const action of [
          'same',
          'others',
          'before',
          'listed',
          'starts',
          'ends',
          'has',
          'lacks',
          'within',
        ]) {
          const user = typed('User', { id: 1, name, role: hostile[(i * 7) % hostile.length]! });
          const found = await idsOf(await authorizer.where(user, action, 'Document'));
          const allowed = rows.filter((row) => authorizer.canSync(user, action, typed('Document', row)));
          const same =
            JSON.stringify(found.toSorted(byNumber)) === JSON.stringify(allowed.map(({ id }) => id));
          if (!same) wrong.push({ name, action, found, allowed: allowed.map(({ id }) => id) });
        }
      expect(wrong).toEqual([]);
    },
    60_000,
  );
});

const byNumber = (a: unknown, b: unknown): number => (a as number) - (b as number);
