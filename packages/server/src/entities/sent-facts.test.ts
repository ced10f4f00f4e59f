import { Authorizer, typed, type Decision } from '@nanook/core';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decisionServer } from '../server/decision-server.js';
import type { ServerOptions } from '../options/server-options.js';

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const notes = ['plan', 'news'].map((id) => typed('Note', { id, teamId: id === 'plan' ? 'blue' : 'red' }));

async function serverWith(options: Partial<ServerOptions> = {}) {
  const decisions: Decision[] = [];
  const authorizer = await Authorizer.load({
    policies: `
      declare has_role(User, String, Team);
      declare is_suspended(User);
      allow(user: User, "read", note: Note) if has_role(user, "member", note.team) and not is_suspended(user);
      allow(user: User, "edit", note: Note) if has_role(user, "admin", note.team);
      allow(user: User, "open", _: Note) if not is_suspended(user);
    `,
    types: {
      User: { key: 'id', fields: { id: 'String' } },
      Team: { key: 'id', fields: { id: 'String' } },
      Note: { key: 'id', fields: { id: 'String', teamId: 'String', team: 'Team' } },
    },
    onDecision: (decision) => void decisions.push(decision),
  });
  const loaded = notes.map((note) => typed('Note', { ...note, team: typed('Team', { id: note.teamId }) }));
  const server = decisionServer({
    authorizer,
    baseUrl: 'https://pdp.example.com',
    callers: {
      keys: [
        { name: 'gateway', sha256: hashOf('gateway'), scopes: ['evaluate', 'search', 'explain', 'facts'] },
        { name: 'billing', sha256: hashOf('billing'), scopes: ['evaluate', 'search'] },
      ],
    },
    entities: {
      user: { type: 'User' },
      team: { type: 'Team', find: (id) => (['blue', 'red'].includes(id) ? { id } : undefined) },
      note: { type: 'Note', find: (id) => loaded.find((note) => note.id === id), all: () => loaded },
    },
    facts: {
      has_role: [{ entity: 'user' }, { values: ['member'] }, { entity: 'team' }],
      is_suspended: [{ entity: 'user' }],
    },
    ...options,
  });
  const ask = async (path: string, message: object, key = 'gateway') => {
    const response = await server.fetch(
      new Request(`https://pdp.example.com/access/v1/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
        body: JSON.stringify(message),
      }),
    );
    const text = await response.text();
    return response.status === 200 ? (JSON.parse(text) as unknown) : `${response.status}: ${text}`;
  };
  return { decisions, ask, authorizer };
}

const ann = { type: 'user', id: 'ann' };
const blue = { type: 'team', id: 'blue' };
const question = (action: string, facts?: unknown, id = 'plan') => ({
  subject: ann,
  action: { name: action },
  resource: { type: 'note', id },
  ...(facts !== undefined && { context: { facts } }),
});
const member = ['has_role', ann, 'member', blue];
const suspended = ['is_suspended', ann];
const [allowed, denied] = [{ decision: true }, { decision: false }];

describe('the facts of a request', () => {
  it('grant for this decision only, which records their names', async () => {
    const { ask, decisions } = await serverWith();
    expect(await ask('evaluation', question('read', [member]))).toEqual(allowed);
    expect(await ask('evaluation', question('read'))).toEqual(denied);
    expect(await ask('evaluation', question('read', [member], 'news'))).toEqual(denied);
    expect(await ask('evaluation', question('read', [member, suspended]))).toEqual(denied);
    expect(decisions.map(({ facts }) => facts)).toEqual([
      ['has_role'],
      undefined,
      ['has_role'],
      ['has_role', 'is_suspended'],
    ]);
  });

  it('need a caller with the scope `facts`, and are not ignored', async () => {
    const { ask } = await serverWith();
    const refused = '403: the caller needs the scope facts';
    expect(await ask('evaluation', question('read', [member]), 'billing')).toBe(refused);
    expect(await ask('evaluation', question('open', [suspended]), 'billing')).toBe(refused);
    expect(await ask('evaluation', question('open', [suspended]))).toEqual(denied);
    expect(await ask('evaluation', question('open'), 'billing')).toEqual(allowed);
  });

  it('have no meaning for a server that declares none', async () => {
    const { ask, decisions } = await serverWith({ facts: undefined } as never);
    expect(await ask('evaluation', question('read', [member]))).toEqual(denied);
    expect(decisions[0]?.facts).toBeUndefined();
  });

  it.each([
    [
      'a fact that is not declared',
      [['has_permission', ann, 'read', blue]],
      'is not a fact that callers may send',
    ],
    ['a name of `Object.prototype`', [['constructor', ann]], 'is not a fact that callers may send'],
    [
      'a role that callers may not give',
      [['has_role', ann, 'admin', blue]],
      '[2]` is not a value that callers may send',
    ],
    ['an entity of another type', [['has_role', blue, 'member', blue]], '[1].type` must be "user"'],
    ['a text instead of an entity', [['has_role', 'ann', 'member', blue]], '[1]` must be an object'],
    ['too few arguments', [['has_role', ann]], 'must have 3 arguments'],
    ['a fact that is no list', [{ name: 'has_role' }], 'must be a list of a name and arguments'],
    ['facts that are no list', { has_role: [] }, '`context.facts` must be a list'],
    ['too many facts', Array.from({ length: 101 }, () => member), 'at most 100 facts'],
  ])('are an error with %s', async (_, facts, message) => {
    const { ask } = await serverWith();
    const answer = await ask('evaluation', question('read', facts));
    expect(answer).toMatch(/^400: /);
    expect(answer).toContain(message);
  });

  it('about an entity that does not exist deny everything', async () => {
    const { ask } = await serverWith();
    const unknown = ['has_role', ann, 'member', { type: 'team', id: 'green' }];
    expect(await ask('evaluation', question('read', [member, unknown]))).toEqual(denied);
    expect(await ask('evaluation', question('open', [unknown]))).toEqual(denied);
  });

  it('do not take stored attributes from the caller', async () => {
    const { ask } = await serverWith();
    const forged = ['has_role', { ...ann, properties: { id: 'ben' } }, 'member', blue];
    expect(await ask('evaluation', question('read', [forged]))).toEqual(allowed);
    expect(
      await ask('evaluation', { ...question('read', [forged]), subject: { ...ann, id: 'ben' } }),
    ).toEqual(denied);
  });

  it('hold for each item of a batch, or for one, and an error fails only its item', async () => {
    const { ask } = await serverWith();
    const items = [{ resource: { type: 'note', id: 'plan' } }, { resource: { type: 'note', id: 'news' } }];
    const { subject, action, context } = question('read', [member]) as never as Record<string, object>;
    expect(await ask('evaluations', { subject, action, context, evaluations: items })).toEqual({
      evaluations: [allowed, denied],
    });
    const own = [{ ...items[0], context }, items[0], { ...items[0], context: { facts: [['x']] } }];
    expect(await ask('evaluations', { subject, action, evaluations: own })).toMatchObject({
      evaluations: [allowed, denied, { decision: false, context: { error: { status: 400 } } }],
    });
  });

  it('hold for searches', async () => {
    const { ask } = await serverWith();
    const context = { facts: [member] };
    const found = { results: [{ type: 'note', id: 'plan' }] };
    const action = { name: 'read' };
    const search = { subject: ann, action, resource: { type: 'note' }, context };
    expect(await ask('search/resource', search)).toMatchObject(found);
    expect(await ask('search/resource', { ...search, context: {} })).toMatchObject({ results: [] });
    expect(await ask('search/resource', search, 'billing')).toMatch(/^403/);
    expect(
      await ask('search/action', { subject: ann, resource: { type: 'note', id: 'plan' }, context }),
    ).toMatchObject({
      results: expect.arrayContaining([{ name: 'read' }]),
    });
  });

  it('appear in an explanation', async () => {
    const { ask } = await serverWith();
    const answer = await ask('evaluation', { ...question('read', [member]), options: { explain: true } });
    expect(JSON.stringify(answer)).toContain('facts of the question');
  });
});

describe('the option facts', () => {
  it.each([
    [
      'an entity that is not declared',
      { has_role: [{ entity: 'usr' }, { values: ['x'] }, { entity: 'team' }] },
      'facts.has_role[0].entity',
    ],
    [
      'another number of arguments than in the policy',
      { has_role: [{ entity: 'user' }] },
      'must be a fact of the policy with 1 arguments',
    ],
    ['a fact that the policy does not know', { has_rol: [{ entity: 'user' }] }, 'facts.has_rol'],
    ['no values', { is_suspended: [{ values: [] }] }, 'facts.is_suspended[0].values'],
    ['neither an entity nor values', { is_suspended: [{}] }, 'must have either `entity` or `values`'],
    ['no arguments', { is_suspended: [] }, 'must be a list of arguments'],
  ])('is refused with %s', async (_, facts, message) => {
    await expect(serverWith({ facts: facts as never })).rejects.toThrow(message);
  });
});
