import type { Setting } from './policy.js';

// cspell:ignore über

// The expected statuses are written by hand from the policy, not recorded from an adapter.

/** A request, and the expected reply, over HTTP and in every other protocol. */
export interface RequestCase {
  /** The name of a route. */
  readonly route: string;
  /** The user. Default: an anonymous client. */
  readonly as?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** Default `plain`. */
  readonly setting?: Setting;
  readonly status: number;
  /** Properties that the body must have. */
  readonly body?: object;
  /** The whole body. */
  readonly exactly?: object;
  readonly because?: string;
}

export const cases: readonly RequestCase[] = [
  // ── one resource ──
  {
    route: 'showDocument',
    as: 'alice',
    inputs: { id: '1', n: 'a' },
    status: 200,
    body: { actor: 'alice', id: '1', mayUpdate: true, isStillTheSame: true, n: 'a' },
  },
  {
    route: 'showDocument',
    as: 'bob',
    inputs: { id: '1' },
    status: 200,
    body: { actor: 'bob', id: '1', mayUpdate: false },
    because: 'he is a member of its organization',
  },
  {
    route: 'showDocument',
    as: 'guest',
    inputs: { id: '2' },
    status: 200,
    body: { actor: 'guest', id: '2', mayUpdate: false },
    because: 'it is public',
  },
  { route: 'showDocument', as: 'guest', inputs: { id: '1' }, status: 404, because: 'it is hidden' },
  { route: 'showDocument', as: 'alice', inputs: { id: '9' }, status: 404, because: 'it does not exist' },
  { route: 'showDocument', inputs: { id: '2' }, status: 401 },
  { route: 'showDocument', as: 'mallory', inputs: { id: '2' }, status: 401, because: 'she has no account' },
  {
    route: 'updateDocument',
    as: 'alice',
    inputs: { id: '1' },
    status: 200,
    body: { actor: 'alice', id: '1', mayUpdate: true },
  },
  {
    route: 'updateDocument',
    as: 'carol',
    inputs: { id: '1' },
    status: 200,
    body: { actor: 'carol', id: '1' },
    because: 'the organization is hers',
  },
  { route: 'updateDocument', as: 'bob', inputs: { id: '1' }, status: 403, because: 'he may only read it' },
  { route: 'updateDocument', as: 'dave', inputs: { id: '1' }, status: 404, because: 'it is hidden' },
  { route: 'updateDocument', inputs: { id: '1' }, status: 401 },
  { route: 'deleteDocument', as: 'alice', inputs: { id: '1' }, status: 204 },
  { route: 'deleteDocument', as: 'carol', inputs: { id: '1' }, status: 403 },
  { route: 'deleteDocument', as: 'alice', inputs: { id: '3' }, status: 404, because: 'it is hidden' },

  // ── a type ──
  { route: 'createDocument', as: 'alice', status: 201, body: { createdBy: 'alice' } },
  { route: 'createDocument', as: 'guest', status: 403, because: 'a type is not a secret' },
  { route: 'createDocument', status: 401 },

  // ── lists and fields ──
  { route: 'listDocuments', as: 'alice', status: 200, body: { ids: ['1', '2'] } },
  { route: 'listDocuments', as: 'bob', status: 200, body: { ids: ['1', '2', '3'] } },
  { route: 'listDocuments', as: 'guest', status: 200, body: { ids: ['2'] } },
  { route: 'listDocuments', status: 401 },
  { route: 'listWritable', as: 'bob', status: 200, body: [{ id: '2' }, { id: '3' }] },
  { route: 'listWritable', as: 'guest', status: 200, body: [] },
  { route: 'listWritable', status: 401 },
  {
    route: 'showFields',
    as: 'alice',
    inputs: { id: '1' },
    status: 200,
    exactly: { id: '1', owner: 'alice', organizationId: 'acme' },
  },
  { route: 'showFields', as: 'bob', inputs: { id: '1' }, status: 200, exactly: { id: '1', owner: 'alice' } },
  { route: 'showFields', as: 'guest', inputs: { id: '1' }, status: 404 },
  { route: 'moveDocument', as: 'alice', inputs: { id: '1' }, status: 200, body: { moved: true } },
  {
    route: 'moveDocument',
    as: 'carol',
    inputs: { id: '1' },
    status: 403,
    because: 'only the owner may change the field',
  },

  // ── several requirements on one route ──
  {
    route: 'showWithin',
    as: 'alice',
    inputs: { organization: 'acme', document: '1' },
    status: 200,
    body: { actor: 'alice', id: '1' },
  },
  {
    route: 'showWithin',
    as: 'alice',
    inputs: { organization: 'globex', document: '1' },
    status: 404,
    because: 'she is not a member of it',
  },
  {
    route: 'showWithin',
    as: 'bob',
    inputs: { organization: 'globex', document: '1' },
    status: 404,
    because: 'the document belongs to another organization',
  },
  {
    route: 'showWithin',
    as: 'guest',
    inputs: { organization: 'globex', document: '2' },
    status: 404,
    because: 'the organization is hidden, though the document is public',
  },
  { route: 'showWithin', inputs: { organization: 'acme', document: '1' }, status: 401 },
  {
    route: 'publishDocument',
    as: 'carol',
    inputs: { id: '1' },
    status: 200,
    body: { actor: 'carol', id: '1' },
  },
  {
    route: 'publishDocument',
    as: 'alice',
    inputs: { id: '1' },
    status: 403,
    because: 'the second requirement refuses',
  },
  {
    route: 'publishDocument',
    as: 'bob',
    inputs: { id: '1' },
    status: 403,
    because: 'the first requirement refuses',
  },
  { route: 'publishDocument', as: 'guest', inputs: { id: '1' }, status: 404 },

  // ── a type without a class ──
  { route: 'showComment', as: 'alice', inputs: { id: 'c1' }, status: 200, body: { author: 'bob' } },
  { route: 'showComment', as: 'alice', inputs: { id: 'c3' }, status: 404 },
  { route: 'updateComment', as: 'bob', inputs: { id: 'c1' }, status: 200, body: { updated: 'c1' } },
  { route: 'updateComment', as: 'alice', inputs: { id: 'c1' }, status: 403 },
  { route: 'updateComment', as: 'alice', inputs: { id: 'c3' }, status: 404 },
  { route: 'updateComment', inputs: { id: 'c1' }, status: 401 },

  // ── no decision needed ──
  { route: 'health', status: 200, body: { up: true } },
  { route: 'health', as: 'alice', status: 200, body: { up: true } },

  // ── the policy decides about anonymous clients ──
  { route: 'showDocument', setting: 'open', inputs: { id: '1' }, status: 401 },
  {
    route: 'showDocument',
    setting: 'open',
    inputs: { id: '9' },
    status: 401,
    because: 'a missing document looks like a hidden one',
  },
  {
    route: 'updateDocument',
    setting: 'open',
    inputs: { id: '2' },
    status: 401,
    because: 'it is public, but only for reading',
  },
  { route: 'listDocuments', setting: 'open', status: 401 },
  {
    route: 'showDocument',
    setting: 'open',
    as: 'alice',
    inputs: { id: '1' },
    status: 200,
    body: { actor: 'alice' },
  },
  { route: 'showComment', setting: 'open', inputs: { id: 'c1' }, status: 401 },
  {
    route: 'showFields',
    setting: 'open',
    inputs: { id: '2' },
    status: 200,
    exactly: {},
    because: 'anonymous clients may read no field',
  },

  // ── errors ──
  { route: 'brew', as: 'alice', status: 418 },
  { route: 'brew', status: 401, because: 'nothing is loaded for an anonymous client' },
  { route: 'race', as: 'alice', status: 409 },
  { route: 'vanish', as: 'alice', status: 404 },
  { route: 'lockDocument', as: 'alice', inputs: { id: '1' }, status: 409, because: 'the handler throws it' },
  { route: 'lockDocument', as: 'bob', inputs: { id: '1' }, status: 403 },
  { route: 'auditDocument', as: 'alice', inputs: { id: '1' }, status: 500, because: 'it is undecided' },
  {
    route: 'settleDocument',
    as: 'alice',
    inputs: { id: '1' },
    status: 500,
    because: 'a method that the policy calls throws',
  },
  { route: 'auditDocument', as: 'alice', inputs: { id: '9' }, status: 404 },
  { route: 'auditDocument', inputs: { id: '1' }, status: 401 },

  // ── odd ids ──
  { route: 'showDocument', as: 'alice', inputs: { id: 'a/b' }, status: 200, body: { id: 'a/b' } },
  { route: 'showDocument', as: 'alice', inputs: { id: 'über 😀' }, status: 200, body: { id: 'über 😀' } },
  { route: 'showDocument', as: 'alice', inputs: { id: 'a+b' }, status: 200, body: { id: 'a+b' } },
  { route: 'showDocument', as: 'guest', inputs: { id: 'a/b' }, status: 404 },
  { route: 'showDocument', as: 'alice', inputs: { id: '__proto__' }, status: 404 },
  { route: 'showDocument', as: 'alice', inputs: { id: 'constructor' }, status: 404 },
  { route: 'showDocument', as: 'alice', inputs: { id: '1 ' }, status: 404 },
  { route: 'showDocument', as: '__proto__', inputs: { id: '2' }, status: 401 },
  { route: 'lookUp', as: 'alice', inputs: { document: '1' }, status: 200, body: { id: '1' } },
  { route: 'lookUp', as: 'alice', inputs: { document: '3' }, status: 404 },
  { route: 'lookUp', as: 'alice', status: 404, because: 'the id is missing' },
  {
    route: 'lookUp',
    as: 'alice',
    inputs: { document: ['1', '2'] },
    status: 400,
    because: 'a list is not an id',
  },
];

/** A request that only HTTP has. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly as?: string;
  readonly setting?: Setting;
  /** The expected status, or several where frameworks differ. */
  readonly status: number | readonly number[];
  readonly body?: object | '';
  readonly because?: string;
}

export const rawRequests: readonly RawRequest[] = [
  // ── the check of the request itself ──
  {
    method: 'GET',
    url: '/staff/documents',
    setting: 'gated',
    as: 'carol',
    status: 200,
    body: { staff: true },
  },
  {
    method: 'GET',
    url: '/staff/documents',
    setting: 'gated',
    as: 'alice',
    status: 403,
    because: '`allow_request` refuses',
  },
  {
    method: 'GET',
    url: '/STAFF/documents',
    setting: 'gated',
    as: 'alice',
    status: [403, 404],
    because: 'it is the same path, or an unknown one',
  },
  {
    method: 'GET',
    url: '/staff/documents/',
    setting: 'gated',
    as: 'alice',
    status: [403, 404],
    because: 'it is the same path, or an unknown one',
  },
  {
    method: 'GET',
    url: '/%73taff/documents',
    setting: 'gated',
    as: 'alice',
    status: [403, 404],
    because: 'it is the same path, or an unknown one',
  },
  {
    method: 'GET',
    url: 'http://elsewhere.test/staff/documents',
    setting: 'gated',
    as: 'alice',
    status: 403,
    because: 'it is the same path',
  },
  { method: 'HEAD', url: '/staff/documents', setting: 'gated', as: 'alice', status: 403, body: '' },
  { method: 'GET', url: '/staff/documents?path=/documents', setting: 'gated', as: 'alice', status: 403 },
  { method: 'GET', url: '/staff/documents', setting: 'gated', status: 401 },
  {
    method: 'GET',
    url: '/documents/1',
    setting: 'gated',
    as: 'alice',
    status: 200,
    body: { actor: 'alice' },
  },
  { method: 'GET', url: '/documents/3', setting: 'gated', as: 'alice', status: 404 },
  { method: 'PUT', url: '/documents/1', setting: 'gated', as: 'bob', status: 403 },
  { method: 'GET', url: '/documents/1', setting: 'gated', status: 401 },
  { method: 'GET', url: '/health', setting: 'gated', as: 'alice', status: 200, body: { up: true } },

  // ── methods ──
  { method: 'HEAD', url: '/documents/1', as: 'alice', status: 200, body: '' },
  { method: 'HEAD', url: '/documents/1', as: 'guest', status: 404, body: '' },
  { method: 'HEAD', url: '/documents/1', status: 401, body: '' },
  { method: 'HEAD', url: '/documents/1/audit', as: 'alice', status: 500, body: '' },
  {
    method: 'OPTIONS',
    url: '/documents/1',
    as: 'guest',
    status: [200, 204, 404],
    because: 'OPTIONS reads no document',
  },
  { method: 'OPTIONS', url: '/documents/1', status: [200, 204, 404], because: 'OPTIONS reads no document' },
  {
    method: 'POST',
    url: '/documents/1',
    as: 'alice',
    status: [404, 405],
    because: 'the route has no such method',
  },

  // ── addresses ──
  { method: 'GET', url: '/nothing', as: 'alice', status: 404 },
  { method: 'GET', url: 'http://elsewhere.test/documents/1', as: 'alice', status: 200, body: { id: '1' } },
  { method: 'GET', url: 'http://elsewhere.test/documents/3', as: 'alice', status: 404 },
  { method: 'GET', url: '//documents/1', as: 'alice', status: 404, because: 'it is another path' },
  { method: 'GET', url: '/documents/x/../3', as: 'alice', status: 404 },
  {
    method: 'GET',
    url: '/documents/1?id=3',
    as: 'alice',
    status: 200,
    body: { id: '1' },
    because: 'the id comes from the path',
  },
  { method: 'GET', url: '/documents/3?id=1', as: 'alice', status: 404 },
  { method: 'GET', url: '/documents/%31', as: 'alice', status: 200, body: { id: '1' } },
  { method: 'GET', url: '/documents/%2531', as: 'alice', status: 404, because: 'it is decoded once' },
  { method: 'GET', url: '/documents/%00', as: 'alice', status: 404 },
  {
    method: 'GET',
    url: '/documents/%E0%A4%A',
    as: 'alice',
    status: [400, 404],
    because: 'it cannot be decoded',
  },
  { method: 'GET', url: '/documents/..%2F1', as: 'alice', status: 404 },
  {
    method: 'GET',
    url: '/lookup?document[$ne]=9',
    as: 'alice',
    status: [400, 404],
    because: 'it is not an id',
  },
  { method: 'GET', url: '/lookup?document[]=1', as: 'alice', status: [400, 404], because: 'it is not an id' },
  { method: 'GET', url: '/lookup?__proto__=1&document=1', as: 'alice', status: 200, body: { id: '1' } },
  { method: 'GET', url: '/lookup?__proto__[document]=1', as: 'alice', status: 404 },
  { method: 'GET', url: '/lookup?document=', as: 'alice', status: 404 },
  { method: 'GET', url: '/lookup?document=1&document=2', status: 401 },
];

/** The result of a request: a status, or `allowed`, 401, 403, 404 or `error` in a protocol without statuses. */
export type Outcome = number | 'allowed' | 'error';

export const outcomeOf = (status: number): Outcome => {
  if (status < 300) return 'allowed';
  return status === 401 || status === 403 || status === 404 ? status : 'error';
};

/** Returns the name of the test: `alice calls showDocument {"id":"1"}: 200`. */
export const titleOf = ({
  route,
  as = 'an anonymous client',
  inputs = {},
  setting,
  status,
  because,
}: RequestCase): string =>
  `${setting === undefined ? '' : `${setting}: `}${as} calls ${route} ${JSON.stringify(inputs)}: ${status}` +
  (because === undefined ? '' : `, because ${because}`);
