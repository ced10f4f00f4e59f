import { Authorizer, isUndecided, typed } from '@nanook/core';
import type { PGlite } from '@electric-sql/pglite';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatedSchema, type AnyClient } from '../testing/prisma/client.fixture.js';
import { clientFile, isPrisma6 } from '../testing/prisma/generate.fixture.js';
import { nanook, prisma, typesFromPrisma, type PrismaSchema } from './index.js';
import { emptyPglite } from '../../../../tools/empty-pglite.js';

// cspell:ignore bytea

// Values of every type of Prisma, read by its own driver: the rows that a condition finds are the rows that a check allows.

const setup = `
  CREATE TYPE "Status" AS ENUM ('OPEN', 'closed');
  CREATE TABLE tenants (region text, number int, name text, PRIMARY KEY (region, number));
  CREATE TABLE projects (
    project_id int PRIMARY KEY, status "Status" NOT NULL, stage "Status", code text NOT NULL UNIQUE, size bigint, price numeric(20, 5),
    data jsonb, bytes bytea, weight float8, due_on timestamp(3), tenant_region text, tenant_number int
  );
  CREATE TABLE settings (project_id int NOT NULL UNIQUE, color text);
  CREATE TABLE labels (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE _friends ("A" int, "B" int);
  CREATE TABLE "_LabelToProject" ("A" int, "B" int);
  INSERT INTO tenants VALUES ('eu', 1, 'a'), ('eu', 2, NULL), ('us', 1, 'b');
  INSERT INTO projects VALUES
    (1, 'OPEN', 'closed', 'a', 9007199254740993, 0.1, '{"a": 1}', '\\x00', 0.1, '2024-06-15 12:00:00.001', 'eu', 1),
    (2, 'closed', NULL, 'A', 1, 1.00000, 'null', NULL, 'NaN', '2024-06-15 12:00:00', 'eu', 2),
    (3, 'OPEN', 'OPEN', '__proto__', NULL, NULL, NULL, NULL, 'Infinity', '1969-12-31 23:59:59.999', 'us', 1),
    (4, 'closed', 'closed', '', -1, -1, '[]', NULL, '-Infinity', NULL, 'eu', NULL),
    (5, 'OPEN', NULL, 'constructor', 2, 2, '{"gt": 0}', NULL, NULL, '9999-12-31 23:59:59.999', 'xx', 9);
  INSERT INTO settings VALUES (1, 'red'), (2, NULL), (3, 'blue');
  INSERT INTO labels VALUES (1, 'x'), (2, 'y');
  INSERT INTO _friends VALUES (1, 2), (2, 3);
  INSERT INTO "_LabelToProject" VALUES (1, 1), (2, 1), (2, 3);
`;

const include = { tenant: true, setting: true, labels: true, friends: true, admirers: true };

describe('prisma() and values of all types', { timeout: 30_000 }, () => {
  let database: PGlite;
  let client: AnyClient;
  let schema: PrismaSchema;
  beforeAll(async () => {
    database = await emptyPglite();
    await database.exec(setup);
    schema = await generatedSchema('features');
    const { PrismaClient } = (await import(pathToFileURL(clientFile('features')).href)) as {
      PrismaClient: new (options: object) => AnyClient;
    };
    client = new PrismaClient({ adapter: new PrismaPGlite(database) });
    await client.$connect();
    await client.project.findMany({ include });
  });
  afterAll(() => database.close());

  const load = (condition: string) =>
    Authorizer.load({
      policies: `allow(actor: Dictionary, "read", project: Project) if actor = actor and ${condition};`,
      types: typesFromPrisma(schema),
      onWarning: () => {},
    });

  it.each<[condition: string, actor?: object]>([
    ['project.status = "OPEN"'],
    ['project.status != "OPEN"'],
    ['project.status = actor.text', { text: 'closed' }],
    ['project.status = "CLOSED"'],
    ['project.status in actor.texts', { texts: ['CLOSED', 'nope', '__proto__'] }],
    ['project.stage != "CLOSED"'],
    ['project.stage = project.status'],
    ['project.stage = nil'],
    ['project.code = actor.text', { text: '__proto__' }],
    ['project.code = actor.text', { text: 'a\0' }],
    ['project.code = actor.text', { text: '\u{d800}' }],
    ['project.code != actor.text', { text: 'a\0' }],
    ['project.code = actor.text', { text: { not: '' } }],
    ['project.code = actor.text', { text: { contains: 'a' } }],
    ['project.code in actor.texts', { texts: ['a', '', 'constructor', null, 1, { gt: '' }] }],
    ['project.code in actor.texts', { texts: [] }],
    ['not project.code in actor.texts', { texts: ['a', 'A'] }],
    ['project.id in actor.ids', { ids: Array.from({ length: 5000 }, (_, i) => i + 2) }],
    ['not project.id in actor.ids', { ids: Array.from({ length: 5000 }, (_, i) => i + 2) }],
    ['project.id = actor.id', { id: 3_000_000_000 }],
    ['project.id < actor.id', { id: Number.MAX_VALUE }],
    ['project.id = actor.id', { id: Number.NaN }],
    ['project.id = actor.id', { id: 1n }],
    ['project.id = actor.id', { id: 1.5 }],
    ['project.id < actor.id', { id: 1.5 }],
    ['project.weight = 0.1'],
    ['project.weight = actor.weight', { weight: Number.NaN }],
    ['project.dueOn = actor.at', { at: new Date('2024-06-15T12:00:00.001Z') }],
    ['project.dueOn < actor.at', { at: new Date('2024-06-15T12:00:00.001Z') }],
    ['project.dueOn >= actor.at', { at: new Date('2024-06-15T12:00:00.000Z') }],
    ['project.dueOn < actor.at', { at: new Date(0) }],
    ['project.dueOn = actor.at', { at: '2024-06-15T12:00:00.001Z' }],
    ['project.dueOn <= actor.at', { at: new Date('9999-12-31T23:59:59.999Z') }],
    ['project.dueOn > actor.at', { at: new Date('9999-12-31T23:59:59.999Z') }],
    ['project.dueOn = actor.at', { at: new Date('9999-12-31T23:59:59.999Z') }],
    ['not project.dueOn < actor.at', { at: new Date(0) }],
    ['project.tenant.name = "a"'],
    ['project.tenant.name = nil'],
    ['project.tenant = nil'],
    ['project.tenant.number = 1 and project.tenant.region = "eu"'],
    ['project.tenant.number in [1, 2] or project.tenant.name = "b"'],
    ['not project.tenant.number = 1'],
    ['project.setting.color = "red"'],
    ['not project.setting.color = "red"'],
    ['project.setting.projectId = 3'],
    ['label in project.labels and label.name = "y"'],
    ['not (label in project.labels and label.name = "y")'],
    ['friend in project.friends and friend.code = "a"'],
    ['friend in project.admirers and friend.code = "a"'],
  ])('finds the rows that a check allows: `%s`', findsAllowed);

  it.each<[condition: string, actor?: object]>([
    ['project.dueOn < actor.at', { at: new Date(8.64e15) }],
    ['project.dueOn > actor.at', { at: new Date(-8.64e15) }],
    ['actor.at >= project.dueOn', { at: new Date('+010000-01-01T00:00:00.000Z') }],
    ['project.dueOn = actor.at', { at: new Date('+010000-01-01T00:00:00.000Z') }],
    ['project.dueOn != actor.at', { at: new Date('+010000-01-01T00:00:00.000Z') }],
    ['project.dueOn in actor.dates', { dates: [new Date('0001-01-01T00:00:00.000Z'), new Date(-8.64e15)] }],
    ['not project.dueOn in actor.dates', { dates: [new Date('0001-01-01T00:00:00.000Z')] }],
    ['project.dueOn = nil'],
    ['project.dueOn != nil'],
    ['not project.dueOn = project.dueOn'],
    ['project.dueOn <= project.dueOn'],
    ['project.size = 2 and (project.code = "j" or project.dueOn > actor.at)', { at: new Date(0) }],
  ])('finds no row whose date Prisma reads as an invalid one: `%s`', async (condition, actor) => {
    await database.exec(`
      INSERT INTO projects (project_id, status, code, size, due_on) VALUES (6, 'OPEN', 'f', 2, 'infinity'),
        (7, 'OPEN', 'g', 2, '-infinity'), (8, 'OPEN', 'h', 2, '10000-01-01'), (9, 'OPEN', 'i', 2, '0044-03-15 BC'),
        (10, 'OPEN', 'j', 2, '0001-01-01'), (11, 'OPEN', 'k', 2, '290000-01-01');
    `);
    try {
      await findsAllowed(condition, actor);
    } finally {
      await database.exec('DELETE FROM projects WHERE project_id > 5');
    }
  });

  async function findsAllowed(condition: string, actor: object = {}): Promise<void> {
    const authorizer = await load(condition);
    const rows = (await client.project.findMany({ include, orderBy: { id: 'asc' } })) as readonly {
      readonly id: number;
    }[];
    const allowed = rows.filter((row) => {
      try {
        return authorizer.canSync(actor, 'read', typed('Project', row));
      } catch (error) {
        if (isUndecided(error)) return false;
        throw error;
      }
    });
    const expected = allowed.map(({ id }) => id);
    const where = prisma({ client, schema })(await authorizer.where(actor, 'read', 'Project'));
    const found = await client.project.findMany({ where, orderBy: { id: 'asc' } });
    expect(found.map(({ id }: AnyClient) => id)).toEqual(expected);
    const own = client.$extends(nanook({ authorizer, schema, actor }));
    expect(await own.project.count()).toBe(expected.length);
    const hidden = rows.map(({ id }) => id).filter((id) => !expected.includes(id));
    expect(await own.project.count({ where: { id: { in: hidden } } })).toBe(0);
  }

  it.each([
    ['project.price = 0.1', [1]],
    ['project.price = 1', [2]],
    ['project.price < 1.5', [1, 2, 4]],
    ['not project.price < 1.5', [5]],
    ['project.price != 2 and project.price != nil', [1, 2, 4]],
    ['project.price in [1, 2, nil]', [2, 3, 5]],
    ['project.size = 1', [2]],
    ['project.size < 5', [2, 4, 5]],
    ['not project.size < 5', [1]],
    ['project.size > 9007199254740991', [1]],
    ['project.size = project.size and project.size > actor.wide', []],
    ['project.size = actor.wide', [1]],
    ['project.size in [1, 2]', [2, 5]],
  ])('finds decimals and bigints: `%s`', async (condition, expected) => {
    const authorizer = await load(condition);
    const where = prisma({ client, schema, nan: 'absent' })(
      await authorizer.where({ wide: 9007199254740993n }, 'read', 'Project'),
    );
    const found = await client.project.findMany({ where, orderBy: { id: 'asc' } });
    expect(found.map(({ id }: AnyClient) => id)).toEqual(expected);
  });

  it.each([
    ['project.data.a = 1', 'POLAR_FILTER_UNTRANSLATABLE'],
    ['project.data = {gt: 0}', 'POLAR_FILTER_UNTRANSLATABLE'],
    ['project.weight < 1', 'NANOOK_ORM_PRISMA_NAN'],
    ['project.weight != 0.1', 'NANOOK_ORM_PRISMA_NAN'],
    ['project.price < 1', 'NANOOK_ORM_PRISMA_NAN'],
    ['project.weight = project.weight', 'NANOOK_ORM_PRISMA_NAN'],
    ['project.code < "b"', 'NANOOK_ORM_PRISMA_TEXT'],
    ['project.id in actor.ids', 'NANOOK_ORM_PRISMA_TOO_MANY_VALUES'],
  ])('throws for `%s`, which a query cannot compare as a policy does', async (condition, code) => {
    const authorizer = await load(condition);
    const actor = { ids: Array.from({ length: 40_000 }, (_, i) => i) };
    const print = async () => prisma({ client, schema })(await authorizer.where(actor, 'read', 'Project'));
    await expect(print()).rejects.toMatchObject({ code });
    const own = client.$extends(nanook({ authorizer, schema, actor }));
    await expect(own.project.findMany()).rejects.toMatchObject({ code });
    await expect(own.project.deleteMany()).rejects.toMatchObject({ code });
    expect(await client.project.count()).toBe(5);
  });

  describe('lists of floats', () => {
    const weights = [
      0.30000000000000004,
      0.3,
      3_000_000_000,
      1e300,
      Number.MIN_VALUE,
      2 ** 53,
      2 ** 60 + 256,
      2 ** 63,
      1e20,
      123_456.123_456_789,
      4.35,
    ];
    const [least, ids] = [100, weights.map((_, i) => 100 + i)];
    beforeAll(() =>
      database.exec(
        weights
          .map(
            (weight, i) =>
              `INSERT INTO projects (project_id, status, code, weight) VALUES (${ids[i]}, 'OPEN', 'w${i}', ${weight});`,
          )
          .join(''),
      ),
    );
    afterAll(() => database.exec(`DELETE FROM projects WHERE project_id >= ${least}`));

    const found = async (condition: string, listed: readonly number[]) => {
      const authorizer = await load(condition);
      const where = await authorizer.where({ listed }, 'read', 'Project');
      const list = prisma({ client, schema, nan: 'absent' })(where) as object;
      const rows = await client.project.findMany({ where: { AND: [list, { id: { gte: least } }] } });
      return rows.map(({ id }: AnyClient) => id).sort();
    };

    const withManyDigits = [
      [[0.30000000000000004, 3_000_000_000]],
      [[0.30000000000000004, 0.1]],
      [[0.30000000000000004, 1]],
      [[Number.MIN_VALUE, 0.30000000000000004]],
    ];

    it.runIf(isPrisma6).each(withManyDigits)(
      'throw on Prisma 6, which would round one of %o',
      async (listed) => {
        await expect(found('project.weight in actor.listed', listed)).rejects.toMatchObject({
          code: 'NANOOK_ORM_PRISMA_INEXPRESSIBLE',
        });
      },
    );

    it.each([
      ...(isPrisma6 ? [] : withManyDigits),
      [[3_000_000_000, 1]],
      [[0.3, 2 ** 53, 2 ** 60 + 256]],
      [[2 ** 63, 1e20, 1e300]],
      [[123_456.123_456_789, 4.35]],
      [[2 ** 53 + 2, -1]],
    ])('find exactly the rows with one of %o, and those with none', async (listed) => {
      const among = ids.filter((_, i) => listed.includes(weights[i]!));
      expect(await found('project.weight in actor.listed', listed)).toEqual(among);
      expect(await found('not project.weight in actor.listed', listed)).toEqual(
        ids.filter((id) => !among.includes(id)),
      );
    });
  });
});
