import { pause } from './pause.js';

// cspell:ignore über

// The domain of the application. Comments are rows without a class, as Prisma or Kysely return them.

export class User {
  constructor(readonly name: string) {}
}

export class Organization {
  constructor(
    readonly id: string,
    readonly owner: string,
    readonly members: readonly string[],
  ) {}

  /** Returns the role after a pause, as a database does. */
  async roleOf(user: User): Promise<string | null> {
    await pause();
    if (this.owner === user.name) return 'owner';
    return this.members.includes(user.name) ? 'member' : null;
  }
}

export class Document {
  /** A number that is new for each load. It shows a document that was loaded for another request. */
  readonly serial = ++loads;

  constructor(
    readonly id: string,
    readonly owner: string,
    readonly organizationId: string,
    readonly isPublic = false,
  ) {}

  get title(): string {
    return `document ${this.id}`;
  }

  async organization(): Promise<Organization | undefined> {
    await pause();
    return organizations.get(this.organizationId);
  }

  /** Throws while the policy calls it. */
  ledger(): never {
    throw new Error('the ledger is locked: password=hunter2');
  }
}

export interface Comment {
  readonly kind: 'comment';
  readonly id: string;
  readonly author: string;
  readonly documentId: string;
}

let loads = 0;

/** Returns the number of documents that were loaded. */
export const loaded = (): number => loads;

/** The users and documents for the requests of many users at once: `u0` … `u39` and `d0` … `d99`. */
export const crowd = { users: 40, documents: 100, organizations: 10 } as const;
const crowdUsers = Array.from({ length: crowd.users }, (_, i) => `u${i}`);

const users: ReadonlySet<string> = new Set(['alice', 'bob', 'carol', 'dave', 'guest', ...crowdUsers]);

const organizations: ReadonlyMap<string, Organization> = byId([
  new Organization('acme', 'carol', ['alice', 'bob']),
  new Organization('globex', 'dave', ['bob']),
  ...Array.from(
    { length: crowd.organizations },
    (_, i) =>
      new Organization(
        `o${i}`,
        'nobody',
        crowdUsers.filter((_user, j) => j % crowd.organizations === i),
      ),
  ),
]);

type DocumentRow = ConstructorParameters<typeof Document>;
const documentRows: ReadonlyMap<string, DocumentRow> = new Map(
  (
    [
      ['1', 'alice', 'acme'],
      ['2', 'bob', 'globex', true],
      ['3', 'bob', 'globex'],
      ['a/b', 'alice', 'acme'],
      ['über 😀', 'alice', 'acme'],
      ['a+b', 'alice', 'acme'],
      ...Array.from({ length: crowd.documents }, (_, i): DocumentRow => [
        `d${i}`,
        `u${i % crowd.users}`,
        `o${i % crowd.organizations}`,
      ]),
    ] satisfies DocumentRow[]
  ).map((row) => [row[0], row]),
);

const comments: ReadonlyMap<string, Comment> = byId([
  { kind: 'comment', id: 'c1', author: 'bob', documentId: '1' },
  { kind: 'comment', id: 'c3', author: 'bob', documentId: '3' },
]);

export async function findUser(name: unknown): Promise<User | undefined> {
  await pause();
  return typeof name === 'string' && users.has(name) ? new User(name) : undefined;
}

export async function findOrganization(id: string): Promise<Organization | undefined> {
  await pause();
  return organizations.get(id);
}

export async function findDocument(id: string): Promise<Document | undefined> {
  await pause();
  const row = documentRows.get(id);
  return row && new Document(...row);
}

export async function findComment(id: string): Promise<Comment | undefined> {
  await pause();
  const row = comments.get(id);
  return row && { ...row };
}

export const documentOfComment = async ({ documentId }: Comment): Promise<Document | undefined> =>
  findDocument(documentId);

/** Returns the documents `1`, `2` and `3`. */
export const firstDocuments = async (): Promise<Document[]> =>
  (await Promise.all(['1', '2', '3'].map(findDocument))).filter((document) => document !== undefined);

/** Makes an error of the application, as `http-errors` does. */
export const httpError = (status: number, message: string): Error =>
  Object.assign(new Error(message), { status, statusCode: status, expose: status < 500 });

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}
