import { describe, expect, it, vi } from 'vitest';
import {
  call,
  createClient,
  createNotes,
  delegation,
  loadAuthorizer,
  notesServer,
  policy,
  resourceUrl,
  serve,
  text,
  users,
} from '../server/notes.fixture.js';
import { delegatedActor } from '../delegation/delegated-actor.js';
import { post, textOf, type RawResponse } from '../server/raw-request.fixture.js';
import { skipAuthorization } from '../requirements/skip-authorization.js';
import { MemoryApprovalStore } from './approval-store.js';
import { canonicalJson } from './canonical-json.js';

const key = 'k'.repeat(32);
const rule = 'needs_approval(_: User, "delete", note: Note) if note.text != "draft";';
const agentOf = delegatedActor({ resource: resourceUrl, user: (subject) => users.get(subject) });

const start = async (options = {}, policies = `${policy}${rule}`) => {
  const notes = createNotes();
  const authorizer = await loadAuthorizer(policies);
  const onError = vi.fn<(error: Error) => void>();
  const server = notesServer({ authorizer, notes, onError, approvals: { key }, ...options });
  const { url, connect, handler } = await serve(server);
  return { notes, authorizer, onError, url, handler, connect };
};
const remove = (id: string, answer: Record<string, unknown> = {}) => ({
  name: 'delete-note',
  arguments: { id },
  ...answer,
});
const approve = { inputResponses: { approval: { action: 'accept', content: { approve: true } } } };
const stateOf = ({ result }: RawResponse) => ({ requestState: result?.['requestState'] });

describe('a call that the policy lets the user confirm', () => {
  it.each([
    ['runs when the user approves', { action: 'accept', content: { approve: true } }, 'deleted 1'],
    [
      'does not run when the user answers false',
      { action: 'accept', content: { approve: false } },
      'Not approved',
    ],
    ['does not run when the user declines', { action: 'decline' }, 'Not approved'],
    ['does not run when the user cancels', { action: 'cancel' }, 'Not approved'],
  ] as const)('%s', async (_, answer, expected) => {
    const { connect, notes } = await start();
    const client = createClient('modern', { elicitation: { form: {} } });
    const asked: string[] = [];
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params.message);
      return answer;
    });
    expect(await call(await connect('ann', 'modern', client), 'delete-note', { id: '1' })).toBe(expected);
    expect(asked).toEqual(['Approve delete-note with {"id":"1"}?']);
    expect(notes.has('1')).toBe(expected === 'Not approved');
  });

  it('asks for no other action, and for no call that is refused', async () => {
    const { connect } = await start();
    const client = await connect('ann');
    expect(await call(client, 'read-note', { id: '1' })).toContain('note 1');
    expect(await call(client, 'delete-note', { id: '2' })).toBe('Not found');
    expect(await call(client, 'delete-note', { id: '3' })).toBe('Forbidden');
  });

  it('does not run for a client that cannot ask, in both eras', async () => {
    const { connect, notes } = await start();
    expect(await call(await connect('ann'), 'delete-note', { id: '1' })).toMatch(/capability|capabilities/);
    expect(await call(await connect('ann', 'legacy'), 'delete-note', { id: '1' })).not.toContain('deleted');
    expect(notes.has('1')).toBe(true);
  });
});

describe('an answer', () => {
  it('does not count without the signed question', async () => {
    const { url, notes } = await start();
    const first = await post(url, 'ann', 'tools/call', remove('1', approve));
    expect(first.result).toMatchObject({ resultType: 'input_required' });
    const states = [
      undefined,
      '',
      'nanook-approval.',
      'nanook-approval.v1.e30.AAAA',
      'approved',
      '{"approve":true}',
    ];
    const answers = await Promise.all(
      states.map((requestState) => post(url, 'ann', 'tools/call', remove('1', { ...approve, requestState }))),
    );
    expect(answers.map(textOf).join()).not.toContain('deleted');
    expect(notes.has('1')).toBe(true);
  });

  it('counts once, also when it is sent twice at the same time', async () => {
    const { url } = await start();
    const state = stateOf(await post(url, 'ann', 'tools/call', remove('1')));
    const both = await Promise.all(
      [1, 2, 3].map(() => post(url, 'ann', 'tools/call', remove('1', { ...approve, ...state }))),
    );
    expect(both.map(textOf).filter((text) => text === 'deleted 1')).toHaveLength(1);
  });

  it('cannot be used again when the note exists again', async () => {
    const { url, notes } = await start();
    const state = stateOf(await post(url, 'ann', 'tools/call', remove('1')));
    const send = async () =>
      textOf(await post(url, 'ann', 'tools/call', remove('1', { ...approve, ...state })));
    expect(await send()).toBe('deleted 1');
    for (const [id, note] of createNotes()) notes.set(id, note);
    expect(await send()).toBe('Not approved');
  });

  it('does not count for other arguments, another tool, another user or another client', async () => {
    const more = createNotes();
    more.set('4', Object.assign(createNotes().get('1')!, { id: '4' }));
    const rules = `${policy}${rule} needs_approval(_: User, "read", _: Note);`;
    const { url } = await start({ notes: more }, rules);
    const state = stateOf(await post(url, 'ann', 'tools/call', remove('1')));
    const answered = { ...approve, ...state };
    const attempts = [
      post(url, 'ann', 'tools/call', remove('4', answered)),
      post(url, 'ann', 'tools/call', { ...remove('1', answered), name: 'read-note' }),
      post(url, 'other@ann', 'tools/call', remove('1', answered)),
      post(url, 'ann', 'prompts/get', { ...remove('1', answered), name: 'summarize' }),
    ];
    const texts = (await Promise.all(attempts)).map(textOf);
    expect(texts).toEqual(['Not approved', 'Not approved', 'Not approved', 'Not approved']);
    expect(
      textOf(await post(url, 'eve', 'tools/call', { ...remove('1', answered), name: 'read-note' })),
    ).toBe('Not approved');
  });

  it('does not count after its time, with another key, or when the policy has changed its mind', async () => {
    const { url } = await start({ approvals: { key, ttlSeconds: 0.001 } });
    const state = stateOf(await post(url, 'ann', 'tools/call', remove('1')));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const send = (at: URL) => post(at, 'ann', 'tools/call', remove('1', { ...approve, ...state }));
    expect(textOf(await send(url))).toMatch(/Invalid or expired requestState/);
    const other = await start({ approvals: { key: 'o'.repeat(32) } });
    expect(textOf(await send(other.url))).toMatch(/Invalid or expired requestState/);
    const changing = await start();
    const asked = stateOf(await post(changing.url, 'ann', 'tools/call', remove('1')));
    await changing.authorizer.reload(`${policy.replace('"delete" if "owner";', '')}${rule}`);
    const late = await post(changing.url, 'ann', 'tools/call', remove('1', { ...approve, ...asked }));
    expect(textOf(late)).toContain('Tool delete-note not found');
  });

  it('does not count when the store fails or answers with another value than true', async () => {
    for (const use of [
      () => Promise.reject(new Error('down')),
      () => 'OK' as never,
      () => undefined as never,
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- three stores
      const { url } = await start({ approvals: { key, store: { use } } });
      // oxlint-disable-next-line no-await-in-loop -- three stores
      const state = stateOf(await post(url, 'ann', 'tools/call', remove('1')));
      // oxlint-disable-next-line no-await-in-loop -- three stores
      const answer = await post(url, 'ann', 'tools/call', remove('1', { ...approve, ...state }));
      expect(['Not approved', 'Internal error']).toContain(textOf(answer));
    }
  });
});

describe('the state of a request', () => {
  it('reaches the handler of the application, but never as a question about another call', async () => {
    const authorizer = await loadAuthorizer(`${policy}${rule}`);
    const server = notesServer({ authorizer, approvals: { key } });
    server.registerTool('state', { authorize: skipAuthorization('test') }, (ctx) =>
      text(JSON.stringify(ctx.mcpReq.requestState() ?? null)),
    );
    const { url } = await serve(server);
    const question = stateOf(await post(url, 'ann', 'tools/call', remove('1')));
    expect(textOf(await post(url, 'ann', 'tools/call', { name: 'state', ...question }))).toBe('null');
    expect(textOf(await post(url, 'ann', 'tools/call', { name: 'state', requestState: 'own' }))).toBe(
      '"own"',
    );
  });

  it('passes the own check of the application, too', async () => {
    const authorizer = await loadAuthorizer(`${policy}${rule}`);
    const verify = (state: string) => {
      if (state !== 'own') throw new Error('forged');
      return { step: 2 };
    };
    const server = notesServer({ authorizer, approvals: { key }, server: { requestState: { verify } } });
    server.registerTool('state', { authorize: skipAuthorization('test') }, (ctx) =>
      text(JSON.stringify(ctx.mcpReq.requestState() ?? null)),
    );
    const { url } = await serve(server);
    const send = async (requestState: string) =>
      textOf(await post(url, 'ann', 'tools/call', { name: 'state', requestState }));
    expect(await send('own')).toBe('{"step":2}');
    expect(await send('other')).toContain('Invalid or expired requestState');
  });
});

describe('a policy with `needs_approval`', () => {
  it('needs the option `approvals`, when the server starts and after a reload', async () => {
    await expect(start({ approvals: undefined })).rejects.toMatchObject({ code: 'NANOOK_MCP_NO_APPROVALS' });
    const { authorizer, url, onError } = await start({ approvals: undefined }, policy);
    await authorizer.reload(`${policy}${rule}`);
    expect(textOf(await post(url, 'ann', 'tools/call', remove('1')))).toBe('Internal error');
    expect(onError.mock.calls[0]![0]).toMatchObject({ code: 'NANOOK_MCP_NO_APPROVALS' });
  });

  it.each(['need_approval(_, "delete", _);', 'needs_approval(_, "delete");', ''])(
    'does not start with the rule %o, which never asks',
    async (wrong) => {
      await expect(start({}, `${policy}${wrong}`)).rejects.toMatchObject({
        code: 'NANOOK_MCP_APPROVAL_RULE',
      });
    },
  );

  it('refuses calls after a reload in which its rule has another number of parameters', async () => {
    const { url, authorizer, notes } = await start();
    await authorizer.reload(`${policy} needs_approval(_: User, "delete");`);
    expect(textOf(await post(url, 'ann', 'tools/call', remove('1')))).toBe('Internal error');
    expect(notes.has('1')).toBe(true);
  });

  it('refuses a call for which its rule cannot decide', async () => {
    const { url, notes, onError } = await start();
    Object.assign(notes.get('1')!, { text: undefined });
    expect(textOf(await post(url, 'ann', 'tools/call', remove('1')))).toBe('Internal error');
    expect(notes.has('1')).toBe(true);
    expect(onError).toHaveBeenCalledOnce();
  });

  it('can name the agents that have to ask, and binds the answer to agent and user', async () => {
    const rules = `${policy}${delegation} needs_approval(_: Agent, "delete", _: Note);`;
    const { url } = await start({ actor: agentOf }, rules);
    const first = await post(url, 'bot@ann=delete', 'tools/call', remove('1'));
    expect(first.result).toMatchObject({ resultType: 'input_required' });
    const answered = { ...approve, ...stateOf(first) };
    expect(textOf(await post(url, 'bot@bob=delete', 'tools/call', remove('1', answered)))).not.toContain(
      'deleted',
    );
    const viaOther = 'bot@ann=delete#{"act":{"sub":"other"}}';
    expect(textOf(await post(url, viaOther, 'tools/call', remove('1', answered)))).toBe('Not approved');
    expect(textOf(await post(url, 'bot@ann=delete', 'tools/call', remove('1', answered)))).toBe('deleted 1');
  });
});

it('the memory of used approvals forgets those that have expired', () => {
  const store = new MemoryApprovalStore();
  expect(store.use('a', new Date(Date.now() - 1))).toBe(true);
  expect(store.use('b', new Date(Date.now() + 60_000))).toBe(true);
  expect(store.use('b', new Date(Date.now() + 60_000))).toBe(false);
});

describe('canonicalJson()', () => {
  it('gives equal values one text, and different values different ones', () => {
    expect(canonicalJson({ b: 1, a: [1, { d: 2, c: 3 }] })).toBe(
      canonicalJson({ a: [1, { c: 3, d: 2 }], b: 1 }),
    );
    const values = [
      1,
      '1',
      1n,
      -0,
      0,
      NaN,
      null,
      undefined,
      [],
      {},
      [undefined],
      [null],
      { a: undefined },
      new Date(1),
      '1n',
    ];
    expect(new Set(values.map((value) => canonicalJson(value))).size).toBe(values.length);
  });

  it('throws for values that it cannot tell apart', () => {
    for (const value of [() => {}, Symbol('a'), new (class A {})(), /a/])
      expect(() => canonicalJson([value])).toThrow(TypeError);
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => canonicalJson(cycle)).toThrow(TypeError);
  });
});
