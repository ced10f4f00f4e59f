import { Authorizer, many, manyThrough, nullable, one, typed } from '@nanook/core';
import { EntitySchema, In, type DataSource, type Repository } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import {
  data,
  either,
  hostileTexts,
  listing,
  longList,
  nothing,
  toMany,
} from '../testing/policies.fixture.js';
import { typeormEntities, typeormOn } from '../testing/typeorm.fixture.js';
import { typeorm, typesFromTypeorm } from './index.js';

interface Row {
  readonly id: number;
  readonly title?: string | null;
}
const idsOf = (rows: readonly Row[]): number[] => rows.map(({ id }) => id);

describe.each(databases)('typeorm() on %s', (_name, open) => {
  let database: Database;
  let dataSource: DataSource & { readonly queries: string[] };
  let documents: Repository<Row>;
  let list: ReturnType<typeof typeorm>;
  beforeAll(async () => {
    database = await open();
    await database.fill(data);
    dataSource = await typeormOn(database);
    documents = dataSource.getRepository<Row>('Document');
    list = typeorm(dataSource);
  });
  afterAll(() => database.close());

  it('pages through a list with a condition on a to-many relation, and counts it, without repeated rows', async () => {
    const { condition, allowed } = await listing(toMany);
    const page = (skip: number) =>
      documents
        .createQueryBuilder('d')
        .leftJoinAndSelect('d.comments', 'c')
        .where(list(condition))
        .orderBy('d.id')
        .take(5)
        .skip(skip)
        .getManyAndCount();
    expect(allowed.length).toBeGreaterThan(6);
    const [first, total] = await page(0);
    expect(total).toBe(allowed.length);
    expect(idsOf(first)).toEqual(allowed.slice(0, 5));
    expect(idsOf((await page(5))[0])).toEqual(allowed.slice(5, 10));
  });

  it('pages through find() with a related entity, and counts', async () => {
    const { condition, allowed } = await listing(toMany);
    const [rows, total] = await documents.findAndCount({
      where: list.where(condition),
      relations: { comments: true } as never,
      order: { id: 'ASC' },
      take: 5,
      skip: 5,
    });
    expect(total).toBe(allowed.length);
    expect(idsOf(rows)).toEqual(allowed.slice(5, 10));
  });

  it('sends one query for a list', async () => {
    const { condition } = await listing(toMany);
    const before = dataSource.queries.length;
    await documents.createQueryBuilder('d').where(list(condition)).getMany();
    expect(dataSource.queries.length).toBe(before + 1);
  });

  it('keeps the brackets of a condition beside other conditions, and several conditions apart', async () => {
    const { condition, allowed } = await listing(either);
    const texts = await listing(hostileTexts);
    const rows = await documents
      .createQueryBuilder('d')
      .where('d.id <= :text', { text: 20 })
      .andWhere(list(condition))
      .andWhere(list(texts.condition))
      .orderBy('d.id')
      .getMany();
    expect(idsOf(rows)).toEqual(allowed.filter((id) => id <= 20 && texts.allowed.includes(id)));
  });

  it.each([
    ['a value', (id: number) => id],
    ['an operator', (id: number) => In([id])],
  ])('keeps both the condition and %s for the same property in list.where()', async (_case, where) => {
    const { condition, allowed } = await listing(either);
    const other = (data.documents as unknown as readonly Row[]).find(({ id }) => !allowed.includes(id))!;
    const [first] = allowed;
    const find = (id: number) => documents.find({ where: list.where(condition, { id: where(id) as never }) });
    expect(idsOf(await find(first!))).toEqual([first]);
    expect(await find(other.id)).toEqual([]);
  });

  it('filters an alias other than the main one', async () => {
    const { condition, allowed } = await listing(toMany);
    const rows = await dataSource
      .getRepository<Row>('Comment')
      .createQueryBuilder('c')
      .innerJoin('c.document', 'd')
      .where(list(condition, { alias: 'd' }))
      .orderBy('c.id')
      .getMany();
    const comments = data.comments as unknown as readonly { id: number; document_id: number }[];
    expect(idsOf(rows)).toEqual(
      comments.filter((each) => allowed.includes(each.document_id)).map(({ id }) => id),
    );
  });

  it('filters the rows that an update changes', async () => {
    const { condition, allowed } = await listing(either);
    const [sql, values] = documents
      .createQueryBuilder()
      .update({ title: 'changed' })
      .where(list(condition))
      .getQueryAndParameters();
    await database.query(sql, values);
    const rows = await documents.find({ where: { title: 'changed' }, order: { id: 'ASC' } });
    await database.fill(data);
    expect(idsOf(rows)).toEqual(allowed);
  });

  it.each([
    ['texts with quotes and placeholders', hostileTexts],
    ['a list of more than 500 values', longList],
  ])('binds %s as values', async (_case, policy) => {
    const { condition, allowed } = await listing(policy);
    const query = documents.createQueryBuilder('d').where(list(condition)).orderBy('d.id');
    expect(query.getQuery()).not.toContain('admin');
    expect(allowed.length).toBeGreaterThan(0);
    expect(idsOf(await query.getMany())).toEqual(allowed);
  });

  it('returns no row, by a condition in the query itself, when the policy grants nothing', async () => {
    const { condition } = await listing(nothing);
    const query = documents.createQueryBuilder('d').where(list(condition));
    expect(query.getQuery()).toMatch(/WHERE \(\(1=0\)\)$/);
    expect(await query.getMany()).toEqual([]);
    expect(await documents.find({ where: list.where(condition) })).toEqual([]);
  });

  it('rejects a condition for another entity', async () => {
    const { condition } = await listing(either);
    const users = dataSource.getRepository('User');
    const error = expect.objectContaining({ code: 'NANOOK_ORM_OTHER_TABLE' });
    expect(() => users.createQueryBuilder('u').where(list(condition))).toThrow(error);
    await expect(users.find({ where: list.where(condition) })).rejects.toThrow(error);
  });

  it('decides with the types that the entities describe as a check does', async () => {
    const types = typesFromTypeorm(dataSource);
    const authorizer = await Authorizer.load({ policies: toMany, types });
    const condition = await authorizer.where(typed('User', { id: 1 }), 'read', 'Document');
    const { allowed } = await listing(toMany);
    const rows = await documents.find({ where: list.where(condition), order: { id: 'ASC' } });
    expect(idsOf(rows)).toEqual(allowed);
  });
});

describe('typeorm()', () => {
  const offline = { dialect: 'postgres', query: async () => [] } as const;

  it('rejects a nullable column that the types do not declare as optional', async () => {
    const list = typeorm(await typeormOn(offline));
    const types = { User: {}, Document: { key: 'id', fields: { id: 'Integer', title: String } } };
    const policies = 'allow(_: User, "read", document: Document) if document.id = 1;';
    const authorizer = await Authorizer.load({ policies, types });
    const condition = await authorizer.where(typed('User', {}), 'read', 'Document');
    expect(() => list.where(condition)).toThrow(
      expect.objectContaining({
        code: 'NANOOK_ORM_NULLABLE_COLUMN',
        data: { type: 'Document', field: 'title', table: 'documents' },
      }),
    );
  });

  it('rejects a data source that is not initialized', async () => {
    const { condition } = await listing(either);
    const dataSource = await typeormOn(offline);
    await dataSource.destroy();
    expect(() => typeorm(dataSource).where(condition)).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_TABLES' }),
    );
  });
});

describe('typesFromTypeorm()', () => {
  const offline = { dialect: 'postgres', query: async () => [] } as const;

  it('returns the fields, keys and relations of the entities', async () => {
    const { Document } = typesFromTypeorm(await typeormOn(offline));
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

  it('describes foreign keys without a property, soft deletion, and names of types that differ', async () => {
    class NoteEntity {}
    class PersonEntity {}
    const person = new EntitySchema<object>({
      name: 'PersonEntity',
      target: PersonEntity,
      columns: {
        id: { type: 'uuid', primary: true },
        deletedAt: { type: 'timestamptz', deleteDate: true, nullable: true },
      } as never,
    });
    const note = new EntitySchema<object>({
      name: 'NoteEntity',
      target: NoteEntity,
      columns: { id: { type: 'int', primary: true }, data: { type: 'jsonb' } } as never,
      relations: { author: { type: 'many-to-one', target: 'PersonEntity', nullable: false } } as never,
    });
    const dataSource = await typeormOn(offline, [note, person] as never);
    const types = typesFromTypeorm(dataSource, { entities: { Note: NoteEntity, Person: PersonEntity } });
    expect(types).toEqual({
      Note: {
        class: NoteEntity,
        key: ['id'],
        fields: { id: 'Integer', data: Object, 'author.authorId': 'String' },
        relations: {
          author: one('Person', {
            local: ['author.authorId'],
            foreign: ['id'],
            where: { deletedAt: null },
            enforced: false,
          }),
        },
      },
      Person: {
        class: PersonEntity,
        key: ['id'],
        fields: { id: 'String', deletedAt: nullable(Date) },
        relations: {},
      },
    });
  });

  it('reads only the tables of a data source that was initialized with the entities', async () => {
    expect(
      Object.keys(typesFromTypeorm(await typeormOn(offline, typeormEntities.slice(4) as never))),
    ).toEqual(['Tag']);
  });
});
