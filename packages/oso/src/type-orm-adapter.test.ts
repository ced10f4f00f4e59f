import { createRequire } from 'node:module';
import { DataSource, EntitySchema, type EntitySchemaRelationOptions, type SelectQueryBuilder } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Oso } from './oso.js';
import { Relation } from './relation.js';
import { typeOrmAdapter } from './type-orm-adapter.js';

const require = createRequire(import.meta.url);
const original = {
  ...(require('oso') as { Oso: typeof Oso; Relation: typeof Relation }),
  ...(require('oso/dist/src/typeOrmAdapter') as { typeOrmAdapter: typeof typeOrmAdapter }),
};
const own = { Oso, Relation, typeOrmAdapter };

class User {
  id!: number;
  name!: string;
  orgId!: number | null;
  roles?: Role[];
}
class Org {
  id!: number;
  name!: string;
  repos?: Repo[];
}
class Repo {
  id!: number;
  name!: string;
  public!: boolean;
  orgId!: number;
  org?: Org;
  issues?: Issue[];
}
class Issue {
  id!: number;
  title!: string;
  note!: string | null;
  stars!: number;
  repoId!: number;
  repo?: Repo;
}
class Role {
  id!: number;
  name!: string;
  userId!: number;
  repoId!: number;
  repo?: Repo;
}
const classes = { User, Org, Repo, Issue, Role };
type Name = keyof typeof classes;

const toOne = (target: Name): EntitySchemaRelationOptions => ({ type: 'many-to-one', target });
const toMany = (target: Name, inverseSide: string): EntitySchemaRelationOptions => ({
  type: 'one-to-many',
  target,
  inverseSide,
});
const schema = (
  name: Name,
  columns: Readonly<Record<string, StringConstructor | NumberConstructor | BooleanConstructor>>,
  relations: Readonly<Record<string, EntitySchemaRelationOptions>>,
): EntitySchema =>
  new EntitySchema<object>({
    name,
    target: classes[name],
    columns: {
      id: { type: Number, primary: true },
      ...Object.fromEntries(Object.entries(columns).map(([key, type]) => [key, { type, nullable: true }])),
    } as never,
    relations: relations as never,
  });

const entities = [
  schema('User', { name: String, orgId: Number }, { roles: toMany('Role', 'user') }),
  schema('Org', { name: String }, { repos: toMany('Repo', 'org') }),
  schema(
    'Repo',
    { name: String, public: Boolean, orgId: Number },
    { org: toOne('Org'), issues: toMany('Issue', 'repo') },
  ),
  schema('Issue', { title: String, note: String, stars: Number, repoId: Number }, { repo: toOne('Repo') }),
  schema(
    'Role',
    { name: String, userId: Number, repoId: Number },
    { user: { ...toOne('User'), inverseSide: 'roles' }, repo: toOne('Repo') },
  ),
];

const rows: Readonly<Record<Name, readonly object[]>> = {
  Org: [
    { id: 1, name: 'apple' },
    { id: 2, name: "o'?:x $1 :0" },
    { id: 3, name: 'empty' },
  ],
  User: [
    { id: 1, name: 'ann', orgId: 1 },
    { id: 2, name: "o'?:x $1 :0", orgId: 2 },
    { id: 3, name: 'eve', orgId: null },
  ],
  Repo: [
    { id: 1, name: 'ios', public: true, orgId: 1 },
    { id: 2, name: 'mac', public: false, orgId: 1 },
    { id: 3, name: 'eve', public: false, orgId: 2 },
  ],
  Issue: [
    { id: 1, title: 'bug', note: null, stars: 1, repoId: 1 },
    { id: 2, title: 'lag', note: 'lag', stars: 2, repoId: 1 },
    { id: 3, title: 'bug', note: 'fix', stars: 3, repoId: 2 },
    { id: 4, title: 'Bug', note: null, stars: 4, repoId: 3 },
  ],
  Role: [
    { id: 1, name: 'reader', userId: 1, repoId: 2 },
    { id: 2, name: 'writer', userId: 2, repoId: 3 },
    { id: 3, name: 'reader', userId: 3, repoId: 3 },
  ],
};

let database: DataSource;
/** The rows with their relations, which decide what is expected. */
let loaded: { User: User[]; Org: Org[]; Repo: Repo[]; Issue: Issue[] };

beforeAll(async () => {
  database = await new DataSource({ type: 'sqljs', entities, synchronize: true }).initialize();
  for (const name of ['Org', 'User', 'Repo', 'Issue', 'Role'] as const)
    // oxlint-disable-next-line no-await-in-loop -- rows refer to earlier ones
    await database.getRepository(name).insert(rows[name] as object[]);
  const load = async <T extends object>(type: new () => T, relations: object): Promise<T[]> =>
    database.getRepository(type).find({ relations, order: { id: 'ASC' } as never });
  loaded = {
    User: await load(User, { roles: true }),
    Org: await load(Org, { repos: true }),
    Repo: await load(Repo, { issues: true }),
    Issue: await load(Issue, { repo: { org: true } }),
  };
});
afterAll(() => database.destroy());

function engine(library: typeof own): Oso {
  const one = (type: Name, key: string) => new library.Relation('one', type, key, 'id');
  const many = (type: Name, key: string) => new library.Relation('many', type, 'id', key);
  const fields = {
    User: {
      id: Number,
      name: String,
      orgId: Number,
      org: one('Org', 'orgId'),
      roles: many('Role', 'userId'),
    },
    Org: { id: Number, name: String, repos: many('Repo', 'orgId') },
    Repo: {
      id: Number,
      name: String,
      public: Boolean,
      orgId: Number,
      org: one('Org', 'orgId'),
      issues: many('Issue', 'repoId'),
    },
    Issue: {
      id: Number,
      title: String,
      note: String,
      stars: Number,
      repoId: Number,
      repo: one('Repo', 'repoId'),
    },
    Role: { id: Number, name: String, userId: Number, repoId: Number, repo: one('Repo', 'repoId') },
  };
  const oso = new library.Oso();
  for (const [name, type] of Object.entries(classes))
    oso.registerClass(type as never, { fields: fields[name as Name] });
  oso.setDataFilteringAdapter(library.typeOrmAdapter(database as never) as never);
  return oso;
}

const idsOf = (found: readonly { readonly id: number }[]): number[] =>
  found.map(({ id }) => id).sort((a, b) => a - b);

/** Returns the ids of the rows of a type that the user may read, with the query of the library. */
async function found(library: typeof own, policy: string, type: Name, user: User): Promise<number[]> {
  const oso = engine(library);
  await oso.loadStr(policy);
  const query = (await oso.authorizedQuery(user, 'read', classes[type] as never)) as SelectQueryBuilder<{
    id: number;
  }>;
  const read = await oso.authorizedResources(user, 'read', classes[type] as never);
  const ids = idsOf(await query.getMany());
  expect(idsOf(read as { id: number }[])).toEqual(ids);
  expect(await query.getCount()).toBe(ids.length);
  return ids;
}

type Case = readonly [
  policy: string,
  type: keyof typeof loaded,
  isExpected: (row: never, user: User) => boolean,
];

const cases: readonly Case[] = [
  ['allow(_, "read", _: Repo);', 'Repo', () => true],
  ['allow(_, "write", _: Repo);', 'Repo', () => false],
  ['allow(_, _, r: Repo) if r.public;', 'Repo', (r: Repo) => r.public],
  ['allow(_, _, r: Repo) if r.public = false;', 'Repo', (r: Repo) => !r.public],
  ['allow(u: User, _, r: Repo) if r.orgId = u.orgId;', 'Repo', (r: Repo, u) => r.orgId === u.orgId],
  ['allow(u: User, _, r: Repo) if r.name = u.name;', 'Repo', (r: Repo, u) => r.name === u.name],
  ['allow(u: User, _, o: Org) if o.name = u.name;', 'Org', (o: Org, u) => o.name === u.name],
  ['allow(u: User, _, o: Org) if o.name != u.name;', 'Org', (o: Org, u) => o.name !== u.name],
  ['allow(_, _, i: Issue) if i.note = nil;', 'Issue', (i: Issue) => i.note === null],
  ['allow(_, _, i: Issue) if nil != i.note;', 'Issue', (i: Issue) => i.note !== null],
  ['allow(_, _, i: Issue) if i.title = i.note;', 'Issue', (i: Issue) => i.title === i.note],
  [
    'allow(_, _, i: Issue) if i.stars > 1 and i.stars <= 3;',
    'Issue',
    ({ stars }: Issue) => stars > 1 && stars <= 3,
  ],
  [
    'allow(_, _, i: Issue) if i.stars < 2 or i.stars >= 4;',
    'Issue',
    ({ stars }: Issue) => stars < 2 || stars >= 4,
  ],
  ['allow(u, _, i: Issue) if u.id < i.stars;', 'Issue', (i: Issue, u) => u.id < i.stars],
  [
    'allow(_, _, i: Issue) if i.title in ["bug", "lag"];',
    'Issue',
    (i: Issue) => ['bug', 'lag'].includes(i.title),
  ],
  ['allow(_, _, i: Issue) if not i.title = "bug";', 'Issue', (i: Issue) => i.title !== 'bug'],
  ['allow(_, _, i: Issue) if i.repo.public;', 'Issue', (i: Issue) => i.repo!.public],
  [
    'allow(_, _, i: Issue) if i.repo.org.name = "apple" and i.stars > 1;',
    'Issue',
    (i: Issue) => i.repo!.org!.name === 'apple' && i.stars > 1,
  ],
  [
    'allow(u: User, _, i: Issue) if i.repo.org.id = u.orgId;',
    'Issue',
    (i: Issue, u) => i.repo!.orgId === u.orgId,
  ],
  [
    'allow(u: User, _, i: Issue) if role in u.roles and role.name = "reader" and i.repo.id = role.repoId;',
    'Issue',
    (i: Issue, u) => u.roles!.some(({ name, repoId }) => name === 'reader' && repoId === i.repoId),
  ],
  [
    'allow(u: User, _, r: Repo) if role in u.roles and role.repo = r;',
    'Repo',
    (r: Repo, u) => u.roles!.some(({ repoId }) => repoId === r.id),
  ],
  [
    'allow(_, _, r: Repo) if i in r.issues and i.title = "bug";',
    'Repo',
    (r: Repo) => r.issues!.some(({ title }) => title === 'bug'),
  ],
  ['allow(_, _, r: Repo) if _ in r.issues;', 'Repo', (r: Repo) => r.issues!.length > 0],
  [
    'allow(_, _, o: Org) if r in o.repos and not r.public = true;',
    'Org',
    (o: Org) => o.repos!.some((r) => !r.public),
  ],
  ['allow(u: User, _, u: User);', 'User', (row: User, u) => row.id === u.id],
  ['allow(u: User, _, other: User) if other != u;', 'User', (row: User, u) => row.id !== u.id],
];

const blocks = `
  allow(actor, action, resource) if has_permission(actor, action, resource);
  actor User {}
  resource Org { roles = ["member"]; }
  resource Repo {
    roles = ["reader", "writer"];
    permissions = ["read"];
    relations = { parent: Org };
    "read" if "reader";
    "reader" if "writer";
    "reader" if "member" on "parent";
  }
  resource Issue { permissions = ["read"]; relations = { parent: Repo }; "read" if "reader" on "parent"; }
  has_role(user: User, "member", org: Org) if org.id = user.orgId;
  has_role(user: User, name: String, repo: Repo) if role in user.roles and role matches { name: name, repoId: repo.id };
  has_relation(org: Org, "parent", _: Repo{org: org});
  has_relation(repo: Repo, "parent", _: Issue{repo: repo});
`;

async function expectRows([policy, type, isExpected]: Case): Promise<void> {
  for (const library of [own, original as typeof own])
    for (const user of loaded.User) {
      const expected = (loaded[type] as { id: number }[]).filter((row) => isExpected(row as never, user));
      // oxlint-disable-next-line no-await-in-loop -- one user after another
      expect(await found(library, policy, type, user)).toEqual(idsOf(expected));
    }
}

describe('typeOrmAdapter with a database', () => {
  it.each(cases)('finds the rows of the database, as the adapter of oso: %s', async (...each) => {
    await expectRows(each);
  });

  it('finds the rows of the database, as the adapter of oso, for roles and relations of blocks', async () => {
    await expectRows([
      blocks,
      'Issue',
      (i: Issue, u) => i.repo!.orgId === u.orgId || u.roles!.some(({ repoId }) => repoId === i.repoId),
    ]);
  });

  it('returns a query that the application can change', async () => {
    const oso = engine(own);
    await oso.loadStr('allow(_, "read", i: Issue) if i.repo.public and i.stars > 0;');
    const query = (await oso.authorizedQuery(1, 'read', Issue as never)) as SelectQueryBuilder<Issue>;
    const page = await query
      .andWhere('Issue.stars > :least', { least: 1 })
      .orderBy('Issue.id', 'DESC')
      .take(1)
      .getMany();
    expect(page.map(({ id }) => id)).toEqual([2]);
  });
});
