import { describe, expect, it } from 'vitest';
import { Authorizer } from '@nanook/core';
import { decisionServer } from '../index.js';
import { answerOf, certifiedServer, post } from '../testing/certification.fixture.js';

const many = Array.from({ length: 45 }, (_, i) => ({ id: `r${i}`, level: i % 3 }));
const authorizer = await Authorizer.load({
  policies: 'allow(user: User, "read", record: Record) if record.level <= user.level;',
  types: {
    User: { fields: { id: 'String', level: 'Integer' } },
    Record: { fields: { id: 'String', level: 'Integer' } },
  },
  denialWarnings: false,
});
const optionsOf = (pageSecret: string) => ({
  authorizer,
  baseUrl: 'https://pdp.example.com',
  callers: {
    keys: [
      {
        name: 'one',
        sha256: '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed',
        scopes: ['search'] as const,
      },
      {
        name: 'two',
        sha256: '3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3',
        scopes: ['search'] as const,
      },
    ],
  },
  entities: {
    user: { type: 'User', given: ['level'] },
    record: { type: 'Record', all: () => many, find: (id: string) => many.find((r) => r.id === id) },
  },
  pageSecret,
});
const server = decisionServer(optionsOf('a secret of sixteen characters'));
const path = '/access/v1/search/resource';
const request = {
  subject: { type: 'user', id: 'ann', properties: { level: 1 } },
  action: { name: 'read' },
  resource: { type: 'record' },
};
interface Answer {
  readonly results: readonly { readonly id: string }[];
  readonly page?: { readonly next_token: string; readonly count: number };
}
const keys = { one: 'one', two: 'two' } as const;
// sha256('one') and sha256('two') are the hashes above.
const ask = async (body: object, key: keyof typeof keys = 'one', of = server): Promise<Answer> => {
  const response = await post(of, path, body, { Authorization: `Bearer ${keys[key]}` });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
};
const allowedIds = many.filter(({ level }) => level <= 1).map(({ id }) => id);

describe('a search with pages', () => {
  it('lists each result once, and later pages have the limit of the first one', async () => {
    const ids: string[] = [];
    let page: object = { limit: 7 };
    const sizes: number[] = [];
    for (let i = 0; i < 10; i++) {
      // oxlint-disable-next-line no-await-in-loop -- the token of a page is in the page before
      const answer = await ask({ ...request, page });
      ids.push(...answer.results.map(({ id }) => id));
      sizes.push(answer.page!.count);
      if (answer.page!.next_token === '') break;
      page = { token: answer.page!.next_token };
    }
    expect(ids).toEqual(allowedIds);
    expect(sizes).toEqual([7, 7, 7, 7, 2]);
  });

  it('has no page if the request wants none and all results fit', async () => {
    const answer = await ask(request);
    expect(answer.page).toBeUndefined();
    expect(answer.results).toHaveLength(allowedIds.length);
  });

  it('accepts a token in another process with the same secret', async () => {
    const { page } = await ask({ ...request, page: { limit: 5 } });
    const other = decisionServer(optionsOf('a secret of sixteen characters'));
    const next = await ask({ ...request, page: { token: page!.next_token } }, 'one', other);
    expect(next.results.map(({ id }) => id)).toEqual(allowedIds.slice(5, 10));
  });

  it('ignores a different order of keys, and the id of the searched type', async () => {
    const { page } = await ask({ ...request, page: { limit: 5 } });
    const { subject, action } = request;
    const next = await ask({
      page: { token: page!.next_token },
      resource: { id: 'ignored', type: 'record' },
      action,
      subject: { properties: subject.properties, id: subject.id, type: subject.type },
    });
    expect(next.results).toHaveLength(5);
  });

  it('refuses a token of another request, another caller, another secret or a changed one', async () => {
    const { page } = await ask({ ...request, page: { limit: 5 } });
    const token = page!.next_token;
    const wrong = /400: `page\.token` is not a token of this request/;
    const subject = { ...request.subject, properties: { level: 2 } };
    await expect(ask({ ...request, subject, page: { token } })).rejects.toThrow(wrong);
    await expect(ask({ ...request, page: { token } }, 'two')).rejects.toThrow(wrong);
    const other = decisionServer(optionsOf('another secret of sixteen'));
    await expect(ask({ ...request, page: { token } }, 'one', other)).rejects.toThrow(wrong);
    const changes = [`x${token}`, token.replace('.', ''), `${token}.x`, `${token}=`, ` ${token}`];
    for (const changed of [...changes, '.', 'é.é', `${btoa('[0,9]')}.`])
      // oxlint-disable-next-line no-await-in-loop -- few
      await expect(ask({ ...request, page: { token: changed } })).rejects.toThrow(wrong);
  });

  it('refuses a token of a request with pairs in place of an object', async () => {
    const withContext = (context: object) => ({ ...request, context });
    const { page } = await ask({ ...withContext({ at: { hour: 5 } }), page: { limit: 5 } });
    const forged = withContext({ at: ['object', ['hour', 5]] });
    await expect(ask({ ...forged, page: { token: page!.next_token } })).rejects.toThrow(/^400/);
  });

  it.each([
    ['`page` must be an object', 5],
    ['`page.limit` must be a positive whole number', { limit: 0 }],
    ['`page.limit` must be a positive whole number', { limit: '5' }],
    ['`page.token` must be a string', { token: 5 }],
  ])('causes 400: %s', async (message, page) => {
    await expect(ask({ ...request, page })).rejects.toThrow(`400: ${message}`);
  });

  it('refuses another limit than that of the first page', async () => {
    const { page } = await ask({ ...request, page: { limit: 5 } });
    await expect(ask({ ...request, page: { token: page!.next_token, limit: 6 } })).rejects.toThrow(
      '400: `page.limit` must be the same for each page',
    );
  });
});

describe('a search', () => {
  it.each([
    [
      'subject',
      { subject: { type: 'nobody' }, action: { name: 'read' }, resource: { type: 'record', id: 'record-1' } },
    ],
    [
      'subject',
      { subject: { type: 'user' }, action: { name: 'read' }, resource: { type: 'record', id: 'record-9' } },
    ],
    [
      'subject',
      { subject: { type: 'user' }, action: { name: 'read' }, resource: { type: '__proto__', id: 'x' } },
    ],
    [
      'resource',
      { subject: { type: 'user', id: 'eve' }, action: { name: 'read' }, resource: { type: 'record' } },
    ],
    [
      'resource',
      { subject: { type: 'user', id: 'bob' }, action: { name: 'read' }, resource: { type: 'constructor' } },
    ],
    ['action', { subject: { type: 'user', id: 'bob' }, resource: { type: 'record', id: 'record-9' } }],
    ['action', { subject: { type: 'toString', id: 'bob' }, resource: { type: 'record', id: 'record-1' } }],
  ])('for an unknown type or id in a search for a %s finds nothing', async (kind, body) => {
    const certified = await certifiedServer();
    expect(await answerOf(certified, `/access/v1/search/${kind}`, body)).toEqual({ results: [] });
  });

  it('leaves out undecided candidates', async () => {
    const undecided = decisionServer({
      ...optionsOf('a secret of sixteen characters'),
      callers: { anyone: { reason: 'a test', scopes: ['search'] } },
      entities: {
        user: { type: 'User', given: ['level'] },
        record: { type: 'Record', all: () => [{ id: 'a', level: 1 }, { id: 'b' }, { id: 'c', level: 0 }] },
      },
    });
    expect(await answerOf(undecided, path, request)).toEqual({
      results: [
        { type: 'record', id: 'a' },
        { type: 'record', id: 'c' },
      ],
    });
  });

  it('fails if a check fails', async () => {
    const errors: unknown[] = [];
    const failing = decisionServer({
      ...optionsOf('a secret of sixteen characters'),
      callers: { anyone: { reason: 'a test', scopes: ['search'] } },
      onError: (error) => errors.push(error),
      entities: {
        user: { type: 'User', given: ['level'] },
        record: {
          type: 'Record',
          all: function* () {
            yield { id: 'a', level: 1 };
            throw new Error('connection lost');
          },
        },
      },
    });
    const response = await post(failing, path, request);
    expect([response.status, await response.text()]).toEqual([500, 'internal error']);
    expect(errors).toHaveLength(1);
  });

  it('ends when the time is over, and lets other requests run meanwhile', async () => {
    const endless = decisionServer({
      ...optionsOf('a secret of sixteen characters'),
      callers: { anyone: { reason: 'a test', scopes: ['search', 'evaluate'] } },
      limits: { timeoutMs: 200 },
      entities: {
        user: { type: 'User', given: ['level'] },
        record: {
          type: 'Record',
          find: (id) => ({ id, level: 1 }),
          all: function* () {
            for (let i = 0; ; i++) yield { id: `r${i}`, level: 2 };
          },
        },
      },
    });
    const search = post(endless, path, request);
    const other = { ...request, resource: { type: 'record', id: 'r' } };
    expect(await answerOf(endless, '/access/v1/evaluation', other)).toEqual({ decision: true });
    const response = await search;
    expect([response.status, await response.text()]).toEqual([503, 'the decision took too long']);
  });
});
