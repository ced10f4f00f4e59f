import { typed } from '@nanook/core';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { AuthorizedMcpServer, type AuthorizedMcpServerOptions } from '../index.js';
import { delegatedActor, type AgentRecord } from '../delegation/delegated-actor.js';
import {
  actorOf,
  call,
  createClient,
  delegation,
  loadAuthorizer,
  policy,
  resourceUrl,
  serve,
  text,
  types,
  users,
} from '../server/notes.fixture.js';
import { post, textOf } from '../server/raw-request.fixture.js';

const key = 'k'.repeat(32);
const approve = { inputResponses: { approval: { action: 'accept', content: { approve: true } } } };
const tool = { name: 'send' };

/** Starts a server with one tool, which returns its arguments, and whose calls each actor has to approve. */
async function start(
  options: Partial<AuthorizedMcpServerOptions> = {},
  { name = 'payments', rules = '' }: { readonly name?: string; readonly rules?: string } = {},
) {
  const authorizer = await loadAuthorizer(`${policy}${rules} needs_approval(_, "create", Note);`, {
    types: { ...types, Service: { key: 'id', fields: { id: 'String' } } },
  });
  const onError = vi.fn<(error: Error) => void>();
  const server = new AuthorizedMcpServer(
    { name, version: '1.0.0' },
    { authorizer, actor: actorOf, approvals: { key }, onError, ...options },
  );
  server.registerTool(
    tool.name,
    { inputSchema: z.looseObject({}), authorize: ['create', 'Note'] },
    (args: Record<string, unknown>) => text(`sent ${JSON.stringify(args)} to ${String(args['to'])}`),
  );
  return { ...(await serve(server)), onError };
}

/** Asks with one token and the JSON of some arguments, and returns the state of the question. */
async function ask(url: URL, token: string, args = '{"to":"ann"}') {
  const { result } = await post(url, token, 'tools/call', tool, args);
  expect(result).toMatchObject({ resultType: 'input_required' });
  return { ...tool, ...approve, requestState: result!['requestState'] };
}
const answer = async (url: URL, token: string, state: object, args = '{"to":"ann"}') =>
  textOf(await post(url, token, 'tools/call', { ...state }, args));

describe('an approval', async () => {
  const { url, connect } = await start();
  const approved = '{"to":"ann","amount":1,"reason":"caf\u00e9","by":{"x":[1,2],"y":null}}';
  const sent = `sent ${approved} to ann`;

  it.each([
    ['another order of names', '{"by":{"y":null,"x":[1,2]},"amount":1,"reason":"caf\u00e9","to":"ann"}'],
    ['another text of a number', approved.replace('"amount":1', '"amount":1.0e0')],
    ['escapes', approved.replace('"ann"', '"\\u0061nn"')],
    ['a name twice, of which the last one counts', approved.replace('"to":"ann"', '"to":"eve","to":"ann"')],
  ])('counts for the same arguments with %s', async (_, args) => {
    const result = await answer(url, 'ann', await ask(url, 'ann', approved), args);
    const [, values = ''] = /^sent (.*) to ann$/.exec(result) ?? [];
    expect(JSON.parse(values)).toEqual(JSON.parse(approved));
  });

  it.each([
    ['another value', approved.replace('"ann"', '"eve"')],
    ['a name twice, of which the last one differs', approved.replace('"to":"ann"', '"to":"ann","to":"eve"')],
    ['another form of a letter in Unicode', approved.replace('\u00e9', 'e\u0301')],
    ['a similar letter', approved.replace('"ann"', '"\u0430nn"')],
    ['an invisible character', approved.replace('"ann"', '"ann\u200b"')],
    ['a text instead of a number', approved.replace('"amount":1', '"amount":"1"')],
    ['a number with a fraction', approved.replace('"amount":1', '"amount":1.0000000001')],
    ['a list in another order', approved.replace('[1,2]', '[2,1]')],
    ['a list with one more value', approved.replace('[1,2]', '[1,2,null]')],
    ['one name more', approved.replace('{"to"', '{"bcc":"eve","to"')],
    ['one name less', approved.replace(',"y":null', '')],
    ['a name in capital letters', approved.replace('"to"', '"To"')],
  ])('does not count for arguments with %s', async (_, args) => {
    expect(await answer(url, 'ann', await ask(url, 'ann', approved), args)).toBe('Not approved');
  });

  it.each(['{"__proto__":{"to":"eve","admin":true},', '{"constructor":{"prototype":{"to":"eve"}},'])(
    'gives a handler nothing that was not approved: %s',
    async (names) => {
      const result = await answer(
        url,
        'ann',
        await ask(url, 'ann', approved),
        approved.replace('{"to"', `${names}"to"`),
      );
      expect([sent, 'Not approved']).toContain(result);
    },
  );

  it('does not count for an own `__proto__` that the question did not show', async () => {
    const client = createClient('modern', { elicitation: { form: {} } });
    const asked: string[] = [];
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params.message);
      return { action: 'accept', content: { approve: true } };
    });
    const args = JSON.parse('{"to":"ann","__proto__":{"to":"eve"}}') as Record<string, unknown>;
    const result = await call(await connect('ann', 'modern', client), 'send', args);
    const shown = asked[0]!.slice('Approve send with '.length, -1);
    expect(result).toBe(`sent ${JSON.stringify(JSON.parse(shown))} to ann`);
  });

  it('asks a question without invisible characters', async () => {
    const { result } = await post(
      url,
      'ann',
      'tools/call',
      tool,
      JSON.stringify({ to: 'ann\u202e evil\u200b\u00a0\u2028\u{e0041}', 'b c': 'd e' }),
    );
    expect(JSON.stringify(result?.['inputRequests'])).toContain(
      String.raw`to\":\"ann\\u{202e} evil\\u{200b}\\u{a0}\\u{2028}\\u{e0041}\"`,
    );
    expect(JSON.stringify(result?.['inputRequests'])).toContain('d e');
  });

  it.each([200, 5_000])('does not exist for arguments with %i levels', async (depth) => {
    const args = `{"to":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const { result, error } = await post(url, 'ann', 'tools/call', tool, args);
    expect(error ?? result).not.toHaveProperty('resultType', 'input_required');
    expect(JSON.stringify(result ?? {})).not.toContain('sent');
  });

  it('does not count for another server with the same key', async () => {
    const other = await start({}, { name: 'other' });
    expect(await answer(other.url, 'ann', await ask(url, 'ann'))).toBe('Not approved');
    const twin = await start();
    expect(await answer(twin.url, 'ann', await ask(url, 'ann'))).toContain('sent');
  });

  it('counts for one of many calls at once', async () => {
    const state = await ask(url, 'ann');
    const answers = await Promise.all(Array.from({ length: 20 }, () => answer(url, 'ann', state)));
    expect(answers.filter((each) => each.startsWith('sent'))).toHaveLength(1);
    expect(new Set(answers).size).toBe(2);
  });

  it('does not count when a character of its state has changed', async () => {
    const state = await ask(url, 'ann');
    const requestState = state.requestState as string;
    const at = requestState.length >> 1;
    const changed = `${requestState.slice(0, at)}${requestState[at] === 'A' ? 'B' : 'A'}${requestState.slice(at + 1)}`;
    for (const forged of [changed, requestState.slice(0, -1), `${requestState}A`, requestState.toUpperCase()])
      // oxlint-disable-next-line no-await-in-loop -- a few
      expect(await answer(url, 'ann', { ...state, requestState: forged })).not.toContain('sent');
    expect(await answer(url, 'ann', state)).toContain('sent');
  });

  it.each([
    { approve: 'true' },
    { approve: 1 },
    { approve: [true] },
    { Approve: true },
    { approve: false, approved: true },
    null,
    [],
  ])('is not the answer %o', async (content) => {
    const state = await ask(url, 'ann');
    const inputResponses = { approval: { action: 'accept', content } };
    expect(await answer(url, 'ann', { ...state, inputResponses })).not.toContain('sent');
  });
});

describe('an approval of one actor', () => {
  const rows = new Map([
    ['user', typed('User', { id: '1', tenant: 'a', mayWrite: true })],
    ['service', typed('Service', { id: '1' })],
    ['row', { id: '1' }],
    ['nothing', typed('User', { tenant: 'a', mayWrite: true })],
  ] as [string, unknown][]);
  const actor: AuthorizedMcpServerOptions['actor'] = ({ authInfo }) =>
    authInfo?.extra?.['sub'] === 'text' ? '1' : rows.get(authInfo?.extra?.['sub'] as string);
  const rules = 'allow(_, "create", Note);';

  it('does not count for an actor of another type with the same key', async () => {
    const { url } = await start({ actor }, { rules });
    const names = ['user', 'service', 'row', 'text'];
    const states = await Promise.all(names.map((name) => ask(url, `app@${name}`)));
    const foreign = states.flatMap((state, i) =>
      names.filter((name) => name !== names[i]).map((name) => answer(url, `app@${name}`, state)),
    );
    expect(new Set(await Promise.all(foreign))).toEqual(new Set(['Not approved']));
    const own = await Promise.all(states.map((state, i) => answer(url, `app@${names[i]}`, state)));
    expect(own.every((each) => each.startsWith('sent'))).toBe(true);
  });

  it('does not exist for an actor without a key', async () => {
    const { url, onError } = await start({ actor }, { rules });
    expect(textOf(await post(url, 'app@nothing', 'tools/call', tool, '{"to":"ann"}'))).toBe('Internal error');
    expect(onError.mock.calls[0]![0]).toMatchObject({ code: 'NANOOK_MCP_APPROVAL_USER' });
  });

  it.each([undefined, '', null, 1, { id: 'ann' }])(
    'does not exist when the option `user` returns %o',
    async (user) => {
      const { url, onError } = await start({ approvals: { key, user: () => user as never } });
      expect(textOf(await post(url, 'ann', 'tools/call', tool, '{"to":"ann"}'))).toBe('Internal error');
      expect(onError.mock.calls[0]![0]).toMatchObject({ code: 'NANOOK_MCP_APPROVAL_USER' });
    },
  );
});

describe('an approval of an agent', async () => {
  let record: AgentRecord = {};
  const agent = () => record;
  const actor = delegatedActor({ resource: resourceUrl, user: (subject) => users.get(subject), agent });
  const services = new Map<string, unknown>([
    ['ann', users.get('ann')],
    ['bot', typed('User', { id: 'bot', tenant: 'a', mayWrite: true })],
  ]);
  const selfNamed = delegatedActor({
    resource: resourceUrl,
    user: (subject) => services.get(subject),
    agent,
  });
  const { url } = await start({ actor }, { rules: delegation });
  const chain = (...ids: string[]): string =>
    `#${JSON.stringify({ act: ids.reduceRight<object | undefined>((act, sub) => ({ sub, ...(act && { act }) }), undefined) })}`;

  it.each([
    ['a longer chain', 'bot@ann=create', `bot@ann=create${chain('bot', 'planner')}`],
    ['a shorter chain', `bot@ann=create${chain('bot', 'planner')}`, `bot@ann=create${chain('bot')}`],
    ['another order', `bot@ann=create${chain('bot', 'planner')}`, `bot@ann=create${chain('planner', 'bot')}`],
    ['another agent in front', `bot@ann=create${chain('bot')}`, `bot@ann=create${chain('x', 'bot')}`],
    ['another client', `bot@ann=create${chain('bot')}`, `other@ann=create${chain('bot')}`],
    ['an agent with the name of the user', `bot@ann=create`, `bot@ann=create${chain('ann')}`],
    [
      'names that look like a chain',
      `bot@ann=create${chain('bot', 'planner')}`,
      `bot@ann=create${chain('bot","planner')}`,
    ],
  ])('does not count for %s', async (_, asking, answering) => {
    expect(await answer(url, answering, await ask(url, asking))).toBe('Not approved');
    expect(await answer(url, asking, await ask(url, asking))).toContain('sent');
  });

  it('does not count after the purpose of the agent has changed', async () => {
    record = { purpose: 'support' };
    const state = await ask(url, 'bot@ann=create');
    record = { purpose: 'marketing' };
    expect(await answer(url, 'bot@ann=create', state)).toBe('Not approved');
    record = { purpose: 'support' };
    expect(await answer(url, 'bot@ann=create', state)).toContain('sent');
    record = {};
  });

  it('does not count when the agent has lost a scope, its time, or its record', async () => {
    const state = await ask(url, 'bot@ann=create');
    const late = { until: new Date(Date.now() - 1) };
    expect(await answer(url, 'bot@ann=read', state)).toContain('not found');
    for (const changed of [late, { scopes: ['read'] }, null, false]) {
      record = changed as AgentRecord;
      // oxlint-disable-next-line no-await-in-loop -- one record after the other
      expect(await answer(url, 'bot@ann=create', state)).not.toContain('sent');
    }
    record = {};
    expect(await answer(url, 'bot@ann=create', state)).toContain('sent');
  });

  it('does not count for an agent that is named as the user', async () => {
    const own = await start({ actor: selfNamed }, { rules: delegation });
    const state = await ask(own.url, 'bot@ann=create');
    expect(await answer(own.url, 'bot@bot=create', state)).toBe('Not approved');
    // The agent has no more than the scopes of its token, also for itself.
    expect(await answer(own.url, 'bot@bot', state)).toContain('not found');
  });

  it('does not reach a call through more actors than a chain can have', async () => {
    const ids = Array.from({ length: 9 }, (_, i) => `a${i}`);
    expect((await post(url, `bot@ann=create${chain(...ids)}`, 'tools/call', tool, '{}')).status).toBe(500);
    expect(
      (await post(url, `bot@ann=create${chain(...ids.slice(1))}`, 'tools/call', tool, '{}')).result,
    ).toMatchObject({ resultType: 'input_required' });
  });
});
