import type { Setting } from './policy.js';

// cspell:ignore über

// Written by hand from what the policy means; no adapter was asked.

/** Something that somebody asks, and what has to come of it, over HTTP and in every other protocol. */
export interface Question {
  /** The name of a route. */
  readonly ask: string;
  /** Nobody, if missing. */
  readonly as?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  /** Default `plain`. */
  readonly in?: Setting;
  readonly status: number;
  /** The body, as far as it matters. */
  readonly body?: object;
  /** The whole body. */
  readonly exactly?: object;
  readonly because?: string;
}

export const questions: readonly Question[] = [
  // ── one resource ──
  {
    ask: 'showDocument',
    as: 'alice',
    with: { id: '1', n: 'a' },
    status: 200,
    body: { actor: 'alice', id: '1', mayUpdate: true, isStillTheSame: true, n: 'a' },
  },
  {
    ask: 'showDocument',
    as: 'bob',
    with: { id: '1' },
    status: 200,
    body: { actor: 'bob', id: '1', mayUpdate: false },
    because: 'he is a member of its organization',
  },
  {
    ask: 'showDocument',
    as: 'guest',
    with: { id: '2' },
    status: 200,
    body: { actor: 'guest', id: '2', mayUpdate: false },
    because: 'it is public',
  },
  { ask: 'showDocument', as: 'guest', with: { id: '1' }, status: 404, because: 'it is hidden' },
  { ask: 'showDocument', as: 'alice', with: { id: '9' }, status: 404, because: 'there is none' },
  { ask: 'showDocument', with: { id: '2' }, status: 401 },
  { ask: 'showDocument', as: 'mallory', with: { id: '2' }, status: 401, because: 'nobody knows her' },
  {
    ask: 'updateDocument',
    as: 'alice',
    with: { id: '1' },
    status: 200,
    body: { actor: 'alice', id: '1', mayUpdate: true },
  },
  {
    ask: 'updateDocument',
    as: 'carol',
    with: { id: '1' },
    status: 200,
    body: { actor: 'carol', id: '1' },
    because: 'the organization is hers',
  },
  { ask: 'updateDocument', as: 'bob', with: { id: '1' }, status: 403, because: 'he may only read it' },
  { ask: 'updateDocument', as: 'dave', with: { id: '1' }, status: 404, because: 'it is hidden' },
  { ask: 'updateDocument', with: { id: '1' }, status: 401 },
  { ask: 'deleteDocument', as: 'alice', with: { id: '1' }, status: 204 },
  { ask: 'deleteDocument', as: 'carol', with: { id: '1' }, status: 403 },
  { ask: 'deleteDocument', as: 'alice', with: { id: '3' }, status: 404, because: 'it is hidden' },

  // ── a type ──
  { ask: 'createDocument', as: 'alice', status: 201, body: { createdBy: 'alice' } },
  { ask: 'createDocument', as: 'guest', status: 403, because: 'a type is not a secret' },
  { ask: 'createDocument', status: 401 },

  // ── lists and fields ──
  { ask: 'listDocuments', as: 'alice', status: 200, body: { ids: ['1', '2'] } },
  { ask: 'listDocuments', as: 'bob', status: 200, body: { ids: ['1', '2', '3'] } },
  { ask: 'listDocuments', as: 'guest', status: 200, body: { ids: ['2'] } },
  { ask: 'listDocuments', status: 401 },
  { ask: 'listWritable', as: 'bob', status: 200, body: [{ id: '2' }, { id: '3' }] },
  { ask: 'listWritable', as: 'guest', status: 200, body: [] },
  { ask: 'listWritable', status: 401 },
  {
    ask: 'showFields',
    as: 'alice',
    with: { id: '1' },
    status: 200,
    exactly: { id: '1', owner: 'alice', organizationId: 'acme' },
  },
  { ask: 'showFields', as: 'bob', with: { id: '1' }, status: 200, exactly: { id: '1', owner: 'alice' } },
  { ask: 'showFields', as: 'guest', with: { id: '1' }, status: 404 },
  { ask: 'moveDocument', as: 'alice', with: { id: '1' }, status: 200, body: { moved: true } },
  { ask: 'moveDocument', as: 'carol', with: { id: '1' }, status: 403, because: 'the field is the owner’s' },

  // ── several rules on one route ──
  {
    ask: 'showWithin',
    as: 'alice',
    with: { organization: 'acme', document: '1' },
    status: 200,
    body: { actor: 'alice', id: '1' },
  },
  {
    ask: 'showWithin',
    as: 'alice',
    with: { organization: 'globex', document: '1' },
    status: 404,
    because: 'she is no member there',
  },
  {
    ask: 'showWithin',
    as: 'bob',
    with: { organization: 'globex', document: '1' },
    status: 404,
    because: 'it is elsewhere',
  },
  {
    ask: 'showWithin',
    as: 'guest',
    with: { organization: 'globex', document: '2' },
    status: 404,
    because: 'the organization is hidden, though the document is public',
  },
  { ask: 'showWithin', with: { organization: 'acme', document: '1' }, status: 401 },
  { ask: 'publishDocument', as: 'carol', with: { id: '1' }, status: 200, body: { actor: 'carol', id: '1' } },
  { ask: 'publishDocument', as: 'alice', with: { id: '1' }, status: 403, because: 'the second rule refuses' },
  { ask: 'publishDocument', as: 'bob', with: { id: '1' }, status: 403, because: 'the first rule refuses' },
  { ask: 'publishDocument', as: 'guest', with: { id: '1' }, status: 404 },

  // ── a type without a class ──
  { ask: 'showComment', as: 'alice', with: { id: 'c1' }, status: 200, body: { author: 'bob' } },
  { ask: 'showComment', as: 'alice', with: { id: 'c3' }, status: 404 },
  { ask: 'updateComment', as: 'bob', with: { id: 'c1' }, status: 200, body: { updated: 'c1' } },
  { ask: 'updateComment', as: 'alice', with: { id: 'c1' }, status: 403 },
  { ask: 'updateComment', as: 'alice', with: { id: 'c3' }, status: 404 },
  { ask: 'updateComment', with: { id: 'c1' }, status: 401 },

  // ── no decision needed ──
  { ask: 'health', status: 200, body: { up: true } },
  { ask: 'health', as: 'alice', status: 200, body: { up: true } },

  // ── nobody is somebody ──
  { ask: 'showDocument', in: 'open', with: { id: '1' }, status: 404 },
  { ask: 'updateDocument', in: 'open', with: { id: '2' }, status: 403, because: 'it is public, but no more' },
  { ask: 'listDocuments', in: 'open', status: 403, because: 'a type is not a secret' },
  { ask: 'showDocument', in: 'open', as: 'alice', with: { id: '1' }, status: 200, body: { actor: 'alice' } },
  { ask: 'showComment', in: 'open', with: { id: 'c1' }, status: 404 },
  {
    ask: 'showFields',
    in: 'open',
    with: { id: '2' },
    status: 200,
    exactly: {},
    because: 'no field is for visitors',
  },

  // ── errors ──
  { ask: 'brew', as: 'alice', status: 418 },
  { ask: 'brew', status: 401, because: 'nobody’s requests load nothing' },
  { ask: 'race', as: 'alice', status: 409 },
  { ask: 'vanish', as: 'alice', status: 404 },
  { ask: 'lockDocument', as: 'alice', with: { id: '1' }, status: 409, because: 'the handler says so' },
  { ask: 'lockDocument', as: 'bob', with: { id: '1' }, status: 403 },
  { ask: 'auditDocument', as: 'alice', with: { id: '1' }, status: 500, because: 'it is undecided' },
  {
    ask: 'settleDocument',
    as: 'alice',
    with: { id: '1' },
    status: 500,
    because: 'the policy’s own call failed',
  },
  { ask: 'auditDocument', as: 'alice', with: { id: '9' }, status: 404 },
  { ask: 'auditDocument', with: { id: '1' }, status: 401 },

  // ── odd ids ──
  { ask: 'showDocument', as: 'alice', with: { id: 'a/b' }, status: 200, body: { id: 'a/b' } },
  { ask: 'showDocument', as: 'alice', with: { id: 'über 😀' }, status: 200, body: { id: 'über 😀' } },
  { ask: 'showDocument', as: 'alice', with: { id: 'a+b' }, status: 200, body: { id: 'a+b' } },
  { ask: 'showDocument', as: 'guest', with: { id: 'a/b' }, status: 404 },
  { ask: 'showDocument', as: 'alice', with: { id: '__proto__' }, status: 404 },
  { ask: 'showDocument', as: 'alice', with: { id: 'constructor' }, status: 404 },
  { ask: 'showDocument', as: 'alice', with: { id: '1 ' }, status: 404 },
  { ask: 'showDocument', as: '__proto__', with: { id: '2' }, status: 401 },
  { ask: 'lookUp', as: 'alice', with: { document: '1' }, status: 200, body: { id: '1' } },
  { ask: 'lookUp', as: 'alice', with: { document: '3' }, status: 404 },
  { ask: 'lookUp', as: 'alice', status: 404, because: 'it asks for none' },
  { ask: 'lookUp', as: 'alice', with: { document: ['1', '2'] }, status: 400, because: 'a list is no id' },
];

/** What only HTTP can ask. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly as?: string;
  readonly in?: Setting;
  /** Where frameworks answer each in their own way, all that are right. */
  readonly status: number | readonly number[];
  readonly body?: object | '';
  readonly because?: string;
}

export const rawRequests: readonly RawRequest[] = [
  // ── who gets in at all ──
  { method: 'GET', url: '/staff/documents', in: 'gated', as: 'carol', status: 200, body: { staff: true } },
  {
    method: 'GET',
    url: '/staff/documents',
    in: 'gated',
    as: 'alice',
    status: 403,
    because: 'the rule for requests refuses',
  },
  {
    method: 'GET',
    url: '/STAFF/documents',
    in: 'gated',
    as: 'alice',
    status: [403, 404],
    because: 'it is the same path, or none',
  },
  {
    method: 'GET',
    url: '/staff/documents/',
    in: 'gated',
    as: 'alice',
    status: [403, 404],
    because: 'it is the same path, or none',
  },
  {
    method: 'GET',
    url: '/%73taff/documents',
    in: 'gated',
    as: 'alice',
    status: [403, 404],
    because: 'it is the same path, or none',
  },
  {
    method: 'GET',
    url: 'http://elsewhere.test/staff/documents',
    in: 'gated',
    as: 'alice',
    status: 403,
    because: 'it is the same path',
  },
  { method: 'HEAD', url: '/staff/documents', in: 'gated', as: 'alice', status: 403, body: '' },
  { method: 'GET', url: '/staff/documents?path=/documents', in: 'gated', as: 'alice', status: 403 },
  { method: 'GET', url: '/staff/documents', in: 'gated', status: 401 },
  { method: 'GET', url: '/documents/1', in: 'gated', as: 'alice', status: 200, body: { actor: 'alice' } },
  { method: 'GET', url: '/documents/3', in: 'gated', as: 'alice', status: 404 },
  { method: 'PUT', url: '/documents/1', in: 'gated', as: 'bob', status: 403 },
  { method: 'GET', url: '/documents/1', in: 'gated', status: 401 },
  { method: 'GET', url: '/health', in: 'gated', as: 'alice', status: 200, body: { up: true } },

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
    because: 'it asks for nothing',
  },
  { method: 'OPTIONS', url: '/documents/1', status: [200, 204, 404], because: 'it asks for nothing' },
  { method: 'POST', url: '/documents/1', as: 'alice', status: [404, 405], because: 'there is no such route' },

  // ── addresses ──
  { method: 'GET', url: '/nothing', as: 'alice', status: 404 },
  { method: 'GET', url: 'http://elsewhere.test/documents/1', as: 'alice', status: 200, body: { id: '1' } },
  { method: 'GET', url: 'http://elsewhere.test/documents/3', as: 'alice', status: 404 },
  { method: 'GET', url: '//documents/1', as: 'alice', status: 404, because: 'that is another path' },
  { method: 'GET', url: '/documents/x/../3', as: 'alice', status: 404 },
  {
    method: 'GET',
    url: '/documents/1?id=3',
    as: 'alice',
    status: 200,
    body: { id: '1' },
    because: 'the path says which',
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
  { method: 'GET', url: '/lookup?document[$ne]=9', as: 'alice', status: [400, 404], because: 'it is no id' },
  { method: 'GET', url: '/lookup?document[]=1', as: 'alice', status: [400, 404], because: 'it is no id' },
  { method: 'GET', url: '/lookup?__proto__=1&document=1', as: 'alice', status: 200, body: { id: '1' } },
  { method: 'GET', url: '/lookup?__proto__[document]=1', as: 'alice', status: 404 },
  { method: 'GET', url: '/lookup?document=', as: 'alice', status: 404 },
  { method: 'GET', url: '/lookup?document=1&document=2', status: 401 },
];

/** What came of a question: a status; where there are none, `allowed`, 401, 403, 404 or `error`. */
export type Outcome = number | 'allowed' | 'error';

export const outcomeOf = (status: number): Outcome => {
  if (status < 300) return 'allowed';
  return status === 401 || status === 403 || status === 404 ? status : 'error';
};

/** `alice asks showDocument {"id":"1"}: 200` */
export const titleOf = ({
  ask,
  as = 'nobody',
  with: inputs = {},
  in: setting,
  status,
  because,
}: Question): string =>
  `${setting === undefined ? '' : `${setting}: `}${as} asks ${ask} ${JSON.stringify(inputs)}: ${status}` +
  (because === undefined ? '' : `, since ${because}`);
