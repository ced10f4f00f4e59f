import { Authorizer } from '@nanook/core';

/** The address that all applications serve, with the id of the note as the last segment. */
export const notesPath = '/notes/';
/** The header in which the client names the user. A real application would verify a session or a token. */
export const userHeader = 'x-user';

export class User {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class Note {
  readonly id: string;
  readonly owner: string;
  readonly isPublic: boolean;

  constructor(id: string, owner: string, isPublic: boolean) {
    this.id = id;
    this.owner = owner;
    this.isPublic = isPublic;
  }
}

const names = Array.from({ length: 20 }, (_, i) => `user${i}`);
const users = new Map(names.map((name) => [name, new User(name)]));
const notes = new Map(
  Array.from({ length: 100 }, (_, i) => [`${i}`, new Note(`${i}`, names[i % names.length]!, i % 4 === 0)]),
);

export const findUser = (name: unknown): User | undefined => users.get(name as string);

/** Loads a note. It is asynchronous, as with a database. */
export const findNote = async (id: unknown): Promise<Note | undefined> => notes.get(id as string);

/** Returns the part of a note that a client receives. */
export const shown = ({ id, owner }: Note): object => ({ id, owner });

/** The check of the application that does not use Nanook. */
export const mayRead = (user: User, note: Note): boolean => note.isPublic || note.owner === user.name;

export const skipReason = 'a route for everybody';

/** The policy of the README. */
const policy = `
  actor User {}

  resource Note {
    permissions = ["read", "delete"];
    roles = ["reader", "owner"];

    "read"   if "reader";
    "delete" if "owner";

    "reader" if "owner";
  }

  allow(actor, action, resource) if
    has_permission(actor, action, resource);

  has_role(user: User, "owner", note: Note) if
    note.owner = user.name;

  has_role(_: User, "reader", note: Note) if
    note.isPublic;
`;

export const loadAuthorizer = (): Promise<Authorizer> =>
  Authorizer.load({ policies: { name: 'policy.polar', source: policy }, types: { User, Note } });

/** A request, and the response that every application with a check must send. */
export interface ExpectedResponse {
  readonly path: string;
  readonly user: string;
  readonly status: number;
  /** The body of a response with status 200. */
  readonly body: string;
}

/** The requests of the measurement: half the users own the note, the others read a public note. */
export const timedRequests: readonly ExpectedResponse[] = names.flatMap((user, i) => [
  requestFor(user, i, user),
  requestFor(user, (i + 1) * 4, names[((i + 1) * 4) % names.length]!),
]);

/** Requests that an application with a check refuses: another user's private note, an unknown note, an unknown user. */
export const refusedRequests: readonly ExpectedResponse[] = [
  { ...requestFor('user1', 2, 'user2'), status: 404 },
  { ...requestFor('user1', 1_000, 'user1'), status: 404 },
  { ...requestFor('stranger', 1, 'user1'), status: 401 },
];

function requestFor(user: string, id: number, owner: string): ExpectedResponse {
  return { path: `${notesPath}${id}`, user, status: 200, body: `{"id":"${id}","owner":"${owner}"}` };
}
