import type { AuthInfo } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import {
  call,
  createNotes,
  delegation,
  loadAuthorizer,
  namesOf,
  notesServer,
  policy,
  resourceUrl,
  serve,
  users,
} from '../server/notes.fixture.js';
import { post } from '../server/raw-request.fixture.js';
import { renderExplanation } from '@nanook/core';
import { delegatedActor, type DelegationOptions } from './delegated-actor.js';
import { identifyAgent } from './identify-agent.js';

const options = { resource: resourceUrl, user: (subject: string) => users.get(subject) };
const minute = () => Math.floor(Date.now() / 1_000) + 60;
const token = (changes: Partial<AuthInfo> = {}, claims: object = {}): AuthInfo => ({
  token: 't',
  clientId: 'bot',
  scopes: ['read', 'delete'],
  expiresAt: minute(),
  resource: new URL(resourceUrl),
  ...changes,
  extra: { sub: 'ann', ...claims },
});
const actorFor = (authInfo: AuthInfo | undefined, more: Partial<DelegationOptions<unknown>> = {}) =>
  delegatedActor({ ...options, ...more })({ era: 'modern', ...(authInfo && { authInfo }) });

describe('delegatedActor()', () => {
  it('makes the client an agent of the subject', async () => {
    const info = token();
    expect(await actorFor(info)).toEqual({
      id: 'bot',
      client: 'bot',
      subject: 'ann',
      scopes: ['read', 'delete'],
      until: new Date(info.expiresAt! * 1_000),
      purpose: null,
      onBehalfOf: users.get('ann'),
    });
  });

  it('makes a chain of the nested actors, the outermost one first', async () => {
    const act = { sub: 'writer', act: { sub: 'planner' } };
    expect(await actorFor(token({}, { act }))).toMatchObject({
      id: 'writer',
      onBehalfOf: { id: 'planner', onBehalfOf: { id: 'ann' } },
    });
    const current = await actorFor(token({}, { act }), { chain: 'current-actor' });
    expect(current).toMatchObject({ id: 'writer', onBehalfOf: { id: 'ann' } });
  });

  it('lets the records of the application only narrow the token', async () => {
    const soon = new Date(Date.now() + 1_000);
    const agent = ({ id }: { id: string }) =>
      id === 'writer'
        ? { scopes: ['read', 'admin'], until: soon, purpose: 'support' }
        : { until: new Date(Date.now() + 1e9) };
    const act = { sub: 'writer', act: { sub: 'planner' } };
    const info = token({}, { act });
    expect(await actorFor(info, { agent })).toMatchObject({
      scopes: ['read'],
      until: soon,
      purpose: 'support',
      onBehalfOf: { scopes: ['read', 'delete'], until: new Date(info.expiresAt! * 1_000) },
    });
  });

  it.each([
    ['there is no token', undefined, {}],
    ['the token has no subject', token({}, { sub: undefined }), {}],
    ['the user is unknown', token({}, { sub: 'nobody' }), {}],
    ['the user is null', token(), { user: () => null }],
    ['the claims are missing', token(), { claims: () => undefined }],
  ])('returns undefined, for an anonymous actor, when %s', async (_, info, more) => {
    expect(await actorFor(info, more)).toBeUndefined();
  });

  it.each([
    ['names no resource', token({ resource: undefined as never }), {}],
    ['is for another resource', token({ resource: new URL('http://localhost/mcp2') }), {}],
    ['is for another origin', token({ resource: new URL('https://localhost/mcp') }), {}],
    ['does not expire', token({ expiresAt: undefined as never }), {}],
    ['has NaN as its end', token({ expiresAt: Number.NaN }), {}],
    ['never ends', token({ expiresAt: Infinity }), {}],
    ['ends at a time that no date has', token({ expiresAt: 1e300 }), {}],
    ['has expired', token({ expiresAt: minute() - 61 }), {}],
    ['has scopes as one text', token({ scopes: 'read delete' as never }), {}],
    ['has a subject that is not a text', token({}, { sub: { id: 'ann' } }), {}],
    ['has an empty subject', token({}, { sub: '' }), {}],
    ['has an actor without a subject', token({}, { act: {} }), {}],
    ['has null as its actor', token({}, { act: null }), {}],
    ['has a nested actor that is a text', token({}, { act: { sub: 'a', act: 'b' } }), {}],
    ['has no client', token({ clientId: '' }), {}],
    [
      'has too many actors',
      token({}, { act: JSON.parse('{"sub":"a","act":'.repeat(9) + '{"sub":"a"}' + '}'.repeat(9)) as object }),
      {},
    ],
    ['names an agent without a record', token(), { agent: () => undefined }],
    ['names an agent whose record is null', token(), { agent: () => null }],
    [
      'names an agent whose record has a text as scopes',
      token(),
      { agent: () => ({ scopes: 'read' as never }) },
    ],
    ['names an agent whose record is false', token(), { agent: () => false as never }],
    ['names an agent whose record is a text', token(), { agent: () => 'reader' as never }],
    ['names an agent whose record has an invalid date', token(), { agent: () => ({ until: new Date('x') }) }],
    [
      'has a nested actor without a record',
      token({}, { act: { sub: 'bot', act: { sub: 'x' } } }),
      { agent: ({ id }: { id: string }) => (id === 'bot' ? {} : undefined) },
    ],
  ])('refuses a token that %s', async (_, info, more) => {
    await expect(actorFor(info, more)).rejects.toMatchObject({ code: 'NANOOK_MCP_TOKEN' });
  });

  it('accepts a resource with a slash at its end, or a fragment', async () => {
    expect(await actorFor(token({ resource: new URL(`${resourceUrl}/#a`) }))).toMatchObject({ id: 'bot' });
  });

  it.each([{ resource: 'mcp' }, { user: undefined }, { agent: 'bot' }, { chain: 'all' }])(
    'throws for the options %o',
    (more) => {
      expect(() => delegatedActor({ ...options, ...more } as never)).toThrow('option `');
    },
  );
});

describe('an agent', async () => {
  const authorizer = await loadAuthorizer(`${policy}${delegation}`);
  const records: Record<string, { scopes?: string[] } | undefined> = {
    bot: {},
    reader: { scopes: ['read'] },
  };
  const actor = delegatedActor({ ...options, agent: ({ id }) => records[id] });
  const { connect, url } = await serve(notesServer({ authorizer, actor, onError: () => {} }));

  it.each([
    ['a scope and the right of its user', 'bot@ann=delete', 'deleted 1'],
    ['a scope without the right of its user', 'bot@eve=delete', 'error: Tool delete-note not found'],
    ['the right of its user without a scope', 'bot@ann=read', 'error: Tool delete-note not found'],
    [
      'a chain in which an earlier agent is narrower',
      'bot@ann=delete#{"act":{"sub":"bot","act":{"sub":"reader"}}}',
      'error: Tool delete-note not found',
    ],
    [
      'a chain in which the current agent is narrower',
      'bot@ann=delete#{"act":{"sub":"reader","act":{"sub":"bot"}}}',
      'error: Tool delete-note not found',
    ],
  ])('with %s gets the right answer', async (_, who, expected) => {
    const answer = await call(await connect(who), 'delete-note', { id: '1' });
    expect(answer.replace(/^error: .*?(?=Tool)/, 'error: ')).toBe(expected);
  });

  it('cannot delete a note of another user, and gets the answer of a missing one', async () => {
    const client = await connect('bot@ann=delete,read');
    expect(await call(client, 'delete-note', { id: '2' })).toBe('Not found');
    expect(await call(client, 'delete-note', { id: '3' })).toBe('Forbidden');
  });

  it('without a record gets a server error, and no list', async () => {
    await expect(connect('rogue@ann=read,delete')).rejects.toThrow('500');
    expect((await post(url, 'rogue@ann=read', 'tools/list', {})).status).toBe(500);
  });

  it('lists only rows that its user and its scopes allow', async () => {
    const wheres = await Promise.all(
      ['read', 'delete'].map(async (action) => {
        const agent = await actorFor(token({ scopes: ['read'] }));
        return (await authorizer.where(agent, action, 'Note')).filter.kind;
      }),
    );
    expect(wheres[0]).not.toBe('never');
    expect(wheres[1]).toBe('never');
  });

  it('has explanations that show its chain', async () => {
    const agent = await actorFor(
      token({ scopes: ['read'] }, { act: { sub: 'writer', act: { sub: 'planner' } } }),
    );
    const notes = createNotes();
    const explained = renderExplanation(await authorizer.explain(agent, 'read', notes.get('1')!));
    for (const part of ['writer', 'planner', 'ann']) expect(explained).toContain(part);
  });

  it('has records that name its user and the agents between them', async () => {
    const agent = await actorFor(token({}, { act: { sub: 'writer', act: { sub: 'planner' } } }));
    expect(identifyAgent(agent)).toEqual({
      type: 'Agent',
      id: 'writer',
      client: 'bot',
      user: 'ann',
      through: ['planner'],
      purpose: null,
    });
    expect(identifyAgent(users.get('ann'))).toBeUndefined();
  });
});

describe('stepUp', async () => {
  const rules = `
    ${policy}
    allow(agent: Agent, action, resource) if
      scope in agent.scopes and covers(scope, action) and allow(agent.onBehalfOf, action, resource);
    covers("notes:read", "read");
    covers("notes:write", action) if action in ["delete", "create"];
    covers("notes:all", _);
  `;
  const authorizer = await loadAuthorizer(rules);
  const server = notesServer({
    authorizer,
    actor: delegatedActor(options),
    stepUp: ['notes:all', 'notes:read', 'notes:write', 'mail:send'],
  });
  const { connect, url } = await serve(server);

  it('answers a call that lacks a scope with 403 and the smallest set of scopes', async () => {
    const { status, challenge } = await post(url, 'bot@ann=notes:read', 'tools/call', {
      name: 'delete-note',
      arguments: { id: '1' },
    });
    expect(status).toBe(403);
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="notes:read notes:write"');
  });

  it('gives the same challenge for a foreign note and a missing one', async () => {
    const challenges = await Promise.all(
      ['2', '99'].map((id) =>
        post(url, 'bot@ann=notes:read', 'tools/call', { name: 'delete-note', arguments: { id } }),
      ),
    );
    expect(challenges[0]).toEqual(challenges[1]);
  });

  it('lists a tool that only lacks a scope, and hides one that the user may not use', async () => {
    expect(await namesOf(await connect('bot@ann=notes:read'))).toContain('delete-note');
    expect(await namesOf(await connect('bot@eve=notes:read'))).toEqual(['read-note', 'status']);
    const hidden = await post(url, 'bot@eve=notes:read', 'tools/call', {
      name: 'delete-note',
      arguments: { id: '1' },
    });
    expect(hidden.error?.message).toContain('not found');
  });

  it('hides a tool whose scope the record of the agent does not have', async () => {
    const agent = () => ({ scopes: ['notes:read'] });
    const limited = await serve(
      notesServer({ authorizer, actor: delegatedActor({ ...options, agent }), stepUp: ['notes:write'] }),
    );
    expect(await namesOf(await limited.connect('bot@ann=notes:read'))).toEqual(['read-note', 'status']);
  });

  it('challenges resources and prompts, too', async () => {
    const read = await post(url, 'bot@ann=mail:send', 'resources/read', { uri: 'note://1' });
    expect([read.status, read.challenge]).toEqual([
      403,
      expect.stringContaining('scope="mail:send notes:read"'),
    ]);
    const prompt = await post(url, 'bot@ann=mail:send', 'prompts/get', { name: 'draft' });
    expect(prompt.challenge).toContain('scope="mail:send notes:write"');
  });

  it('does not challenge a call that has its scope', async () => {
    const { status } = await post(url, 'bot@ann=notes:read', 'tools/call', {
      name: 'read-note',
      arguments: { id: '2' },
    });
    expect(status).toBe(200);
  });
});
