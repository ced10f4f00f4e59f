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
    const { next } = await authorizer.authorizedResources('ann', 'read', 'Note', { take: 1 });
    await authorizer.authorizedResources('ann', 'read', 'Note', { take: 1, after: next });
    expect(queries.at(-1)).toEqual({
      where: { AND: [{ AND: [{ id: { notIn: [] } }] }, { id: { gt: 'a' } }] },
      orderBy: [{ id: 'asc' }],
      take: 2,
    });
  });

  it('throws NANOOK_ORM_PRISMA_TEXT for an order by another text, whose collation is unknown', async () => {
    const list = authorizer.authorizedResources('ann', 'read', 'Note', { orderBy: { title: 'asc' } });
    await expect(list).rejects.toMatchObject({ code: 'NANOOK_ORM_PRISMA_TEXT', data: { field: 'title' } });
  });
});
