import { describe, expect, it, vi } from 'vitest';
import { permissionsClient, type PermissionsClientOptions } from './permissions-client.js';
import { PermissionsServer, settle } from './permissions-server.fixture.js';

const [one, two] = [
  { type: 'Note', id: 1 },
  { type: 'Note', id: '2' },
] as const;
const started = (options: PermissionsClientOptions = {}) => {
  const server = new PermissionsServer();
  return { server, client: permissionsClient({ fetch: server.fetch, ...options }) };
};
/** A client with an answer about the first note, on which the user may perform one action. */
const answered = async (action = 'edit') => {
  const { server, client } = started();
  const unwatch = client.watch([one]);
  await settle();
  server.sent[0]!.answer('ann')
    .answer('ann', () => [action])
    .deliver();
  await settle();
  return { server, client, unwatch };
};

describe('permissionsClient', () => {
  it('asks once for all resources of a tick, each once', async () => {
    const { server, client } = started();
    client.watch([one, two]);
    client.watch(['Note', one]);
    await settle();
    expect(server.sent.map(({ names }) => names)).toEqual([['Note:1', 'Note:2', 'Note']]);
    expect(server.sent[0]!.init).toMatchObject({ method: 'POST' });
    expect(server.sent[0]!.headers.get('content-type')).toBe('application/json');
  });

  it('allows an action only after the server has allowed it', async () => {
    const { server, client } = started();
    client.watch([one, two]);
    await settle();
    expect([client.can('edit', one), client.knows(one)]).toEqual([false, false]);
    server.sent[0]!.answer('ann', (name) => (name === 'Note:1' ? ['edit'] : [])).deliver();
    await settle();
    expect([client.can('edit', one), client.can('read', one), client.can('edit', two)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([client.knows(one), client.knows(two), client.knows('Note')]).toEqual([true, true, false]);
  });

  it("allows each action on a resource with '*'", async () => {
    const { client } = await answered('*');
    expect([client.can('anything', one), client.can('anything', two)]).toEqual([true, false]);
  });

  it('sends several requests if there are more resources than one may have', async () => {
    const { server, client } = started({ maxResources: 2 });
    client.watch(Array.from({ length: 5 }, (_, id) => ({ type: 'Note', id })));
    await settle();
    expect(server.sent.map(({ names }) => names.length)).toEqual([2, 2, 1]);
  });

  it('sends the headers of the option `headers`, as they are at the time of the request', async () => {
    let token = 'first';
    const { server, client } = started({ headers: async () => ({ authorization: token }) });
    client.watch([one]);
    await settle();
    token = 'second';
    client.refresh();
    await settle();
    expect(server.sent.map(({ headers }) => headers.get('authorization'))).toEqual(['first', 'second']);
  });

  it('does not ask again about a resource that it knows, until the answer is old', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { server, client } = await answered();
    client.watch([one]);
    await settle();
    expect(server.sent).toHaveLength(1);
    vi.setSystemTime(Date.now() + 30_001);
    client.watch([one]);
    await settle();
    expect(server.sent).toHaveLength(2);
    expect(client.can('edit', one)).toBe(true);
    vi.useRealTimers();
  });

  it('shows rendered answers at once, and asks about the others only', async () => {
    const answers = { key: 'ann', answers: [{ type: 'Note', id: '1', actions: ['edit'] }] };
    const { server, client } = started({ answers });
    expect(client.can('edit', one)).toBe(true);
    client.watch([one, two]);
    await settle();
    expect(server.sent.map(({ names }) => names)).toEqual([['Note:2']]);
  });

  it('drops rendered answers of another key', async () => {
    const { client } = await answered();
    client.receive({ key: 'bob', answers: [{ type: 'Note', id: '1', actions: ['delete'] }] });
    expect([client.can('edit', one), client.can('delete', one)]).toEqual([false, false]);
  });

  it('keeps its own answer when a rendered one comes later, which can be older', async () => {
    const { client } = await answered();
    client.receive({ key: 'ann', answers: [{ type: 'Note', id: '1', actions: ['delete'] }] });
    expect([client.can('edit', one), client.can('delete', one)]).toEqual([true, false]);
  });
});

describe('refresh()', () => {
  it('asks again about watched resources, keeps their answers meanwhile, and forgets the others', async () => {
    const { server, client } = await answered();
    client.watch([two])();
    const unwatch = client.watch([two]);
    await settle();
    server.open[0]!.answer('ann', () => ['edit']).deliver();
    await settle();
    unwatch();
    client.refresh();
    expect([client.can('edit', one), client.can('edit', two)]).toEqual([true, false]);
    await settle();
    expect(server.open.map(({ names }) => names)).toEqual([['Note:1']]);
    server.open[0]!.answer('ann').deliver();
    await settle();
    expect(client.can('edit', one)).toBe(false);
  });

  it('ignores an earlier answer that comes later', async () => {
    const { server, client } = await answered();
    client.refresh();
    await settle();
    client.refresh();
    await settle();
    const [older, newer] = server.open;
    newer!.answer('ann').deliver();
    await settle();
    older!.answer('ann', () => ['edit']).deliver();
    await settle();
    expect(client.can('edit', one)).toBe(false);
  });

  it.each([401, 403, 404])(
    'runs after the server refuses an action of the application with %i',
    async (status) => {
      const { server, client } = await answered();
      const response = client.fetch('/notes/1', { method: 'DELETE', body: '{"resources":[]}' });
      server.open[0]!.deliver(new Response(null, { status }));
      expect((await response).status).toBe(status);
      await settle();
      expect(server.open.map(({ names }) => names)).toEqual([['Note:1']]);
    },
  );

  it('does not run after an action that succeeds', async () => {
    const { server, client } = await answered();
    const response = client.fetch('/notes/1', { body: '{"resources":[]}' });
    server.open[0]!.deliver(new Response('{}'));
    await response;
    await settle();
    expect(server.open).toEqual([]);
  });
});

describe('a failed request', () => {
  const afterRefresh = async (end: (request: PermissionsServer['sent'][number]) => void) => {
    const { server, client } = await answered();
    client.refresh();
    await settle();
    end(server.open[0]!);
    await settle();
    return client;
  };

  it.each([500, 503, 429])('keeps the old answers after the status %i', async (status) => {
    const client = await afterRefresh((request) => request.deliver(new Response('', { status })));
    expect(client.can('edit', one)).toBe(true);
    expect(String(client.error)).toContain(`answered with ${status}`);
  });

  it('keeps the old answers after an error of the network', async () => {
    const client = await afterRefresh((request) => request.fail(new TypeError('Failed to fetch')));
    expect(client.can('edit', one)).toBe(true);
  });

  it.each([
    ['401', () => new Response('', { status: 401 })],
    ['403', () => new Response('', { status: 403 })],
    ['a page to sign in', () => new Response('<h1>Sign in</h1>')],
    ['JSON of something else', () => Response.json({ user: null })],
    ['null', () => Response.json(null)],
    [
      'answers without a key',
      () => Response.json({ answers: [{ type: 'Note', id: '1', actions: ['delete'] }] }),
    ],
  ])('ends all answers if the response is %s', async (_, response) => {
    const client = await afterRefresh((request) => request.deliver(response()));
    expect([client.can('edit', one), client.can('delete', one), client.knows(one)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(client.error).toBeInstanceOf(Error);
  });
});

describe('reset', () => {
  it('forgets all answers at once, ends running requests, and asks again', async () => {
    const { server, client } = await answered();
    client.refresh();
    await settle();
    const [old] = server.open;
    client.reset();
    expect([client.can('edit', one), old!.isAborted]).toEqual([false, true]);
    await settle();
    server.open[0]!.answer('bob', () => ['read']).deliver();
    await settle();
    expect([client.can('edit', one), client.can('read', one)]).toEqual([false, true]);
  });
});

describe('an answer with another key', () => {
  it('ends all answers, also its own, and asks again about everything', async () => {
    const { server, client } = await answered();
    client.watch([two]);
    await settle();
    server.open[0]!.answer('bob', () => ['edit']).deliver();
    await settle();
    expect([client.can('edit', one), client.can('edit', two)]).toEqual([false, false]);
    expect(server.open.map(({ names }) => names)).toEqual([['Note:1', 'Note:2']]);
  });

  it('does not make a client ask without a pause when two versions of a server answer in turn', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { server, client } = started({ maxResources: 1 });
    client.watch([one, two]);
    for (let i = 0; i < 100; i++) {
      // oxlint-disable-next-line no-await-in-loop -- one answer after the other
      await settle();
      server.open[0]?.answer(i % 2 === 0 ? 'first' : 'second').deliver();
    }
    expect(server.sent.length).toBeLessThan(10);
    vi.useRealTimers();
  });
});

describe('load', () => {
  it('waits for the answers, and asks also about known resources', async () => {
    const { server, client } = await answered();
    const loaded = client.load([one, two]);
    await settle();
    server.open[0]!.answer('ann', () => ['read']).deliver();
    await loaded;
    expect([client.can('read', one), client.can('read', two), client.can('edit', one)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('rejects with the error of the request', async () => {
    const { server, client } = started();
    const loaded = client.load([one]);
    await settle();
    server.open[0]!.fail(new TypeError('Failed to fetch'));
    await expect(loaded).rejects.toThrow('Failed to fetch');
  });

  it('waits for the next answer if the key changes', async () => {
    const { server, client } = await answered();
    const loaded = client.load([two]);
    await settle();
    server.open[0]!.answer('bob').deliver();
    await settle();
    server.open[0]!.answer('bob', () => ['read']).deliver();
    await loaded;
    expect(client.can('read', two)).toBe(true);
  });

  it('ends with its signal, which aborts a request that nobody else needs', async () => {
    const { server, client } = started();
    const [mine, other] = [new AbortController(), new AbortController()];
    const loads = [client.load([one], mine), client.load([two], other)].map((load) =>
      load.catch((error) => error),
    );
    await settle();
    mine.abort(new Error('left'));
    expect(await loads[0]).toMatchObject({ message: 'left' });
    expect(server.sent[0]!.isAborted).toBe(false);
    other.abort(new Error('left'));
    await loads[1];
    expect(server.sent[0]!.isAborted).toBe(true);
    await expect(client.load([one], mine)).rejects.toThrow('left');
  });
});

describe('watch', () => {
  it('aborts a request when its last watcher ends, and asks again for a new one', async () => {
    const { server, client } = started();
    const ends = [client.watch([one]), client.watch([one])];
    await settle();
    ends[0]!();
    await settle();
    expect(server.sent[0]!.isAborted).toBe(false);
    ends[1]!();
    await settle();
    expect(server.sent[0]!.isAborted).toBe(true);
    client.watch([one]);
    await settle();
    expect(server.open).toHaveLength(1);
  });

  it('keeps a running request when a new watcher replaces the last one in the same tick', async () => {
    const { server, client } = started();
    const end = client.watch([one]);
    await settle();
    end();
    client.watch([one]);
    await settle();
    expect(server.sent.map(({ isAborted }) => isAborted)).toEqual([false]);
    server.sent[0]!.answer('ann', () => ['edit']).deliver();
    await settle();
    expect(client.can('edit', one)).toBe(true);
  });

  it('sends nothing for a watcher that ends in the same tick', async () => {
    const { server, client } = started();
    client.watch([one])();
    await settle();
    expect(server.sent).toEqual([]);
  });

  it('notifies listeners until they are removed', async () => {
    const { server, client } = started();
    const [kept, removed] = [vi.fn<() => void>(), vi.fn<() => void>()];
    client.subscribe(kept);
    client.subscribe(removed)();
    client.watch([one]);
    await settle();
    server.open[0]!.answer('ann').deliver();
    await settle();
    expect([kept.mock.calls.length, removed.mock.calls.length]).toEqual([1, 0]);
  });
});

describe('an id', () => {
  it.each(['<img src=x onerror=alert(1)>', '"}],"key":"x', '__proto__', '../admin', ' ', '0', 'a:b', '💥'])(
    'is data and nothing else: %s',
    async (id) => {
      const { server, client } = started();
      client.watch([{ type: 'Note', id }]);
      await settle();
      const { init } = server.sent[0]!;
      expect(JSON.parse(init.body as string)).toEqual({ resources: [{ type: 'Note', id }] });
      server.sent[0]!.deliver(
        Response.json({ key: 'ann', answers: [{ type: 'Note', id, actions: ['edit'] }] }),
      );
      await settle();
      expect([client.can('edit', { type: 'Note', id }), client.can('edit', one)]).toEqual([true, false]);
    },
  );
});
