import { Authorizer, many, one, typed, type ResourceAdapter, type TypesInput } from '@nanook/core';
import { types as gitclubTypes, policies as gitclubPolicies } from '@nanook/example-gitclub/tables';
import { fileURLToPath } from 'node:url';
import { people } from './tables.ts';

export const userKinds = ['narrow', 'wide', 'empty'] as const;
/** A user with few rows, one with a great part of the rows, and one without any. */
export type UserKind = (typeof userKinds)[number];

/** A hand-written condition. Its placeholders are `?`, as MariaDB has them. */
export interface HandWritten {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A policy of a usual shape, with the queries that a person would write for it. */
export interface Shape {
  readonly name: string;
  readonly type: string;
  readonly table: string;
  load(resources: ResourceAdapter): Promise<Authorizer>;
  /** The type of the actors, if row-level security can protect the table. The benchmark has no tables of the roles of GitClub. */
  readonly protectedFor?: string;
  /** The users whose lists are measured. */
  readonly users: readonly UserKind[];
  actor(kind: UserKind, rows: number): object;
  /** Returns the conditions that a person would write, in several forms where the fastest one depends on the database. */
  hand(kind: UserKind, rows: number): readonly HandWritten[];
}

const types: TypesInput = {
  Person: { key: 'id', fields: { id: 'Integer', tenantId: 'Integer', level: 'Integer' } },
  Tenant: { key: 'id', fields: { id: 'Integer', plan: 'String' } },
  Folder: {
    key: 'id',
    fields: { id: 'Integer', parentId: 'Integer?' },
    relations: {
      parent: one('Folder', { local: 'parentId', foreign: 'id', enforced: true }),
      grants: many('FolderGrant', { local: 'id', foreign: 'folderId' }),
    },
  },
  FolderGrant: { key: 'id', fields: { id: 'Integer', folderId: 'Integer', personId: 'Integer' } },
  Team: {
    key: 'id',
    fields: { id: 'Integer', parentId: 'Integer?' },
    relations: {
      parent: one('Team', { local: 'parentId', foreign: 'id', enforced: true }),
      members: many('TeamMember', { local: 'id', foreign: 'teamId' }),
    },
  },
  TeamMember: { key: 'id', fields: { id: 'Integer', teamId: 'Integer', personId: 'Integer' } },
  Document: {
    key: 'id',
    fields: {
      id: 'Integer',
      tenantId: 'Integer',
      folderId: 'Integer',
      ownerId: 'Integer',
      status: 'String',
      priority: 'Integer',
    },
    relations: {
      tenant: one('Tenant', { local: 'tenantId', foreign: 'id', enforced: true }),
      folder: one('Folder', { local: 'folderId', foreign: 'id', enforced: true }),
      shares: many('Share', { local: 'id', foreign: 'documentId' }),
      links: many('Link', { local: 'id', foreign: 'documentId' }),
      labels: many('Label', { local: 'id', foreign: 'documentId' }),
    },
  },
  Share: {
    key: 'id',
    fields: { id: 'Integer', documentId: 'Integer', teamId: 'Integer' },
    relations: { team: one('Team', { local: 'teamId', foreign: 'id', enforced: true }) },
  },
  Link: {
    key: 'id',
    fields: { id: 'Integer', documentId: 'Integer', personId: 'Integer', role: 'String' },
  },
  Label: { key: 'id', fields: { id: 'Integer', documentId: 'Integer', kind: 'String', level: 'Integer' } },
};

/** The tables of the types. */
export const tables = {
  Organization: 'organizations',
  Repository: 'repositories',
  Issue: 'issues',
  Tenant: 'tenants',
  Folder: 'folders',
  FolderGrant: 'folder_grants',
  Team: 'teams',
  TeamMember: 'team_members',
  Document: 'documents',
  Share: 'shares',
  Link: 'links',
  Label: 'labels',
};

// ── GitClub ──

/** The organizations and repositories in which a user of GitClub has a role. Each organization has a hundredth of the repositories. */
const rolesOf: Readonly<
  Record<
    UserKind,
    {
      readonly owned: readonly number[];
      readonly joined: readonly number[];
      readonly repositories: readonly number[];
    }
  >
> = {
  narrow: { owned: [], joined: [2], repositories: [20, 21, 22] },
  wide: { owned: range(1, 40), joined: range(41, 80), repositories: range(90, 99) },
  empty: { owned: [], joined: [], repositories: [] },
};
const baseRoles = ['reader', null, 'maintainer', 'admin'] as const;

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

const gitclub: Shape = {
  name: 'GitClub',
  type: 'Issue',
  table: 'issues',
  users: userKinds,
  load: (resources) =>
    Authorizer.load({ policies: fileURLToPath(gitclubPolicies), types: gitclubTypes, resources }),
  actor: (kind) => {
    const { owned, joined, repositories } = rolesOf[kind];
    const roleIn = (name: string) => (n: number) => ({
      id: n,
      userId: 'ann',
      organizationId: `o${n}`,
      name,
      organization: { id: `o${n}`, name: 'a', baseRole: baseRoles[n % 4]! },
    });
    return typed('User', {
      id: 'ann',
      name: 'Ann',
      isStaff: false,
      suspendedAt: null,
      organizationRoles: [...owned.map(roleIn('owner')), ...joined.map(roleIn('member'))],
      repositoryRoles: repositories.map((n) => ({
        id: n,
        userId: 'ann',
        repositoryId: `r${n}`,
        name: 'reader',
        repository: { id: `r${n}`, name: 'a', organizationId: `o${1 + (n % 100)}` },
      })),
      supportGrants: [],
    });
  },
  hand: (kind) => {
    const { owned, joined, repositories } = rolesOf[kind];
    if (owned.length + joined.length + repositories.length === 0) return [{ text: '1 = 0', values: [] }];
    const among = (column: string, ids: readonly string[]): string =>
      ids.length === 0 ? '1 = 0' : `${column} IN (${ids.map(() => '?').join(', ')})`;
    const ids = {
      owned: owned.map((n) => `o${n}`),
      joined: joined.map((n) => `o${n}`),
      repositories: repositories.map((n) => `r${n}`),
    };
    const given = `(${among('r.id', ids.repositories)} OR ${among('r.organization_id', ids.owned)} OR (${among('r.organization_id', ids.joined)}
      AND EXISTS (SELECT 1 FROM organizations o WHERE o.id = r.organization_id AND o.base_role IN ('reader', 'maintainer', 'admin'))))`;
    const values = [...ids.repositories, ...ids.owned, ...ids.joined];
    return [
      {
        text: `EXISTS (SELECT 1 FROM repositories r WHERE r.id = issues.repository_id AND ${given})`,
        values,
      },
      { text: `issues.repository_id IN (SELECT r.id FROM repositories r WHERE ${given})`, values },
    ];
  },
};

// ── Documents ──

/** Makes a shape about documents. Each user has the number, the tenant and the level of their kind. */
const documents = (
  name: string,
  policies: string,
  hand: (person: number) => readonly HandWritten[],
): Shape => ({
  name,
  type: 'Document',
  table: 'documents',
  users: userKinds,
  load: (resources) => Authorizer.load({ policies, types, resources }),
  protectedFor: 'Person',
  actor: (kind) => typed('Person', { id: people[kind], tenantId: people[kind], level: people[kind] }),
  hand: (kind) => hand(people[kind]),
});

/** Returns a recursive query of all rows at and below those in which a person has a row of another table. */
const below = (table: string, key: string, granted: string): string =>
  `WITH RECURSIVE found(k) AS (SELECT ${key} FROM ${granted} WHERE person_id = ?
    UNION SELECT child.id FROM ${table} child, found WHERE child.parent_id = found.k) SELECT k FROM found`;

const byFolders = (person: number): readonly HandWritten[] => [
  { text: `documents.folder_id IN (${below('folders', 'folder_id', 'folder_grants')})`, values: [person] },
];

const folders = documents(
  'folders',
  `allow(person: Person, "read", document: Document) if reads(person, document.folder);
   reads(person: Person, folder: Folder) if grant in folder.grants and grant.personId = person.id;
   reads(person: Person, folder: Folder) if reads(person, folder.parent);`,
  byFolders,
);

/** The same for a user who may read all documents by the grants of the folders at the top. */
const allFolders: Shape = {
  ...folders,
  name: 'folders, all of them',
  users: ['wide'],
  actor: () => typed('Person', { id: people.all, tenantId: people.all, level: people.all }),
  hand: () => byFolders(people.all),
};

/** Grants of a folder and of the folder around it, as applications write that follow no recursion. */
const twoLevels = documents(
  'two levels of folders',
  `allow(person: Person, "read", document: Document) if grant in document.folder.grants and grant.personId = person.id;
   allow(person: Person, "read", document: Document) if grant in document.folder.parent.grants and grant.personId = person.id;`,
  (person) => {
    const granted = 'SELECT folder_id FROM folder_grants WHERE person_id = ?';
    return [
      {
        text: `(documents.folder_id IN (${granted}) OR documents.folder_id IN (SELECT id FROM folders WHERE parent_id IN (${granted})))`,
        values: [person, person],
      },
      {
        text: `EXISTS (SELECT 1 FROM folders f WHERE f.id = documents.folder_id AND (f.id IN (${granted}) OR f.parent_id IN (${granted})))`,
        values: [person, person],
      },
    ];
  },
);

const groups = documents(
  'groups',
  `allow(person: Person, "read", document: Document) if share in document.shares and belongs(person, share.team);
   belongs(person: Person, team: Team) if member in team.members and member.personId = person.id;
   belongs(person: Person, team: Team) if belongs(person, team.parent);`,
  (person) => {
    const teams = below('teams', 'team_id', 'team_members');
    return [
      {
        text: `documents.id IN (SELECT s.document_id FROM shares s WHERE s.team_id IN (${teams}))`,
        values: [person],
      },
      {
        text: `EXISTS (SELECT 1 FROM shares s WHERE s.document_id = documents.id AND s.team_id IN (${teams}))`,
        values: [person],
      },
    ];
  },
);

const sharingLinks = documents(
  'sharing links',
  `allow(person: Person, "read", document: Document) if document.ownerId = person.id;
   allow(person: Person, "read", document: Document) if
     link in document.links and link.personId = person.id and link.role in ["read", "write"];`,
  (person) => {
    const own = `person_id = ? AND role IN ('read', 'write')`;
    return [
      {
        text: `(documents.owner_id = ? OR documents.id IN (SELECT document_id FROM links WHERE ${own}))`,
        values: [person, person],
      },
      {
        text: `(documents.owner_id = ? OR EXISTS (SELECT 1 FROM links WHERE document_id = documents.id AND ${own}))`,
        values: [person, person],
      },
      {
        text: `documents.id IN (SELECT id FROM documents WHERE owner_id = ? UNION SELECT document_id FROM links WHERE ${own})`,
        values: [person, person],
      },
    ];
  },
);

const tenants = documents(
  'tenants',
  `allow(person: Person, "read", document: Document) if
     document.tenantId = person.tenantId and document.tenant.plan != "free" and
     (document.ownerId = person.id or document.status = "open");`,
  (person) => [
    {
      text: `documents.tenant_id = ? AND EXISTS (SELECT 1 FROM tenants t WHERE t.id = documents.tenant_id AND t.plan <> 'free')
        AND (documents.owner_id = ? OR documents.status = 'open')`,
      values: [person, person],
    },
  ],
);

// ── Many rules ──

/** Rules that deny by a label, each with a condition of its own. */
const deny = (count: number): Shape => {
  const rules = range(1, count).map(
    (n) =>
      `denied(document: Document) if label in document.labels and label.kind = "k${n}" and document.priority < ${n % 7};`,
  );
  const alternatives = range(1, count).map((n) => `(l.kind = 'k${n}' AND documents.priority < ${n % 7})`);
  return documents(
    `${count} deny rules`,
    `allow(person: Person, "read", document: Document) if document.tenantId = person.tenantId and not denied(document);\n${rules.join('\n')}`,
    (person) => [
      {
        text: `documents.tenant_id = ? AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.document_id = documents.id AND (${alternatives.join(' OR ')}))`,
        values: [person],
      },
    ],
  );
};

/** The further conditions of rules that allow by a label: none, one of the document, or one of the document beside a rule for its owner. */
type Further = 'none' | 'document' | 'document or owner';

/** Rules that allow by a label. */
const allow = (count: number, further: Further): Shape => {
  const own = (n: number): string => (further === 'none' ? '' : ` and document.priority = ${n % 7}`);
  const rules = range(1, count).map(
    (n) =>
      `allow(person: Person, "read", document: Document) if label in document.labels and label.kind = "k${n}" and label.level = person.level${own(n)};`,
  );
  if (further === 'document or owner')
    rules.push('allow(person: Person, "read", document: Document) if document.ownerId = person.id;');
  const kinds = range(1, count)
    .map((n) => `'k${n}'`)
    .join(', ');
  const alternatives = range(1, count)
    .map((n) => `(l.kind = 'k${n}' AND documents.priority = ${n % 7})`)
    .join(' OR ');
  const where = `l.level = ? AND l.kind IN (${kinds})`;
  const correlated = `EXISTS (SELECT 1 FROM labels l WHERE l.document_id = documents.id AND ${where}${further === 'none' ? '' : ` AND (${alternatives})`})`;
  const set = `documents.id IN (SELECT l.document_id FROM labels l WHERE ${where})`;
  const name = { none: '', document: ' of two rows', 'document or owner': ' of two rows, or the owner' }[
    further
  ];
  return documents(`${count} allow rules${name}`, rules.join('\n'), (person) => {
    if (further === 'none')
      return [
        { text: correlated, values: [person] },
        { text: set, values: [person] },
      ];
    const forms = [
      { text: correlated, values: [person] },
      { text: `${set} AND ${correlated}`, values: [person, person] },
    ];
    return further === 'document'
      ? forms
      : forms.map(({ text, values }) => ({
          text: `(documents.owner_id = ? OR (${text}))`,
          values: [person, ...values],
        }));
  });
};

/** Rules about the plan of the tenant, each for one status and one priority. */
const plans = (count: number): Shape => {
  const rules = range(1, count).map(
    (n) =>
      `allow(person: Person, "read", document: Document) if
         document.tenantId = person.tenantId and document.tenant.plan = "plan${n}" and document.priority = ${n % 7};`,
  );
  const alternatives = range(1, count)
    .map((n) => `(t.plan = 'plan${n}' AND documents.priority = ${n % 7})`)
    .join(' OR ');
  return documents(`${count} plan rules`, rules.join('\n'), (person) => [
    {
      text: `documents.tenant_id = ? AND EXISTS (SELECT 1 FROM tenants t WHERE t.id = documents.tenant_id AND (${alternatives}))`,
      values: [person],
    },
  ]);
};

/** Rules about labels, links, plans and columns in turns. */
const mixed = (count: number): Shape => {
  const head =
    'allow(person: Person, "read", document: Document) if document.tenantId = person.tenantId and ';
  const rules = range(1, count).map(
    (n) =>
      head +
      [
        `document.tenant.plan = "plan${n}" and document.priority = ${n % 7};`,
        `label in document.labels and label.kind = "k${n}" and label.level = person.level;`,
        `link in document.links and link.personId = person.id and link.role = "role${n}";`,
        `document.status = "status${n}";`,
        `document.priority > ${n} and not (label in document.labels and label.kind = "k${n}");`,
      ][n % 5]!,
  );
  const of = (rest: number): readonly number[] => range(1, count).filter((n) => n % 5 === rest);
  const quoted = (rest: number, prefix: string): string =>
    of(rest)
      .map((n) => `'${prefix}${n}'`)
      .join(', ');
  const byPlan = of(0)
    .map((n) => `(t.plan = 'plan${n}' AND documents.priority = ${n % 7})`)
    .join(' OR ');
  const greater = of(4).map(
    (n) =>
      `(documents.priority > ${n} AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.document_id = documents.id AND l.kind = 'k${n}'))`,
  );
  const text = `documents.tenant_id = ? AND (EXISTS (SELECT 1 FROM tenants t WHERE t.id = documents.tenant_id AND (${byPlan}))
    OR EXISTS (SELECT 1 FROM labels l WHERE l.document_id = documents.id AND l.level = ? AND l.kind IN (${quoted(1, 'k')}))
    OR EXISTS (SELECT 1 FROM links WHERE document_id = documents.id AND person_id = ? AND role IN (${quoted(2, 'role')}))
    OR documents.status IN (${quoted(3, 'status')}) OR ${greater.join(' OR ')})`;
  return documents(`${count} mixed rules`, rules.join('\n'), (person) => [
    { text, values: [person, person, person] },
  ]);
};

export const shapes: readonly Shape[] = [
  gitclub,
  folders,
  allFolders,
  twoLevels,
  groups,
  sharingLinks,
  tenants,
  deny(25),
  deny(50),
  deny(100),
  allow(200, 'none'),
  allow(200, 'document'),
  allow(200, 'document or owner'),
  plans(200),
  mixed(200),
];
