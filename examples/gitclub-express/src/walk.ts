/** A request of the walk, and what has to come of it. */
export interface Step {
  readonly as?: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly expect: {
    readonly status: number;
    /** Fields of the answer, and those that it must not have. */
    readonly holds?: Readonly<Record<string, unknown>>;
    readonly lacks?: readonly string[];
  };
  readonly why: string;
  /** Moves the clock before the request. */
  readonly afterMinutes?: number;
}

/** What of the answer is not as it has to be. */
export function deviations({ expect }: Step, status: number, body: unknown): string[] {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  return [
    ...(status === expect.status ? [] : [`status ${status}, not ${expect.status}`]),
    ...Object.entries(expect.holds ?? {}).flatMap(([field, value]) =>
      fields[field] === value
        ? []
        : [`${field} is ${JSON.stringify(fields[field])}, not ${JSON.stringify(value)}`],
    ),
    ...(expect.lacks ?? []).flatMap((field) => (field in fields ? [`${field} is there`] : [])),
  ];
}

export const walk: readonly Step[] = [
  {
    method: 'GET',
    path: '/health',
    expect: { status: 200, holds: { status: 'up' } },
    why: 'a probe has no name',
  },
  { method: 'GET', path: '/repositories/anvil', expect: { status: 401 }, why: 'nobody is signed in' },
  { as: 'eve', method: 'GET', path: '/repositories/anvil', expect: { status: 401 }, why: 'nobody knows Eve' },
  { as: 'dan', method: 'GET', path: '/repositories/anvil', expect: { status: 403 }, why: 'Dan is suspended' },

  {
    as: 'alice',
    method: 'GET',
    path: '/organizations/acme',
    expect: { status: 200 },
    why: 'Alice owns Acme',
  },
  { as: 'bob', method: 'GET', path: '/organizations/acme', expect: { status: 200 }, why: 'Bob is a member' },
  {
    as: 'carol',
    method: 'GET',
    path: '/organizations/acme',
    expect: { status: 404 },
    why: 'Carol is none, so it is hidden',
  },
  {
    as: 'carol',
    method: 'POST',
    path: '/organizations',
    body: { id: 'carols', name: 'Carol & Co' },
    expect: { status: 201, holds: { id: 'carols' } },
    why: 'every user may found one',
  },
  {
    as: 'bob',
    method: 'POST',
    path: '/organizations/acme/repositories',
    body: { id: 'glue', name: 'Glue' },
    expect: { status: 403 },
    why: 'members do not create repositories',
  },
  {
    as: 'alice',
    method: 'POST',
    path: '/organizations/acme/repositories',
    body: { id: 'glue', name: 'Glue' },
    expect: { status: 201, holds: { id: 'glue' } },
    why: 'owners do',
  },

  {
    as: 'bob',
    method: 'GET',
    path: '/repositories/rocket',
    expect: { status: 200 },
    why: "Acme's base role is reader",
  },
  {
    as: 'carol',
    method: 'GET',
    path: '/repositories/rocket',
    expect: { status: 404 },
    why: 'Carol has no role here',
  },
  {
    as: 'carol',
    method: 'GET',
    path: '/repositories/anvil',
    expect: { status: 200 },
    why: 'but maintains this one',
  },
  {
    as: 'carol',
    method: 'GET',
    path: '/repositories/nothing',
    expect: { status: 404 },
    why: 'there is none',
  },
  {
    as: 'bob',
    method: 'DELETE',
    path: '/repositories/rocket',
    expect: { status: 403 },
    why: 'Bob may read it only',
  },

  {
    as: 'bob',
    method: 'POST',
    path: '/repositories/rocket/issues',
    body: { title: 'It does not fly' },
    expect: { status: 201, holds: { creatorId: 'bob' } },
    why: 'readers report issues',
  },
  {
    as: 'bob',
    method: 'POST',
    path: '/issues/1/close',
    expect: { status: 200, holds: { isOpen: false } },
    why: 'Bob created it',
  },
  {
    as: 'bob',
    method: 'POST',
    path: '/issues/2/close',
    expect: { status: 403 },
    why: 'Mara created this one',
  },
  {
    as: 'carol',
    method: 'POST',
    path: '/issues/2/close',
    expect: { status: 200 },
    why: 'Carol maintains Anvil',
  },
  {
    as: 'alice',
    method: 'DELETE',
    path: '/repositories/rocket',
    expect: { status: 204 },
    why: 'owners may do all',
  },

  {
    as: 'bob',
    method: 'GET',
    path: '/profiles/bob',
    expect: { status: 200, holds: { email: 'bob@acme.test', salary: 50_000 } },
    why: 'one sees all of oneself',
  },
  {
    as: 'mara',
    method: 'GET',
    path: '/profiles/bob',
    expect: { status: 200, holds: { salary: 50_000 }, lacks: ['email'] },
    why: 'Mara manages Bob: no e-mail',
  },
  {
    as: 'alice',
    method: 'GET',
    path: '/profiles/bob',
    expect: { status: 200, holds: { email: 'bob@acme.test' }, lacks: ['salary'] },
    why: 'Alice owns Acme: no salary',
  },
  {
    as: 'mara',
    method: 'GET',
    path: '/profiles/alice',
    expect: { status: 404 },
    why: 'Mara does not manage Alice',
  },
  {
    as: 'bob',
    method: 'PATCH',
    path: '/profiles/bob',
    body: { email: 'bob@smiths.test' },
    expect: { status: 200, holds: { email: 'bob@smiths.test' } },
    why: 'one may change the e-mail',
  },
  {
    as: 'bob',
    method: 'PATCH',
    path: '/profiles/bob',
    body: { salary: 90_000 },
    expect: { status: 403 },
    why: 'but not the salary',
  },

  { as: 'alice', method: 'GET', path: '/admin/users', expect: { status: 403 }, why: 'Alice is no staff' },
  { as: 'sam', method: 'GET', path: '/admin/users', expect: { status: 200 }, why: 'Sam is' },
  {
    as: 'sam',
    method: 'GET',
    path: '/repositories/anvil',
    expect: { status: 200 },
    why: 'and supports Acme for an hour',
  },
  {
    as: 'sam',
    method: 'GET',
    path: '/repositories/anvil',
    afterMinutes: 61,
    expect: { status: 404 },
    why: 'an hour later no more',
  },

  {
    as: 'alice',
    method: 'GET',
    path: '/careless/issues',
    expect: { status: 500 },
    why: 'withheld: nothing was decided',
  },
  {
    as: 'alice',
    method: 'DELETE',
    path: '/careless/anvil',
    expect: { status: 500 },
    why: 'not run: it has no rule',
  },
  {
    as: 'bob',
    method: 'GET',
    path: '/repositories/anvil',
    expect: { status: 200 },
    why: 'so Anvil is still there',
  },
];
