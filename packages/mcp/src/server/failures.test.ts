import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { ForbiddenError, typed } from '@nanook/core';
import { ResourceTemplate, type CallToolResult } from '@modelcontextprotocol/server';
import { AuthorizedMcpServer, skipAuthorization, type NanookMcpError } from '../index.js';
import {
  actorOf,
  call,
  createNotes,
  loadAuthorizer,
  namesOf,
  notesServer,
  policy,
  serve,
  text,
} from './notes.fixture.js';

const authorizer = await loadAuthorizer();
const onError = vi.fn<(error: Error, call: object) => void>();
const create = (options = {}) =>
  new AuthorizedMcpServer(
    { name: 'notes', version: '1.0.0' },
    { authorizer, actor: actorOf, onError, ...options },
  );
const skip = skipAuthorization('test');
const codes = () =>
  onError.mock.calls.map(([error]) => (error as Error & { code?: string }).code ?? error.message);

afterEach(() => onError.mockClear());

describe('a handler that fails', () => {
  const failing: Record<string, () => unknown> = {
    'an error': () => {
      throw new Error('password of the database: 1234');
    },
    'a text': () => {
      throw 'password 1234'; // oxlint-disable-line no-throw-literal -- as careless code does
    },
    'a rejection with nothing': () => Promise.reject(),
    'no result': () => undefined,
    'a text as the result': () => 'password 1234',
  };

  it.each(Object.entries(failing))(
    'gives the client a fixed text for %s, and reports the error',
    async (_, run) => {
      const server = create();
      server.registerTool('fail', { authorize: skip }, run as () => CallToolResult);
      server.registerPrompt('fail', { authorize: skip }, run as () => never);
      server.registerResource('fail', 'fail://1', { authorize: skip }, run as () => never);
      const client = await (await serve(server)).connect('ann');
      expect(await call(client, 'fail')).toBe('Internal error');
      await expect(client.getPrompt({ name: 'fail' })).rejects.toThrow(/^(?!.*1234).*Internal error/);
      await expect(client.readResource({ uri: 'fail://1' })).rejects.toThrow(/^(?!.*1234).*Internal error/);
      expect(onError).toHaveBeenCalledTimes(3);
      expect(onError.mock.calls[0]![1]).toEqual({ method: 'tools/call', name: 'fail' });
    },
  );

  it('gives the client a fixed text for a result that does not match its schema', async () => {
    const server = create();
    server.registerTool(
      'wrong',
      { authorize: skip, outputSchema: z.object({ kind: z.enum(['secret-kind']) }) },
      () => ({ content: [], structuredContent: { kind: 'x' } }),
    );
    expect(await call(await (await serve(server)).connect('ann'), 'wrong')).toBe('Internal error');
    expect(codes()).toEqual(['NANOOK_MCP_INVALID_RESULT']);
  });

  it('gives the client the text of a refusal that it throws', async () => {
    const server = create();
    server.registerTool('refuse', { authorize: skip }, async (ctx) => {
      await ctx.authz.authorize('delete', createNotes().get('3'));
      return text('deleted');
    });
    server.registerTool('forbid', { authorize: skip }, () => {
      throw new ForbiddenError();
    });
    const client = await (await serve(server)).connect('ann');
    expect(await call(client, 'refuse')).toBe('Forbidden');
    expect(await call(client, 'forbid')).toBe('Forbidden');
    expect(onError).not.toHaveBeenCalled();
  });

  it('cannot return a result after a check that was not awaited, or whose refusal it ignored', async () => {
    const server = create();
    const foreign = createNotes().get('2');
    server.registerTool('forget', { authorize: skip }, (ctx) => {
      void ctx.authz.authorize('delete', foreign);
      return text('deleted');
    });
    server.registerTool('ignore', { authorize: skip }, async (ctx) => {
      await ctx.authz.authorize('delete', foreign).catch(() => {});
      return text('deleted');
    });
    const client = await (await serve(server)).connect('ann');
    expect(await call(client, 'forget')).toBe('Internal error');
    expect(await call(client, 'ignore')).toBe('Internal error');
    expect(codes()).toEqual(['NANOOK_HTTP_UNAWAITED_CHECK', 'NANOOK_MCP_IGNORED_REFUSAL']);
  });
});

describe('a check that fails', () => {
  it('runs no handler when the loader fails, and gives a fixed text', async () => {
    const run = vi.fn<() => CallToolResult>(() => text('read'));
    const server = create();
    const load = () => {
      throw new Error('password 1234');
    };
    server.registerTool('read', { authorize: ['read', 'Note', load] }, run);
    expect(await call(await (await serve(server)).connect('ann'), 'read')).toBe('Internal error');
    expect(run).not.toHaveBeenCalled();
  });

  it('runs no handler when the data cannot decide', async () => {
    const run = vi.fn<() => CallToolResult>(() => text('read'));
    const server = create();
    const load = () => typed('Note', { ...createNotes().get('1')!, tenant: undefined as never });
    server.registerTool('read', { authorize: ['read', 'Note', load] }, run);
    expect(await call(await (await serve(server)).connect('eve'), 'read')).toBe('Internal error');
    expect(run).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledOnce();
  });

  it('loads nothing for a caller without an actor', async () => {
    const load = vi.fn<() => undefined>();
    const server = create({ anonymous: undefined });
    server.registerTool('read', { authorize: ['read', 'Note', load], listed: () => true }, () =>
      text('read'),
    );
    expect(await call(await (await serve(server)).connect(''), 'read')).toBe('Unauthenticated');
    expect(load).not.toHaveBeenCalled();
  });

  it('fails the request when the actor cannot be found, without the reason', async () => {
    const actor = () => Promise.reject(new Error('password 1234'));
    const failing = await serve(notesServer({ authorizer, actor, onError }));
    await expect(failing.connect('ann')).rejects.toThrow(/^(?!.*1234)/);
    expect(codes()).toContain('password 1234');
  });

  it('hides an item whose condition cannot be found, and says how to list it', async () => {
    const Texts = { same: (a: string, b: string) => a === b };
    const rule = 'allow(user: User, "read", note: Note) if Texts.same(note.text, user.id);';
    const own = await loadAuthorizer(rule, { constants: { Texts } });
    const server = create({ authorizer: own });
    const load = () => typed('Note', { ...createNotes().get('1')!, text: 'ann' });
    server.registerTool('read', { authorize: ['read', 'Note', load] }, () => text('read'));
    server.registerTool('show', { authorize: ['read', 'Note', load], listed: () => true }, () =>
      text('shown'),
    );
    server.registerTool(
      'fail',
      { authorize: ['read', 'Note', load], listed: () => Promise.reject(new Error('x')) },
      () => text(''),
    );
    server.registerTool('hide', { authorize: ['read', 'Note', load], listed: () => 'yes' as never }, () =>
      text(''),
    );
    const client = await (await serve(server)).connect('ann');
    expect(await namesOf(client)).toEqual(['show']);
    // The policy is the reason once, and the failing function each time.
    const reported = onError.mock.calls.map(
      ([error]) => (error as NanookMcpError<'NANOOK_MCP_UNLISTABLE'>).data.name,
    );
    expect(reported.filter((name) => name === 'read')).toHaveLength(1);
    expect(reported.filter((name) => name === 'fail').length).toBeGreaterThan(1);
    expect(await call(client, 'show')).toBe('shown');
    expect(await call(await (await serve(server)).connect('bob'), 'show')).toBe('Not found');
  });

  it('never gives the list of a template that fails, nor URIs of other templates', async () => {
    const server = create();
    const authorize = ['read', 'Note', ({ id }: { id?: unknown }) => createNotes().get(String(id))] as const;
    const list = () => ({
      resources: [
        { uri: 'other://1', name: 'other' },
        { uri: 'a://1', name: 'own' },
        { uri: 'a://2', name: 'foreign' },
      ],
    });
    const read = (uri: URL) => ({ contents: [{ uri: uri.href, text: '' }] });
    server.registerResource('a', new ResourceTemplate('a://{id}', { list }), { authorize }, read);
    const failing = () => Promise.reject(new Error('1234'));
    server.registerResource('b', new ResourceTemplate('b://{id}', { list: failing }), { authorize }, read);
    const client = await (await serve(server)).connect('ann');
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['a://1']);
    expect(codes()).toEqual(expect.arrayContaining(['NANOOK_MCP_UNLISTED_URI', '1234']));
  });
});

describe('an explanation', () => {
  it('appears in a refused call only where the option `explain` says so', async () => {
    const explained = await (await serve(notesServer({ authorizer, explain: () => true }))).connect('ann');
    expect(await call(explained, 'read-note', { id: '2' })).toContain('note.tenant = user.tenant');
    const plain = await (await serve(notesServer({ authorizer }))).connect('ann');
    expect(await call(plain, 'read-note', { id: '2' })).toBe('Not found');
  });
});

describe('the start of an application', () => {
  const codeOf = (run: () => unknown): unknown => {
    try {
      run();
    } catch (error) {
      return (error as { code?: string }).code ?? (error as Error).message;
    }
    return undefined;
  };
  const tool =
    (config: object, handler: unknown = () => text('')) =>
    () =>
      create().registerTool('tool', config as never, handler as never);

  it.each([
    [{}, 'NANOOK_MCP_NO_REQUIREMENT'],
    [undefined, 'NANOOK_MCP_NO_REQUIREMENT'],
    [{ authorize: undefined }, 'NANOOK_MCP_NO_REQUIREMENT'],
    [{ authorize: 'read' }, 'NANOOK_MCP_NO_REQUIREMENT'],
    [{ authorize: ['read'] }, 'NANOOK_MCP_NO_REQUIREMENT'],
    [{ authorize: ['read', () => {}] }, 'NANOOK_MCP_UNGRANTABLE'],
    [{ authorize: ['read', 'Note', undefined] }, 'NANOOK_MCP_NO_REQUIREMENT'],
    [{ authorize: ['read', 'Note', () => {}, 'more'] }, 'NANOOK_MCP_NO_REQUIREMENT'],
    [{ authorize: { reason: 'forged' } }, 'NANOOK_MCP_NO_REQUIREMENT'],
    [{ authorize: ['raed', 'Note', () => {}] }, 'NANOOK_MCP_UNGRANTABLE'],
    [{ authorize: ['read', 'Nota', () => {}] }, 'NANOOK_MCP_UNGRANTABLE'],
    [{ authorize: skip, listed: true }, 'NANOOK_MCP_INVALID_OPTION'],
    [{ authorize: skip, outputSchema: { id: z.string() } }, 'NANOOK_MCP_INVALID_OPTION'],
    [{ authorize: ['read', 'Note', ({ id }: { id: string }) => void createNotes().get(id)] }, undefined],
    [
      {
        authorize: [
          'read',
          'Note',
          ({ id }: { id: string }) => {
            createNotes().get(id);
          },
        ],
      },
      'NANOOK_HTTP_NO_RETURN',
    ],
  ])('checks the requirement %o', (config, code) => {
    expect(codeOf(tool(config as object))).toBe(code);
  });

  it('fails for a handler that is not a function, a second item of the same name, and a missing reason', () => {
    expect(codeOf(tool({ authorize: skip }, null))).toBe('NANOOK_MCP_INVALID_OPTION');
    const server = create();
    server.registerTool('tool', { authorize: skip }, () => text(''));
    expect(codeOf(() => server.registerTool('tool', { authorize: skip }, () => text('')))).toContain(
      'already registered',
    );
    expect(codeOf(() => skipAuthorization(' '))).toBe('NANOOK_MCP_NO_REASON');
  });

  it.each([
    [{ authorizer: undefined }, 'authorizer'],
    [{ actor: undefined }, 'actor'],
    [{ actors: () => {} }, 'actors'],
    [{ instructions: 'misplaced' }, 'instructions'],
    [{ stepUp: ['two words'] }, 'stepUp'],
    [{ approvals: { key: 'short' } }, 'approvals.key'],
  ])('fails for the options %o', (options, option) => {
    expect(() => create(options)).toThrow(`option \`${option}\``);
  });

  it.each([
    'tools/list',
    'prompts/list',
    'resources/list',
    'resources/templates/list',
    'resources/read',
  ] as const)('fails for a shared cache of the result of %s', (method) => {
    const cacheHints = { [method]: { cacheScope: 'public' as const } };
    expect(codeOf(() => notesServer({ authorizer, server: { cacheHints } }))).toBe('NANOOK_MCP_SHARED_CACHE');
  });

  it('fails for a shared cache of one resource, and for subscriptions to the updates of resources', () => {
    const read = (uri: URL) => ({ contents: [{ uri: uri.href, text: '' }] });
    const register = (options: object, cacheHint?: object) => () =>
      create(options).registerResource(
        'r',
        'r://1',
        { authorize: ['create', 'Note'], cacheHint } as never,
        read,
      );
    expect(codeOf(register({}, { cacheScope: 'public' }))).toBe('NANOOK_MCP_SHARED_CACHE');
    expect(codeOf(register({ server: { capabilities: { resources: { subscribe: true } } } }))).toBe(
      'NANOOK_MCP_SUBSCRIPTIONS',
    );
  });
});

it('results that depend on the caller are private, also if a handler says otherwise', async () => {
  const server = notesServer({ authorizer });
  server.registerResource('a', 'a://1', { authorize: ['create', 'Note'] }, (uri) => ({
    contents: [{ uri: uri.href, text: '' }],
    cacheScope: 'public',
    ttlMs: 60_000,
  }));
  const client = await (await serve(server)).connect('ann');
  expect(await client.readResource({ uri: 'a://1' })).toMatchObject({ cacheScope: 'private' });
  expect(await client.request({ method: 'tools/list' })).toMatchObject({ cacheScope: 'private' });
});

it('clients that listen are told when the policy changes', async () => {
  const own = await loadAuthorizer();
  const client = await (await serve(notesServer({ authorizer: own }))).connect('ann');
  const changed = new Promise<void>((resolve) => {
    client.setNotificationHandler('notifications/tools/list_changed', () => resolve());
  });
  await client.listen({ toolsListChanged: true });
  await own.reload(policy.replace('"delete" if "owner";', ''));
  await changed;
  expect(await namesOf(client)).not.toContain('delete-note');
});

it('lists make no decisions for the log, and calls make one with the trace and the request', async () => {
  const decisions: unknown[] = [];
  const own = await loadAuthorizer(policy, {
    onDecision: ({ actorIdentity, action, outcome, context }) =>
      void decisions.push([actorIdentity?.id, action, outcome, context?.traceId]),
  });
  const client = await (await serve(notesServer({ authorizer: own }))).connect('ann');
  await client.listTools();
  expect(decisions).toEqual([]);
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await client.callTool({ name: 'delete-note', arguments: { id: '1' }, _meta: { traceparent } });
  expect(decisions).toEqual([['ann', 'delete', 'allowed', '0af7651916cd43dd8448eb211c80319c']]);
});

it('a key in an argument names a row of the database of the authorizer', async () => {
  const keys: unknown[] = [];
  const own = await loadAuthorizer(policy, {
    resources: {
      list: async () => [{ ...createNotes().get('1')! }],
      count: async () => 1,
    },
    onDecision: ({ resource }) => void keys.push((resource as { id?: unknown }).id),
  });
  const server = create({ authorizer: own });
  server.registerTool(
    'read',
    { inputSchema: z.object({ id: z.string().optional() }), authorize: ['read', 'Note', 'id'] },
    (_, { resource }) => text(String(resource['text'])),
  );
  const client = await (await serve(server)).connect('ann');
  expect(await call(client, 'read', { id: '1' })).toBe('note 1');
  expect(await call(client, 'read', {})).toBe('Not found');
  expect(keys).toEqual(['1']);
});
