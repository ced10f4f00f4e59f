import { many, manyThrough, one, nullable, oneOf } from '@nanook/core';
import { EntitySchema, StringType } from '@mikro-orm/core';
import { describe, expect, it } from 'vitest';
import { isMikroOrm6, mikroOrmOn } from '../testing/mikro-orm.fixture.js';
import { typesFromMikroOrm } from './index.js';

const offline = { dialect: 'postgres', query: async () => [] } as const;

describe('typesFromMikroOrm()', () => {
  it('returns the fields, keys and relations of the entities', async () => {
    const { Document } = typesFromMikroOrm(await mikroOrmOn(offline));
    expect(Document).toMatchObject({
      key: ['id'],
      fields: { id: 'Integer', title: nullable('String'), status: 'String', score: nullable('Float') },
      relations: {
        owner: one('User', { local: ['ownerId'], foreign: ['id'], enforced: false }),
        comments: many('Comment', { local: ['id'], foreign: ['documentId'] }),
        tags: manyThrough('Tag', {
          through: 'document_tags',
          local: ['id'],
          throughLocal: ['document_id'],
          throughForeign: ['tag_id'],
          foreign: ['id'],
        }),
      },
    });
  });

  it('describes foreign keys without a property, and names of types that differ', async () => {
    const { entities, Author, Post } = blog();
    const orm = await mikroOrmOn(offline, entities);
    expect(typesFromMikroOrm(orm, { entities: { Person: Author, Article: Post } })).toEqual({
      Person: {
        class: Author,
        key: ['id'],
        fields: { id: 'String' },
        relations: { posts: many('Article', { local: ['id'], foreign: ['author.author_id'] }) },
      },
      Article: {
        class: Post,
        key: ['id'],
        fields: expect.objectContaining({
          id: 'Integer',
          'author.author_id': 'String',
          coAuthorId: nullable('String'),
        }),
        relations: {
          author: one('Person', { local: ['author.author_id'], foreign: ['id'], enforced: true }),
        },
      },
    });
  });

  it('leaves out the values that rows do not show as the database has them', async () => {
    const { entities } = blog();
    const { Post } = typesFromMikroOrm(await mikroOrmOn(offline, entities));
    expect(Post!.fields).toEqual({
      id: 'Integer',
      count: 'Integer',
      price: 'Decimal',
      ratio: Object,
      code: Object,
      state: oneOf('draft', 'published'),
      day: 'String',
      data: Object,
      secret: Object,
      coAuthorId: nullable('String'),
      'author.author_id': 'String',
      'editor.editor_id': 'String',
      'wrapped.wrapped_id': 'String',
    });
  });

  it.each([
    ['a filter of the related entity', 'editor'],
    ['a reference', 'wrapped'],
    ['a condition of the relation', 'published'],
  ])('leaves out a relation with %s', async (_case, name) => {
    const { entities } = blog();
    const types = typesFromMikroOrm(await mikroOrmOn(offline, entities));
    const declared = Object.values(types).flatMap(({ relations }) => Object.keys(relations!));
    expect(declared).not.toContain(name);
  });

  it('leaves out a relation to an entity that a filter of the whole ORM names', async () => {
    const { entities, Author } = blog();
    const orm = await mikroOrmOn(offline, entities);
    expect(typesFromMikroOrm(orm)['Post']!.relations).toHaveProperty('author');
    const entity = isMikroOrm6 ? ['Author'] : [Author];
    orm.config.set('filters', { active: { name: 'active', cond: {}, default: true, entity } } as never);
    expect(typesFromMikroOrm(orm)['Post']!.relations).not.toHaveProperty('author');
  });

  it.skipIf(isMikroOrm6)(
    'leaves out an entity with several tables, and rejects it when it is named',
    async () => {
      class Animal {}
      class Cat extends Animal {}
      const animal = new EntitySchema({
        class: Animal,
        inheritance: 'tpt',
        properties: { id: { type: 'integer', primary: true } },
      } as never);
      const cat = new EntitySchema({
        class: Cat,
        extends: animal,
        properties: { lives: { type: 'integer' } },
      } as never);
      const orm = await mikroOrmOn(offline, [animal, cat]);
      expect(Object.keys(typesFromMikroOrm(orm))).toEqual(['Animal']);
      expect(() => typesFromMikroOrm(orm, { entities: { Cat } })).toThrow(
        expect.objectContaining({ code: 'NANOOK_ORM_TABLES' }),
      );
    },
  );
});

/** Entities with the kinds of properties and relations that a query and a row show differently. */
function blog() {
  class Author {}
  class Editor {}
  class Post {}
  class Upper extends StringType {}
  const id = { type: 'uuid', primary: true };
  const author = new EntitySchema({
    class: Author,
    properties: {
      id,
      posts: { kind: '1:m', entity: () => Post, mappedBy: 'author' },
      published: { kind: '1:m', entity: () => Post, mappedBy: 'author', where: { state: 'published' } },
    },
  } as never);
  const editor = new EntitySchema({
    class: Editor,
    filters: { active: { name: 'active', cond: { active: true }, default: true } },
    properties: { id, active: { type: 'boolean' } },
  } as never);
  const post = new EntitySchema({
    class: Post,
    properties: {
      id: { type: 'integer', primary: true },
      count: { type: 'bigint' },
      price: { type: 'decimal' },
      ratio: { type: 'float' },
      code: { type: 'character', length: 3 },
      state: { enum: true, items: ['draft', 'published'] },
      day: { type: 'date' },
      data: { type: 'json' },
      secret: { type: Upper },
      total: { type: 'integer', formula: 'price * 2' },
      draft: { type: 'boolean', persist: false },
      author: { kind: 'm:1', entity: () => Author },
      coAuthorId: { kind: 'm:1', entity: () => Author, mapToPk: true, nullable: true },
      editor: { kind: 'm:1', entity: () => Editor },
      wrapped: { kind: 'm:1', entity: () => Author, ref: true },
    },
  } as never);
  return { entities: [author, editor, post], Author, Editor, Post };
}
