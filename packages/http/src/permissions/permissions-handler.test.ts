import { Authorizer, fact, typed } from '@nanook/core';
import { loadCandidate } from '@nanook/core/candidate';
import { describe, expect, it } from 'vitest';
import { permissionsOf, type Permissions } from '../request/permissions.js';
import { permissionsHandler, type PermissionsHandlerOptions } from './permissions-handler.js';

const policy = `
  actor User {}
  resource Note {
    permissions = ["read", "edit", "praise"];
    roles = ["owner"];
    "read" if "owner";
    "edit" if "owner";
  }
  allow(user, action, note: Note) if has_permission(user, action, note);
  allow(_: User, "create", Note);
  allow(user: User, "create", Team) if user.isAdmin;
  allow(user: User, _, _: Note) if user.isAdmin;
  allow("guest", "read", note: Note) if note.isPublic;
  has_role(user: User, "owner", note: Note) if note.ownerId = user.id;
  # Also on notes that the user may not read.
  has_permission(_: User, "praise", _: Note);
`;
const types = {
  User: { fields: { id: 'String', isAdmin: 'Boolean' } },
  Note: { fields: { id: 'Integer', ownerId: 'String', isPublic: 'Boolean' } },
  Team: {},
} as const;
const load = (policies = policy, options = {}) =>
  Authorizer.load({ policies, types, onWarning: () => {}, denialWarnings: false, ...options });
const authorizer = await load();
const notes = [
  { id: 1, ownerId: 'ann', isPublic: true },
  { id: 2, ownerId: 'bob', isPublic: false },
];
const user = (id: string) => typed('User', { id, isAdmin: id === 'admin' });
const found: number[] = [];
const options: PermissionsHandlerOptions = {
  actor: (request) => {
    const id = request.headers.get('x-user');
    return id === null ? undefined : user(id);
  },
  resources: {
    Note: {
      key: 'integer',
      find: (id) => {
        found.push(id);
        return notes.find((note) => note.id === id);
      },
    },
  },
};

async function send(
  body: unknown,
  {
    as = 'ann',
    handler = permissionsHandler(authorizer, options),
    type = 'application/json',
    method = 'POST',
  } = {},
) {
  const response = await handler(
    new Request('http://localhost/permissions', {
      method,
      headers: { ...(as !== '' && { 'x-user': as }), 'content-type': type },
      ...(method === 'POST' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as Permissions };
}
const ask = async (resources: readonly unknown[], settings = {}) => {
  const { status, body } = await send({ resources }, settings);
  return { status, actions: body.answers?.map(({ actions }) => actions) };
};
const note = (id: unknown) => ({ type: 'Note', id });

describe('permissionsHandler', () => {
  it('answers with the actions on rows and on types, in the order of the request', async () => {
    const { status, headers, body } = await send({
      resources: [{ type: 'Note' }, note('1'), { type: 'Team' }],
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      key: expect.stringMatching(/^[0-9a-f]{32}$/),
      answers: [
        { type: 'Note', actions: ['create'] },
        { type: 'Note', id: '1', actions: ['edit', 'praise', 'read'] },
        { type: 'Team', actions: [] },
      ],
    });
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-type')).toBe('application/json');
  });

  it('answers alike about a hidden row, a missing one, an impossible id and an unknown type', async () => {
    const hidden = [note('2'), note('3'), note('x'), note('01'), note('1e0'), { type: 'Nope', id: '1' }];
    const others = [{ type: '__proto__', id: '1' }, { type: 'constructor' }, { type: 'User', id: 'ann' }];
    expect((await ask([...hidden, ...others])).actions).toEqual(Array(9).fill([]));
    expect(found).not.toContain(Number.NaN);
  });

  it("answers '*' where a rule allows every action", async () => {
    expect((await ask([note('2')], { as: 'admin' })).actions).toEqual([['*']]);
  });

  it('answers an anonymous client with 401, or as the actor of the option `anonymous`', async () => {
    const { status, headers } = await send({ resources: [] }, { as: '' });
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const handler = permissionsHandler(authorizer, { ...options, anonymous: 'guest' });
    expect(await ask([note('1'), note('2')], { as: '', handler })).toEqual({
      status: 200,
      actions: [['read'], []],
    });
  });

  it('refuses other requests: a cacheable method, another type, a malformed body, too many resources', async () => {
    const status = async (...args: Parameters<typeof send>) => (await send(...args)).status;
    expect(await status('', { method: 'GET' })).toBe(405);
    // A form of another origin can send it without a preflight.
    expect(await status('{"resources":[]}', { type: 'text/plain' })).toBe(415);
    for (const body of ['', '{', 'null', '[]', '{}', '{"resources":{}}', '{"resources":[1]}'])
      expect({ body, status: await status(body) }).toEqual({ body, status: 400 });
    for (const each of [null, {}, note(1), note(''), note({}), note('1'.repeat(257)), { type: 1 }])
      expect((await ask([each])).status).toBe(400);
    expect((await ask(Array(100).fill(note('1')))).status).toBe(200);
    expect((await ask(Array.from({ length: 10_000 }, (_, i) => note(`${i}`)))).status).toBe(413);
    expect(await status(JSON.stringify({ resources: [], more: 'x'.repeat(300_000) }))).toBe(413);
  });

  it('checks the request itself, with the rules `allow_request`', async () => {
    const strict = await load(
      `${policy} allow_request(user: User, request) if user.id = "ann" and request = "page";`,
    );
    const handler = permissionsHandler(strict, { ...options, request: () => 'page' });
    expect((await ask([note('1')], { handler })).status).toBe(200);
    expect((await ask([note('2')], { as: 'bob', handler })).status).toBe(403);
  });

  it('answers with a plain 500 when a loader finds a row of another type', async () => {
    const errors: unknown[] = [];
    const handler = permissionsHandler(authorizer, {
      ...options,
      resources: { Note: () => user('ann') },
      onError: (error) => errors.push(error),
    });
    const { status, body } = await send({ resources: [note('1')] }, { handler });
    expect({ status, body }).toEqual({
      status: 500,
      body: { type: 'about:blank', title: 'Internal Server Error', status: 500 },
    });
    expect(String(errors)).toContain(
      'must find rows of the type Note, but its loader found one of the type User',
    );
  });

  it('passes on the error of a loader', async () => {
    const handler = permissionsHandler(authorizer, {
      ...options,
      resources: { Note: () => Promise.reject(new Error('no database')) },
    });
    await expect(send({ resources: [note('1')] }, { handler })).rejects.toThrow('no database');
  });

  const actor = () => 'ann';
  it.each<[object, string]>([
    [{ resources: {} }, 'actor'],
    [{ actor }, 'resources'],
    [{ actor, resources: { Note: 1 } }, 'resources'],
    [{ actor, resources: { Note: { key: 'text', find: () => null } } }, 'resources'],
    [{ actor, resources: {}, maxResources: 0 }, 'maxResources'],
  ])('rejects the options %j because of the option %s', (given, option) => {
    expect(() => permissionsHandler(authorizer, given as never)).toThrow(
      expect.objectContaining({
        code: 'NANOOK_HTTP_INVALID_OPTION',
        data: expect.objectContaining({ option }),
      }),
    );
  });
});

describe('the key of permissions', () => {
  const keyOf = async (actor: unknown, by = authorizer) => (await permissionsOf(by, actor, [])).key;

  it('differs for each actor and each policy, and for nothing else', async () => {
    const other = await load(`${policy}\n`);
    const keys = await Promise.all([
      keyOf(user('ann')),
      keyOf(user('bob')),
      keyOf('ann'),
      keyOf(null),
      keyOf(user('ann'), other),
      keyOf(null, other),
    ]);
    expect(new Set(keys).size).toBe(6);
    expect(await keyOf(Promise.resolve(typed('User', { id: 'ann', isAdmin: true })), await load())).toBe(
      await keyOf(user('ann')),
    );
  });

  it('differs for another dialect and for other facts of rows, which the hash of the policy does not contain', async () => {
    const declaring = `${policy}\ndeclare is_staff(User);`;
    const facts = {
      User: { ...types.User, facts: [fact('is_staff', ['this'], { where: { isAdmin: true } })] },
    };
    const keys = await Promise.all([
      keyOf(user('ann'), await load(declaring)),
      keyOf(user('ann'), await load(declaring, { dialect: 'oso-cloud' })),
      keyOf(user('ann'), await load(declaring, { types: { ...types, ...facts } })),
    ]);
    expect(new Set(keys).size).toBe(3);
  });

  it('cannot be confused by ids with separators', async () => {
    const ids = ['a"', 'a","', 'a', '"a', 'null', ''];
    expect(new Set(await Promise.all(ids.map((id) => keyOf(typed('User', { id }))))).size).toBe(ids.length);
  });

  it('names the policy of the candidate for an actor about whom the candidate decides', async () => {
    const rolled = await load();
    const candidate = await loadCandidate(rolled, `${policy}\n`, { onDifference: () => {} });
    const before = await keyOf(user('ann'), rolled);
    candidate.rollOut(100);
    expect(await keyOf(user('ann'), rolled)).toBe(await keyOf(user('ann'), await load(`${policy}\n`)));
    expect(await keyOf(user('ann'), rolled)).not.toBe(before);
  });

  it('needs an actor with a key, because others would share their answers', async () => {
    await expect(keyOf(typed('User', { isAdmin: false }))).rejects.toThrow('option `actor` must have a key');
  });
});

describe('permissionsOf', () => {
  it('needs resources with a key', async () => {
    await expect(permissionsOf(authorizer, user('ann'), [typed('Note', { ownerId: 'ann' })])).rejects.toThrow(
      'with a key',
    );
    await expect(permissionsOf(authorizer, user('ann'), [undefined])).rejects.toThrow('with a key');
  });

  it('follows the options `readAction` and `hideUnreadable` of the authorizer', async () => {
    const hidden = [typed('Note', notes[1]!)];
    const actionsBy = async (own: object) => {
      const { answers } = await permissionsOf(await load(policy, own), user('ann'), hidden);
      return answers[0]!.actions;
    };
    expect(await actionsBy({})).toEqual([]);
    expect(await actionsBy({ hideUnreadable: false })).toEqual(['praise']);
    expect(await actionsBy({ readAction: 'praise' })).toEqual(['praise']);
  });
});
