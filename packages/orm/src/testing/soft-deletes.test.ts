import { Authorizer, isUndecided, typed } from '@nanook/core';
import { DataTypes } from 'sequelize';
import { EntitySchema } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sequelize, typesFromSequelize } from '../sequelize/index.js';
import type { DialectName } from '../sql/dialect.js';
import { typeorm, typesFromTypeorm } from '../typeorm/index.js';
import { databases, type Database } from './databases.fixture.js';
import { sequelizeOn } from './sequelize.fixture.js';
import { typeormOn } from './typeorm.fixture.js';

// Both libraries leave out related rows that are marked as deleted when they load relations. So must a list.

const dateType: Record<DialectName, string> = { postgres: 'timestamptz', mysql: 'datetime', sqlite: 'text' };
const ormDateType = { postgres: 'timestamptz', mysql: 'datetime', sqlite: 'datetime' } as const;
const deletion = `'2026-01-01 00:00:00'`;

const conditions = [
  'post.author = nil',
  'post.author.name = "ann"',
  'not post.author.name = "ann"',
  'post.author = user',
  'post.author != user',
  'reply in post.replies and reply.text = "spam"',
  'not (reply in post.replies and reply.text = "spam")',
  'forall(reply in post.replies, reply.text = "fine")',
  'not (_ in post.replies)',
  'tag in post.tags and tag.name = "red"',
  'not (tag in post.tags and tag.name = "red")',
  'reply in post.replies and reply.author = post.author',
  'post.replies.length = 1',
  'not post.replies.length = 1',
  'post.tags.length = 1',
  'post.replies.length < post.author.id',
];

/** The rows for which `can` returns `true`. An undecided row is not allowed. */
const allowedOf = <Row extends object>(
  authorizer: Authorizer,
  actor: object,
  rows: readonly Row[],
): readonly Row[] =>
  rows.filter((row) => {
    try {
      return authorizer.canSync(actor, 'read', row);
    } catch (error) {
      if (isUndecided(error)) return false;
      throw error;
    }
  });

const policyOf = (body: string) => `allow(user: User, "read", post: Post) if user = user and ${body};`;

describe.each(databases)('soft-deleted rows of relations on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    const date = dateType[database.dialect];
    for (const statement of [
      `CREATE TABLE authors (id integer NOT NULL, name varchar(20) NOT NULL, deleted_at ${date} NULL)`,
      `CREATE TABLE posts (id integer NOT NULL, author_id integer NULL)`,
      `CREATE TABLE replies (id integer NOT NULL, text varchar(20) NOT NULL, post_id integer NULL, author_id integer NULL, deleted_at ${date} NULL)`,
      `CREATE TABLE labels (id integer NOT NULL, name varchar(20) NOT NULL, deleted_at ${date} NULL)`,
      `CREATE TABLE post_labels (post_id integer NOT NULL, label_id integer NOT NULL)`,
      `INSERT INTO authors VALUES (1, 'ann', NULL), (2, 'ann', ${deletion}), (3, 'bob', NULL)`,
      `INSERT INTO posts VALUES (1, 1), (2, 2), (3, 3), (4, NULL), (5, 1)`,
      `INSERT INTO replies VALUES (1, 'spam', 1, 1, ${deletion}), (2, 'fine', 1, 2, NULL), (3, 'spam', 2, 2, NULL),
        (4, 'fine', 3, 3, ${deletion}), (5, 'spam', 4, 1, NULL), (6, 'fine', 5, 1, NULL)`,
      `INSERT INTO labels VALUES (1, 'red', NULL), (2, 'red', ${deletion})`,
      `INSERT INTO post_labels VALUES (1, 1), (2, 2), (3, 1), (3, 2)`,
    ])
      await database.query(statement, []);
  });
  afterAll(() => database.close());

  it('do not count for typeorm(), as for find() with relations', async () => {
    const deletedAt = {
      name: 'deleted_at',
      type: ormDateType[database.dialect],
      deleteDate: true,
      nullable: true,
    } as const;
    const id = { type: 'int', primary: true } as const;
    const name = { type: 'varchar' } as const;
    const to = (target: string, column: string) =>
      ({ type: 'many-to-one', target, joinColumn: { name: column }, nullable: true }) as const;
    const entities = [
      { name: 'User', tableName: 'authors', columns: { id, name, deletedAt } },
      {
        name: 'Reply',
        tableName: 'replies',
        columns: { id, text: name, deletedAt },
        relations: { post: to('Post', 'post_id'), author: to('User', 'author_id') },
      },
      { name: 'Label', tableName: 'labels', columns: { id, name, deletedAt } },
      {
        name: 'Post',
        tableName: 'posts',
        columns: { id },
        relations: {
          author: to('User', 'author_id'),
          replies: { type: 'one-to-many', target: 'Reply', inverseSide: 'post' },
          tags: {
            type: 'many-to-many',
            target: 'Label',
            joinTable: {
              name: 'post_labels',
              joinColumn: { name: 'post_id', referencedColumnName: 'id' },
              inverseJoinColumn: { name: 'label_id', referencedColumnName: 'id' },
            },
          },
        },
      },
    ].map((each) => new EntitySchema(each as never));
    const dataSource = await typeormOn(database, entities as never);
    const user = typed('User', { id: 1, name: 'ann', deletedAt: null });
    const repository = dataSource.getRepository<{ id: number }>('Post');
    const rows = await repository.find({
      relations: { author: true, replies: { author: true }, tags: true } as never,
      order: { id: 'ASC' },
    });
    const list = typeorm(dataSource);
    for (const body of conditions) {
      const types = typesFromTypeorm(dataSource);
      const authorizer = await Authorizer.load({ policies: policyOf(body), types, onWarning: () => {} });
      const where = list.where(await authorizer.where(user, 'read', 'Post'));
      const found = await repository.find({ where, order: { id: 'ASC' } });
      const allowed = allowedOf(
        authorizer,
        user,
        rows.map((row) => typed('Post', row)),
      );
      expect([body, found.map((row) => row.id)]).toEqual([body, allowed.map((row) => row.id)]);
    }
  });

  it('do not count for sequelize(), as for include', async () => {
    const db = sequelizeOn(database);
    for (const name of Object.keys(db.models)) db.modelManager.removeModel(db.models[name]!);
    const id = () => ({ type: DataTypes.INTEGER, primaryKey: true });
    const name = () => ({ type: DataTypes.TEXT, allowNull: false });
    const options = { timestamps: true, createdAt: false, updatedAt: false, underscored: true } as const;
    const paranoid = { ...options, paranoid: true } as const;
    const User = db.define('User', { id: id(), name: name() }, { ...paranoid, tableName: 'authors' });
    const Reply = db.define('Reply', { id: id(), text: name() }, { ...paranoid, tableName: 'replies' });
    const Label = db.define('Label', { id: id(), name: name() }, { ...paranoid, tableName: 'labels' });
    const Post = db.define('Post', { id: id() }, { ...options, tableName: 'posts' });
    Post.belongsTo(User, { as: 'author', foreignKey: 'authorId' });
    Post.hasMany(Reply, { as: 'replies', foreignKey: 'postId' });
    Reply.belongsTo(User, { as: 'author', foreignKey: 'authorId' });
    Post.belongsToMany(Label, {
      as: 'tags',
      through: 'post_labels',
      foreignKey: 'post_id',
      otherKey: 'label_id',
      timestamps: false,
    });
    const user = User.build({ id: 1, name: 'ann' });
    const rows = await Post.findAll({
      include: ['author', { association: 'replies', include: ['author'] }, 'tags'],
      order: [['id', 'ASC']],
    });
    const list = sequelize(db, { models: { User, Reply, Label, Post } });
    for (const body of conditions) {
      const types = typesFromSequelize(db, { models: { User, Reply, Label, Post } });
      const authorizer = await Authorizer.load({ policies: policyOf(body), types, onWarning: () => {} });
      const where = list(await authorizer.where(user, 'read', 'Post'));
      const found = await Post.findAll({ where, order: [['id', 'ASC']] });
      const allowed = allowedOf(authorizer, user, rows);
      expect([body, found.map((row) => row.get('id'))]).toEqual([body, allowed.map((row) => row.get('id'))]);
    }
  });
});
