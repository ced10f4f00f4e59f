import type { ApplicationFiles, ApplicationRequest, HandEdit } from './load-application.fixture.js';

/** A service for Git: classes with relations, and lists by the adapter of oso for TypeORM. */
export const gitClub: ApplicationFiles = {
  'package.json': '{\n  "dependencies": {\n    "express": "^5.0.0",\n    "oso": "^0.27.3"\n  }\n}\n',
  'policy/main.polar': `actor User {}

resource Organization {
  permissions = ["read", "create_repository"];
  roles = ["member", "owner"];
  "read" if "member";
  "create_repository" if "owner";
  "member" if "owner";
}

resource Repository {
  permissions = ["read", "delete"];
  roles = ["reader", "admin"];
  relations = { parent: Organization };
  "read" if "reader";
  "delete" if "admin";
  "reader" if "admin";
  "reader" if "member" on "parent";
  "admin" if "owner" on "parent";
}

allow(actor, action, resource) if has_permission(actor, action, resource);

has_role(user: User, name: String, organization: Organization) if
  role in user.orgRoles and
  role.orgId = organization.id and
  role.name = name;

has_relation(organization: Organization, "parent", repository: Repository) if
  organization = repository.organization;
`,
  'src/entities.ts': `import 'reflect-metadata';
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryColumn } from 'typeorm';

@Entity()
export class Organization {
  @PrimaryColumn('integer')
  id!: number;

  @Column('text')
  name!: string;
}

@Entity()
export class User {
  @PrimaryColumn('integer')
  id!: number;

  @Column('text')
  name!: string;

  @OneToMany('OrgRole', 'user')
  orgRoles!: OrgRole[];
}

@Entity()
export class OrgRole {
  @PrimaryColumn('integer')
  id!: number;

  @Column('text')
  name!: string;

  @Column('integer')
  orgId!: number;

  @Column('integer')
  userId!: number;

  @ManyToOne('User', 'orgRoles')
  @JoinColumn({ name: 'userId' })
  user!: User;
}

@Entity()
export class Repository {
  @PrimaryColumn('integer')
  id!: number;

  @Column('text')
  name!: string;

  @Column('integer')
  organizationId!: number;

  @ManyToOne('Organization')
  @JoinColumn({ name: 'organizationId' })
  organization!: Organization;
}
`,
  'src/data.ts': `import { DataSource } from 'typeorm';
import { Organization, OrgRole, Repository, User } from './entities.js';

export async function openData(): Promise<DataSource> {
  const data = new DataSource({
    type: 'sqljs',
    entities: [Organization, OrgRole, Repository, User],
    synchronize: true,
  });
  await data.initialize();
  await data.getRepository(Organization).save([
    { id: 1, name: 'acme' },
    { id: 2, name: 'umbrella' },
  ]);
  await data.getRepository(User).save([
    { id: 1, name: 'ann' },
    { id: 2, name: 'ben' },
    { id: 3, name: 'cem' },
  ]);
  await data.getRepository(OrgRole).save([
    { id: 1, name: 'owner', orgId: 1, userId: 1 },
    { id: 2, name: 'member', orgId: 1, userId: 2 },
    { id: 3, name: 'member', orgId: 2, userId: 2 },
  ]);
  await data.getRepository(Repository).save([
    { id: 1, name: 'anvil', organizationId: 1 },
    { id: 2, name: 'rocket', organizationId: 1 },
    { id: 3, name: 'virus', organizationId: 2 },
  ]);
  return data;
}
`,
  'src/oso.ts': `import { Oso, Relation } from 'oso';
import { typeOrmAdapter } from 'oso/dist/src/typeOrmAdapter';
import type { DataSource } from 'typeorm';
import { Organization, OrgRole, Repository, User } from './entities.js';

export async function createOso(data: DataSource): Promise<Oso> {
  const oso = new Oso();
  oso.setDataFilteringAdapter(typeOrmAdapter(data));

  oso.registerClass(User, {
    fields: { id: Number, name: String, orgRoles: new Relation('many', 'OrgRole', 'id', 'userId') },
  });
  oso.registerClass(Organization, { fields: { id: Number, name: String } });
  oso.registerClass(OrgRole, {
    fields: {
      id: Number,
      name: String,
      orgId: Number,
      userId: Number,
      user: new Relation('one', 'User', 'userId', 'id'),
    },
  });
  oso.registerClass(Repository, {
    fields: {
      id: Number,
      name: String,
      organizationId: Number,
      organization: new Relation('one', 'Organization', 'organizationId', 'id'),
    },
  });

  await oso.loadFiles(['policy/main.polar']);
  return oso;
}
`,
  'src/app.ts': `import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { ForbiddenError, NotFoundError } from 'oso';
import { openData } from './data.js';
import { User } from './entities.js';
import { createOso } from './oso.js';
import { repositories } from './repositories.js';

export async function createApp(): Promise<Express> {
  const data = await openData();
  const oso = await createOso(data);
  const app = express();
  app.use(async (req, res, next) => {
    res.locals['user'] = await data.getRepository(User).findOne({ where: { name: req.get('x-user') ?? '' } });
    next();
  });
  app.use('/repositories', repositories(oso, data));
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (error instanceof NotFoundError) res.status(404).send('Not found');
    else if (error instanceof ForbiddenError) res.status(403).send('Forbidden');
    else next(error);
  });
  return app;
}
`,
  'src/repositories.ts': `import { Router } from 'express';
import type { Oso } from 'oso';
import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { Repository } from './entities.js';

export function repositories(oso: Oso, data: DataSource): Router {
  const router = Router();
  const rows = data.getRepository(Repository);

  router.get('/', async (_req, res) => {
    const found = (await oso.authorizedResources(res.locals['user'], 'read', Repository)) as Repository[];
    res.json(found.map(({ name }) => name).toSorted());
  });

  router.get('/count', async (_req, res) => {
    const query = (await oso.authorizedQuery(
      res.locals['user'],
      'read',
      Repository,
    )) as SelectQueryBuilder<Repository>;
    res.json(await query.getCount());
  });

  router.get('/:id', async (req, res) => {
    const repository = await rows.findOne({ where: { id: Number(req.params.id) } });
    await oso.authorize(res.locals['user'], 'read', repository);
    const actions = await oso.authorizedActions(res.locals['user'], repository);
    res.json({ name: repository!.name, actions: [...actions].toSorted() });
  });

  router.delete('/:id', async (req, res) => {
    const repository = await rows.findOne({ where: { id: Number(req.params.id) } });
    await oso.authorize(res.locals['user'], 'delete', repository);
    res.json({ deleted: repository!.name });
  });

  return router;
}
`,
};

export const gitClubRequests: readonly ApplicationRequest[] = [
  ['ann', 'GET', '/repositories'],
  ['ben', 'GET', '/repositories'],
  ['cem', 'GET', '/repositories'],
  ['ben', 'GET', '/repositories/count'],
  ['ann', 'GET', '/repositories/1'],
  ['ben', 'GET', '/repositories/1'],
  ['cem', 'GET', '/repositories/1'],
  ['ann', 'GET', '/repositories/3'],
  ['ann', 'DELETE', '/repositories/1'],
  ['ben', 'DELETE', '/repositories/1'],
  ['cem', 'DELETE', '/repositories/1'],
  ['ann', 'GET', '/repositories/9'],
];

/** The changes by hand for which the list of the command asks. */
export const gitClubEdits: readonly HandEdit[] = [
  [
    'src/oso.ts',
    `import { typeOrmAdapter } from 'oso/dist/src/typeOrmAdapter';`,
    `import { typeormResources, typesFromTypeorm } from '@nanook/orm/typeorm';`,
  ],
  ['src/oso.ts', `  oso.setDataFilteringAdapter(typeOrmAdapter(data));\n`, ''],
  [
    'src/oso.ts',
    /types: \{[^]*\n {4}\},/,
    'types: typesFromTypeorm(data),\n    resources: typeormResources(data),',
  ],
  [
    'src/app.ts',
    `where: { name: req.get('x-user') ?? '' }`,
    `where: { name: req.get('x-user') ?? '' }, relations: { orgRoles: true }`,
  ],
  [
    'src/repositories.ts',
    `import type { DataSource, SelectQueryBuilder }`,
    `import { typeorm } from '@nanook/orm/typeorm';\nimport type { DataSource }`,
  ],
  [
    'src/repositories.ts',
    /const query = [^]*?SelectQueryBuilder<Repository>;/,
    `const condition = await oso.where(res.locals['user'], 'read', Repository);
    const query = rows.createQueryBuilder('repository').where(typeorm(data)(condition));`,
  ],
  [
    'src/repositories.ts',
    /\{ where: \{ id: Number\(req\.params\.id\) \} \}/,
    '{ where: { id: Number(req.params.id) }, relations: { organization: true } }',
  ],
];
