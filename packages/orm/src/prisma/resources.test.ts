import { Authorizer } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { prismaResources, type PrismaSchema } from './index.js';

const schema = {
  provider: 'postgresql',
  models: {
    Note: {
      table: 'Note',
      key: ['id'],
      fields: {
        id: { type: 'String', column: 'id' },
        title: { type: 'String', column: 'title', nullable: true },
      },
      relations: {},
    },
  },
} as const satisfies PrismaSchema;
const queries: object[] = [];
const client = {
  note: {
    findMany: async (query: object) => {
      queries.push(query);
      return [
        { id: 'a', title: 'x' },
        { id: 'b', title: 'y' },
      ];
    },
    count: async () => 2,
  },
};
const authorizer = await Authorizer.load({
  policies: 'allow(_: String, "read", _: Note);',
  types: { Note: { key: 'id', fields: { id: String, title: 'String?' } } },
  resources: prismaResources({ client, schema }),
});

describe('prismaResources()', () => {
  it('pages by a text key in the order of the database, which finds each key unique', async () => {
    const { next } = await authorizer.list('ann', 'read', 'Note', { take: 1 });
    await authorizer.list('ann', 'read', 'Note', { take: 1, after: next });
    expect(queries.at(-1)).toEqual({
      where: { AND: [{ AND: [{ id: { notIn: [] } }] }, { id: { gt: 'a' } }] },
      orderBy: [{ id: 'asc' }],
      take: 2,
    });
  });

  it('pages by another text in the order of the database, with NULL where PostgreSQL puts it', async () => {
    const orderBy = { title: 'desc' } as const;
    const { next } = await authorizer.list('ann', 'read', 'Note', { take: 1, orderBy });
    await authorizer.list('ann', 'read', 'Note', { take: 1, orderBy, after: next });
    expect(queries.at(-1)).toMatchObject({
      where: {
        AND: [
          {},
          {
            AND: [
              { title: { lte: 'x' } },
              { OR: [{ title: { lt: 'x' } }, { AND: [{ title: { equals: 'x' } }, { id: { lt: 'a' } }] }] },
            ],
          },
        ],
      },
      orderBy: [{ title: 'desc' }, { id: 'desc' }],
    });
  });

  it('prints the place of NULL only where it differs from that of PostgreSQL', async () => {
    const orderBy = { title: { nulls: 'first' } } as const;
    await authorizer.list('ann', 'read', 'Note', { orderBy });
    expect(queries.at(-1)).toMatchObject({
      orderBy: [{ title: { sort: 'asc', nulls: 'first' } }, { id: 'asc' }],
    });
  });
});
