import { Authorizer, many, one, optional, typed, type TypesInput } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import { describe, expect, it } from 'vitest';
import {
  prisma,
  prismaResources,
  type PrismaModel,
  type PrismaOptions,
  type PrismaProvider,
  type PrismaSchema,
} from './index.js';

const types: TypesInput = {
  Meta: { fields: { level: 'Integer' } },
  User: { key: 'id', fields: { id: 'Integer' } },
  Document: {
    key: 'id',
    fields: {
      id: 'Integer',
      title: optional(String),
      status: String,
      size: 'Integer?',
      limit: 'Integer',
      score: Number,
      isPublic: Boolean,
      dueOn: optional(Date),
      ownerId: 'Integer?',
      token: optional(String),
      missing: 'Integer',
      tags: ['String'],
      meta: 'Meta',
    },
    relations: {
      owner: one('User', { local: 'ownerId', foreign: 'id' }),
      comments: many('Comment', { local: 'id', foreign: 'documentId', where: { deletedOn: null } }),
      note: one('Comment', { local: 'id', foreign: 'documentId', where: { deletedOn: null } }),
      parent: one('Document', { local: 'ownerId', foreign: 'id' }),
    },
  },
  Comment: {
    key: 'id',
    fields: {
      id: 'Integer',
      documentId: 'Integer',
      rank: 'Integer',
      text: String,
      deletedOn: optional(Date),
    },
  },
  Note: { key: 'id', fields: { id: 'Integer' } },
};

/** A model with fields such as `Int?`, or `OPEN|CLOSED` for an enum. */
const modelOf = (fields: Readonly<Record<string, string>>): PrismaModel => ({
  table: 'table',
  key: ['id'],
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, text]) => {
      const [, type = '', native, nullable] = /^([\w|]+)(?: @db\.(.+?))?(\?)?$/.exec(text)!;
      const values = type.includes('|') ? type.split('|') : undefined;
      return [
        name,
        {
          type: values === undefined ? type : 'Status',
          column: name,
          ...(nullable && { nullable: true }),
          ...(native && { native }),
          ...(values && { values }),
        },
      ];
    }),
  ),
  relations: {},
});

const models = {
  User: modelOf({ id: 'Int' }),
  Document: modelOf({
    id: 'Int',
    title: 'String?',
    status: 'OPEN|CLOSED',
    size: 'Int?',
    limit: 'Int',
    score: 'Float',
    isPublic: 'Boolean',
    dueOn: 'DateTime?',
    ownerId: 'Int?',
    token: 'String @db.Uuid?',
  }),
  Comment: modelOf({ id: 'Int', documentId: 'Int', rank: 'Int', text: 'String', deletedOn: 'DateTime?' }),
  Invoice: modelOf({ id: 'Int', price: 'Decimal', total: 'BigInt', day: 'DateTime @db.Date' }),
};
const schemaFor = (provider: PrismaProvider): PrismaSchema => ({ provider, models });
const schema = schemaFor('postgresql');
const client = {
  document: { fields: { limit: { name: 'limit' }, id: { name: 'id' }, size: { name: 'size' } } },
};

async function conditionFor(rule: string, type: string): Promise<RowCondition> {
  const policies = `allow(_: User, "read", d: ${type}) if ${rule};`;
  const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
  return authorizer.where(typed('User', { id: 1 }), 'read', type);
}

/** The `where` for the rows of a type on which a policy lets a user act. */
async function whereFor(rule: string, options: Partial<PrismaOptions> = {}, type = 'Document') {
  const condition = await conditionFor(rule, type);
  const { AND } = prisma({ client, schema, ...options })(condition);
  return AND.length === 1 ? (AND[0] as unknown) : AND;
}

/** The construct of the error for arithmetic that cannot be moved to the known side. */
const arithmetic = 'arithmetic other than `+`, `-`, `*` and `/` of one whole-number column and known numbers';

describe('prisma()', () => {
  it.each(['postgresql', 'mysql', 'sqlite'] as const)(
    'leaves out dates that Prisma reads as an invalid Date, which SQLite does not have: %s',
    async (provider) => {
      const where = await whereFor('d.dueOn != nil', { schema: { ...schema, provider } });
      const range = {
        gte: new Date('0001-01-01T00:00:00.000Z'),
        lte: new Date('9999-12-31T23:59:59.999Z'),
      };
      const text = JSON.stringify(where);
      expect(text.includes(JSON.stringify({ dueOn: range }))).toBe(provider !== 'sqlite');
    },
  );

  it.each([
    ['d.size = 3', { size: { equals: 3 } }],
    ['d.size != 3', { OR: [{ size: { not: 3 } }, { size: null }] }],
    ['d.size = nil', { size: null }],
    ['d.size != nil', { size: { not: null } }],
    ['d.size < 5', { size: { lte: 4 } }],
    ['not d.size < 5', { size: { gte: 5 } }],
    ['d.size in [1, 2]', { size: { in: [1, 2] } }],
    ['not d.size in [1, 2]', { OR: [{ size: { notIn: [1, 2] } }, { size: null }] }],
    ['d.size = 3000000000', { id: { in: [] } }],
    ['d.limit < 3000000000', { id: { notIn: [] } }],
    ['d.isPublic', { isPublic: { equals: true } }],
    ['d.limit = 1 and d.isPublic', { AND: [{ limit: { equals: 1 } }, { isPublic: { equals: true } }] }],
    ['not d.isPublic in [true, false]', { AND: [{ isPublic: { not: true } }, { isPublic: { not: false } }] }],
    ['d.title = "a"', { title: { equals: 'a' } }],
    ['d.status = "OPEN"', { status: { equals: 'OPEN' } }],
    ['d.title.startsWith("a")', { title: { startsWith: 'a' } }],
    [String.raw`d.title.includes("50%_\\")`, { title: { contains: String.raw`50\%\_\\` } }],
    ['not d.title.endsWith("a")', { NOT: { title: { endsWith: 'a' } } }],
    ['d.title.includes("a\0")', { id: { in: [] } }],
    ['d.status.startsWith("CLO")', { status: { in: ['CLOSED'] } }],
    ['not d.status.includes("x")', { id: { notIn: [] } }],
    ['"ab\u{1F600}".startsWith(d.title)', { title: { in: ['', 'a', 'ab', 'ab\u{1F600}'] } }],
    ['"ab\u{1F600}".endsWith(d.title)', { title: { in: ['', 'ab\u{1F600}', 'b\u{1F600}', '\u{1F600}'] } }],
    ['"aba".includes(d.title)', { title: { in: ['', 'a', 'ab', 'aba', 'b', 'ba'] } }],
    ['not "a".includes(d.title)', { title: { notIn: ['', 'a'] } }],
    ['"OPEN, CLOSED".includes(d.status)', { status: { in: ['OPEN', 'CLOSED'] } }],
    ['d.size + 1 > 3', { size: { gte: 3 } }],
    ['not d.size + 1 > 3', { size: { lte: 2 } }],
    ['d.limit * 2 = 8', { limit: { equals: 4 } }],
    ['d.limit * 2 = 7', { id: { in: [] } }],
    ['d.limit * 2 != 8', { OR: [{ limit: { lte: 3 } }, { limit: { gte: 5 } }] }],
    ['10 - d.limit < 3', { limit: { gte: 8 } }],
    ['d.limit / 4 >= 1.5', { limit: { gte: 6 } }],
    ['12 / d.limit >= 4', { AND: [{ limit: { gte: 1 } }, { limit: { lte: 3 } }] }],
    ['(d.limit + 1) in [3, 4]', { limit: { in: [2, 3] } }],
    ['d.size = d.limit', { size: { equals: client.document.fields['limit'] } }],
    ['d.limit < d.id', { limit: { lt: client.document.fields['id'] } }],
    ['d.limit != d.id', { NOT: { limit: { equals: client.document.fields['id'] } } }],
    ['d.owner = nil', { NOT: { owner: { is: {} } } }],
    ['d.parent.limit = 1', { parent: { is: { limit: { equals: 1 } } } }],
  ])('prints `%s`', async (rule, where) => {
    expect(await whereFor(rule)).toEqual(where);
  });

  it('spells out a missing row and NULL for a negation of a to-one relation', async () => {
    const { filter, ...condition } = await conditionFor('d.parent.size = 1', 'Document');
    const none = { ...condition, filter: { ...filter, kind: 'none' } } as RowCondition;
    expect(prisma({ client, schema })(none).AND).toEqual([
      {
        OR: [
          { NOT: { parent: { is: {} } } },
          { parent: { is: { OR: [{ size: { not: 1 } }, { size: null }] } } },
        ],
      },
    ]);
  });

  it.each([
    ['d.parent.id = 3', { AND: [{ ownerId: { equals: 3 } }, { parent: { is: {} } }] }],
    [
      'd.parent.id in [3, 4] and d.parent.size = 1',
      { AND: [{ ownerId: { in: [3, 4] } }, { parent: { is: { size: { equals: 1 } } } }] },
    ],
    ['d.size = 1 or d.size = 2', { size: { in: [1, 2] } }],
    [
      'd.parent.size = 1 or d.parent.limit = 2',
      { parent: { is: { OR: [{ size: { equals: 1 } }, { limit: { equals: 2 } }] } } },
    ],
  ])('prints `%s` with few joins, and with conditions that an index finds', async (rule, where) => {
    expect(await whereFor(rule)).toEqual(where);
  });

  it('adds the condition of a declared relation to its rows', async () => {
    expect(await whereFor('c in d.comments and c.rank = 1')).toEqual({
      comments: { some: { AND: [{ deletedOn: null }, { rank: { equals: 1 } }] } },
    });
    expect(await whereFor('not (c in d.comments and c.rank = 1)')).toEqual({
      comments: { none: { AND: [{ deletedOn: null }, { rank: { equals: 1 } }] } },
    });
    expect(await whereFor('d.note = nil')).toEqual({
      OR: [{ NOT: { note: { is: {} } } }, { note: { is: { deletedOn: { not: null } } } }],
    });
  });

  it('finds rows with and without related rows, and throws NANOOK_ORM_PRISMA_INEXPRESSIBLE for another number of them', async () => {
    expect(await whereFor('d.comments.length > 0')).toEqual({ comments: { some: { deletedOn: null } } });
    expect(await whereFor('d.comments.length = 0')).toEqual({ comments: { none: { deletedOn: null } } });
    await expect(whereFor('d.comments.length >= 2')).rejects.toMatchObject({
      code: 'NANOOK_ORM_PRISMA_INEXPRESSIBLE',
    });
  });

  it('moves a condition about an outer row out of a relation', async () => {
    expect(await whereFor('not (c in d.comments and (d.isPublic or c.rank = 1))')).toEqual({
      AND: [
        {
          OR: [{ isPublic: { not: true } }, { comments: { none: { deletedOn: null } } }],
        },
        { comments: { none: { AND: [{ deletedOn: null }, { rank: { equals: 1 } }] } } },
      ],
    });
  });

  it('compares with a text that the database cannot contain without sending it', async () => {
    expect(await whereFor('d.title = "a\0b"')).toEqual({ id: { in: [] } });
    expect(await whereFor('d.title in ["a\0b", "\u{d800}"]')).toEqual({ id: { in: [] } });
    const other = { OR: [{ title: { not: null } }, { title: null }] };
    expect(await whereFor('d.title != "a\0b"')).toEqual(other);
  });

  it('finds a model by the option `models`', async () => {
    const { Document: Entry } = models;
    const renamed = { schema: { ...schema, models: { Entry } }, models: { Document: 'Entry' } };
    expect(await whereFor('d.size = 3', renamed)).toEqual({ size: { equals: 3 } });
  });

  it.each([
    ['d.status = "NOPE"', { id: { in: [] } }],
    ['d.status in ["NOPE", "OPEN"]', { status: { in: ['OPEN'] } }],
    ['d.status != "NOPE"', { id: { notIn: [] } }],
    ['d.token = "no UUID"', { id: { in: [] } }],
    ['d.token = "00000000-0000-4000-8000-00000000000A"', { id: { in: [] } }],
    [
      'd.token = "00000000-0000-4000-8000-00000000000a"',
      { token: { equals: '00000000-0000-4000-8000-00000000000a' } },
    ],
  ])('never sends a text that an enum or a UUID cannot have: `%s`', async (rule, where) => {
    expect(await whereFor(rule)).toEqual(where);
  });

  it.each(['d.title = "a"', 'd.title in ["a", "b"]', 'd.title < "a"', 'c in d.comments and c.text != "a"'])(
    'throws NANOOK_ORM_PRISMA_TEXT for `%s` unless text compares by code point',
    async (rule) => {
      for (const provider of ['mysql', 'sqlite'] as const) {
        await expect(whereFor(rule, { schema: schemaFor(provider) })).rejects.toMatchObject({
          code: 'NANOOK_ORM_PRISMA_TEXT',
        });
        await expect(whereFor(rule, { schema: schemaFor(provider), text: 'binary' })).resolves.toBeTypeOf(
          'object',
        );
      }
    },
  );

  it('throws NANOOK_ORM_PRISMA_INEXPRESSIBLE for a text that its LIKE does not find exactly', async () => {
    const code = 'NANOOK_ORM_PRISMA_INEXPRESSIBLE';
    const sqlite = { schema: schemaFor('sqlite'), text: 'binary' } as const;
    await expect(whereFor('d.title.startsWith("a")', sqlite)).rejects.toMatchObject({ code });
    await expect(whereFor('d.title.includes(d.title)')).rejects.toMatchObject({ code });
    await expect(whereFor('d.token.startsWith("0")')).rejects.toMatchObject({ code });
    const mysql = { schema: schemaFor('mysql') };
    const where = { title: { startsWith: 'a' } };
    await expect(whereFor('d.title.startsWith("a")', mysql)).rejects.toMatchObject({
      code: 'NANOOK_ORM_PRISMA_TEXT',
    });
    await expect(whereFor('d.title.startsWith("a")', { ...mysql, text: 'binary' })).resolves.toEqual(where);
  });

  it('throws NANOOK_ORM_PRISMA_TEXT for an order of text on PostgreSQL, and for an order of an enum', async () => {
    const code = 'NANOOK_ORM_PRISMA_TEXT';
    await expect(whereFor('d.title < "a"')).rejects.toMatchObject({ code });
    await expect(whereFor('d.status < "OPEN"', { text: 'binary' })).rejects.toMatchObject({ code });
  });

  it('throws NANOOK_ORM_PRISMA_NAN for an order of a floating-point column on PostgreSQL unless NaN is absent', async () => {
    await expect(whereFor('d.score < 3')).rejects.toMatchObject({ code: 'NANOOK_ORM_PRISMA_NAN' });
    expect(await whereFor('d.score < 3', { nan: 'absent' })).toEqual({ score: { lt: 3 } });
    expect(await whereFor('d.score < 3', { schema: schemaFor('sqlite') })).toEqual({ score: { lt: 3 } });
  });

  it.each([
    ['c in d.comments and c.rank < d.limit', 'a comparison of columns of two rows'],
    ['d.score = d.limit', 'a comparison of columns of two Prisma types'],
    ['d.status.toLowerCase() = "open"', '`toLowerCase` of a column'],
    ['d.limit + 1 < d.id', arithmetic],
    ['not d.limit + d.size = 1', arithmetic],
    ['d.limit mod 2 = 1', arithmetic],
    ['not (c in d.comments and c.rank * c.rank = 1)', arithmetic],
    ['"ab".includes(d.title) and d.title.startsWith(d.title)', '`startsWith` of two columns'],
    [
      `"${'a'.repeat(45)}".includes(d.title)`,
      '`includes` of a text that has more than 1000 parts to compare a column with',
    ],
    ['d.meta.level = 1', 'the member `meta` of JSON'],
    ['not d.meta.level = 1', 'the member `meta` of JSON'],
    ['d.dueOn.getUTCMonth() = 1', 'the number `dueOn.getUTCMonth()`'],
    ['d.dueOn.getUTCMonth() != nil', 'the number `dueOn.getUTCMonth()`'],
    ['d.title.length > 1', 'the number `title.length`'],
    ['"a" in d.tags', '`in` over the list `tags`'],
    ['not "a" in d.tags', '`in` over the list `tags`'],
  ])('throws NANOOK_ORM_PRISMA_INEXPRESSIBLE for `%s`', async (rule, construct) => {
    const where = whereFor(rule, { nan: 'absent' });
    await expect(where).rejects.toMatchObject({
      code: 'NANOOK_ORM_PRISMA_INEXPRESSIBLE',
      data: { construct },
    });
    await expect(where).rejects.toThrow('print the condition with sql() of @nanook/orm/sql');
  });

  it('throws NANOOK_ORM_PRISMA_INEXPRESSIBLE for a rule that calls itself for a related row', async () => {
    const recursive = 'reach(d); reach(d: Document) if d.limit = 1; reach(d: Document) if reach(d.parent)';
    await expect(whereFor(recursive)).rejects.toMatchObject({
      code: 'NANOOK_ORM_PRISMA_INEXPRESSIBLE',
      data: { construct: 'a rule that calls itself for a related row' },
    });
  });

  it('throws NANOOK_ORM_PRISMA_TOO_MANY_VALUES for more values than one query binds, in one list or in several', async () => {
    const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i).join();
    const options = { schema: schemaFor('sqlite') };
    const code = 'NANOOK_ORM_PRISMA_TOO_MANY_VALUES';
    await expect(whereFor(`d.id in [${numbers(0, 451)}]`, options)).rejects.toMatchObject({ code });
    const two = `d.id in [${numbers(0, 226)}] or d.size in [${numbers(0, 226)}]`;
    await expect(whereFor(two, options)).rejects.toMatchObject({ code });
    await expect(whereFor(`not d.id in [${numbers(0, 450)}]`, options)).resolves.toBeTypeOf('object');
    const d1 = { ...options, maxValues: 98 };
    await expect(whereFor(`d.id in [${numbers(0, 45)}]`, d1)).rejects.toMatchObject({
      code,
      data: { limit: 44 },
    });
    await expect(whereFor(`d.id in [${numbers(0, 44)}]`, d1)).resolves.toBeTypeOf('object');
  });

  it('throws for a model or a field that the schema does not have', async () => {
    await expect(whereFor('d.id = 1', {}, 'Note')).rejects.toMatchObject({
      code: 'NANOOK_ORM_PRISMA_UNKNOWN_MODEL',
      data: { type: 'Note', model: 'Note' },
    });
    await expect(whereFor('d.missing = 1')).rejects.toMatchObject({ code: 'NANOOK_ORM_UNKNOWN_COLUMN' });
    expect(() => prisma({ client, schema, models: { Document: 'page' } })).toThrow('no model `page`');
  });

  it.each([
    ['price', Number, 'the rows have Decimal'],
    ['total', 'String', 'the rows have Integer'],
    ['day', Date, 'values of DateTime @db.Date'],
  ])(
    'throws NANOOK_ORM_COLUMN_TYPE for `%s`, whose rows contain other values',
    async (field, type, found) => {
      const authorizer = await Authorizer.load({
        policies: `allow(_: User, "read", invoice: Invoice) if invoice.${field} != nil;`,
        types: {
          User: { key: 'id', fields: { id: 'Integer' } },
          Invoice: { key: 'id', fields: { id: 'Integer', [field]: type } },
        },
        onWarning: () => {},
      });
      const condition = await authorizer.where(typed('User', { id: 1 }), 'read', 'Invoice');
      const print = () => prisma({ client, schema })(condition);
      expect(print).toThrow(expect.objectContaining({ code: 'NANOOK_ORM_COLUMN_TYPE' }));
      expect(print).toThrow(found);
    },
  );

  it('throws NANOOK_ORM_NULLABLE_COLUMN when a nullable field is not declared so, at once with the option `types`', async () => {
    const document = { key: 'id', fields: { id: 'Integer', size: 'Integer' } } as const;
    const declared: TypesInput = { User: { fields: { id: 'Integer' } }, Document: document };
    const code = 'NANOOK_ORM_NULLABLE_COLUMN';
    const nullable = expect.objectContaining({
      code,
      data: { type: 'Document', field: 'size', table: 'table' },
    });
    expect(() => prisma({ client, schema, types: declared })).toThrow(nullable);
    expect(() => prismaResources({ client, schema, types: declared })).toThrow(nullable);
    expect(() => prisma({ client, schema, types })).not.toThrow();
    const policies = 'allow(_: User, "read", _: Document);';
    const authorizer = await Authorizer.load({ policies, types: declared });
    const condition = await authorizer.where(typed('User', { id: 1 }), 'read', 'Document');
    expect(() => prisma({ client, schema })(condition)).toThrow(nullable);
  });

  it('throws NANOOK_ORM_INVALID_OPTION without the schema', () => {
    expect(() => prisma({ client } as unknown as PrismaOptions)).toThrow(
      expect.objectContaining({
        code: 'NANOOK_ORM_INVALID_OPTION',
        data: expect.objectContaining({ option: 'schema' }),
      }),
    );
  });
});
