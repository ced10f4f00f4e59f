import { Authorizer, isForbiddenError, typed } from '@nanook/core';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { toNodeHandler } from '../node/index.js';
import type { ServerOptions } from '../options/server-options.js';
import { decisionServer } from '../server/decision-server.js';
import { RemoteAuthorizer, type RemoteOptions } from './index.js';

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const teams = new Map(['blue', 'red'].map((id) => [id, typed('Team', { id })]));
const notes = [...teams].map(([id, team]) => typed('Note', { id, team }));

const servers: Server[] = [];
afterAll(() =>
  servers.forEach((server) => {
    server.closeAllConnections();
    server.close();
  }),
);

/** Starts a server that takes the facts `has_role` and `is_suspended`, and returns its address. */
async function start(options: Partial<ServerOptions> = {}): Promise<string> {
  const server = decisionServer({
    authorizer: await Authorizer.load({
      policies: `
        declare has_role(User, String, Team);
        declare is_suspended(User);
        allow(user: User, action: String, note: Note) if
          action in ["read", "edit"] and has_role(user, "member", note.team) and not is_suspended(user);
        allow(user: User, "open", _: Note) if not is_suspended(user);
      `,
      types: {
        User: { key: 'id', fields: { id: 'String' } },
        Team: { key: 'id', fields: { id: 'String' } },
        Note: { key: 'id', fields: { id: 'String', team: 'Team' } },
      },
    }),
    baseUrl: 'https://pdp.example.com',
    callers: {
      keys: [
        { name: 'gateway', sha256: hashOf('gateway'), scopes: ['evaluate', 'search', 'facts'] },
        { name: 'billing', sha256: hashOf('billing'), scopes: ['evaluate', 'search'] },
      ],
    },
    entities: {
      user: { type: 'User' },
      team: { type: 'Team', find: (id) => teams.get(id) },
      note: { type: 'Note', find: (id) => notes.find((note) => note.id === id), all: () => notes },
    },
    facts: {
      has_role: [{ entity: 'user' }, { values: ['member'] }, { entity: 'team' }],
      is_suspended: [{ entity: 'user' }],
    },
    ...options,
  });
  const http = createServer(toNodeHandler(server));
  servers.push(http);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

const url = await start();
const clientOf = (options: Partial<RemoteOptions> = {}) =>
  new RemoteAuthorizer({ url, key: 'gateway', timeoutMs: 10_000, ...options });

const ann = { type: 'user', id: 'ann' };
const ben = { type: 'user', id: 'ben' };
const [blueNote, redNote] = ['blue', 'red'].map((id) => ({ type: 'note', id }));
const blue = { type: 'team', id: 'blue' };
const facts = [['has_role', ann, 'member', blue]] as const;

describe('the option `facts` of RemoteAuthorizer', () => {
  it('holds for its check only, in each method', async () => {
    const remote = clientOf();
    expect(await remote.can(ann, 'read', blueNote, { facts })).toBe(true);
    expect(await remote.can(ann, 'read', blueNote)).toBe(false);
    expect(await remote.can(ben, 'read', blueNote, { facts })).toBe(false);
    expect(await remote.canAll(ann, 'read', [blueNote, redNote], { facts })).toEqual([true, false]);
    expect(await remote.authorize(ann, 'edit', blueNote, { facts })).toBe(blueNote);
    expect(await remote.actions(ann, blueNote, { facts })).toEqual(new Set(['read', 'edit', 'open']));
    expect(await remote.actions(ann, blueNote)).toEqual(new Set(['open']));
    expect(await remote.ids(ann, 'read', 'note', { facts })).toEqual(['blue']);
    expect(await remote.ids(ann, 'read', 'note')).toEqual([]);
  });

  it('holds for the second check of `authorize`, which chooses the refusal', async () => {
    const refused = clientOf().authorize(ann, 'delete', blueNote, { facts });
    await expect(refused).rejects.toSatisfy(isForbiddenError);
  });

  it('holds for its own check in a request with others', async () => {
    const remote = clientOf();
    const suspended = [...facts, ['is_suspended', ann]] as const;
    expect(
      await Promise.all([
        remote.can(ann, 'read', blueNote, { facts }),
        remote.can(ann, 'read', blueNote),
        remote.can(ann, 'read', blueNote, { facts: suspended }),
        remote.can(ann, 'open', blueNote),
      ]),
    ).toEqual([true, false, false, true]);
  });

  it('takes values of the application with entityOf, and texts as values', async () => {
    class Row {
      constructor(
        readonly table: string,
        readonly key: number | string,
      ) {}
    }
    const remote = clientOf({
      entityOf: (value) => {
        const { table, key } = value as Row;
        return { type: table, id: String(key) };
      },
    });
    const [user, team, note] = [new Row('user', 7), new Row('team', 'blue'), new Row('note', 'blue')];
    const given = [['has_role', user, 'member', team]] as const;
    expect(await remote.can(user, 'read', note, { facts: given })).toBe(true);
    expect(await remote.can(user, 'read', note)).toBe(false);
  });

  it('keeps the context of the check', async () => {
    const remote = clientOf();
    expect(await remote.can(ann, 'read', blueNote, { context: { ip: '::1' }, facts })).toBe(true);
    const both = { context: { facts: [] }, facts };
    await expect(remote.can(ann, 'read', blueNote, both)).rejects.toThrow('found both');
    await expect(remote.ids(ann, 'read', 'note', both)).rejects.toThrow('found both');
  });

  it('throws for a fact that the server does not declare, and not for the other checks of the request', async () => {
    const remote = clientOf();
    const [wrong, right] = await Promise.allSettled([
      remote.can(ann, 'read', blueNote, { facts: [['has_role', ann, 'admin', blue]] }),
      remote.can(ann, 'read', blueNote, { facts }),
    ]);
    expect(wrong).toMatchObject({ reason: { code: 'NANOOK_SERVER_REFUSED', data: { status: 400 } } });
    expect(right).toEqual({ status: 'fulfilled', value: true });
  });

  it('throws for a caller without the scope `facts`, unless the list is empty', async () => {
    const remote = clientOf({ key: 'billing' });
    await expect(remote.can(ann, 'read', blueNote, { facts })).rejects.toMatchObject({
      code: 'NANOOK_SERVER_REFUSED',
      data: { status: 403 },
    });
    expect(await remote.can(ann, 'open', blueNote, { facts: [] })).toBe(true);
  });

  it('throws when the server takes no facts, because a fact can also take a permission away', async () => {
    const remote = clientOf({ url: await start({ facts: undefined as never }) });
    const refused = {
      code: 'NANOOK_SERVER_REFUSED',
      data: { status: 400, reason: 'this server takes no facts' },
    };
    const suspended = { facts: [['is_suspended', ann]] } as const;
    await expect(remote.can(ann, 'open', blueNote, suspended)).rejects.toMatchObject(refused);
    await expect(remote.actions(ann, blueNote, suspended)).rejects.toMatchObject(refused);
    expect(await remote.can(ann, 'open', blueNote, { context: { facts: 'of another kind' } })).toBe(true);
  });

  it('throws when the server, or a proxy, does not know the header, and decides the checks without facts', async () => {
    // This server ignores the header, as one for other clients of AuthZEN does.
    const ignorant: typeof fetch = (input, init) => {
      const headers = new Headers(init!.headers);
      headers.delete('X-Nanook-Facts');
      return fetch(input, { ...init, headers });
    };
    const remote = clientOf({ url: await start({ facts: undefined as never }), fetch: ignorant });
    const ignored = {
      code: 'NANOOK_SERVER_INVALID_ANSWER',
      data: { reason: expect.stringContaining('X-Nanook-Facts') },
    };
    const suspended = { facts: [['is_suspended', ann]] } as const;
    await expect(remote.can(ann, 'open', blueNote, suspended)).rejects.toMatchObject(ignored);
    await expect(remote.canAll(ann, 'open', [blueNote, redNote], suspended)).rejects.toMatchObject(ignored);
    await expect(remote.actions(ann, blueNote, suspended)).rejects.toMatchObject(ignored);
    await expect(remote.ids(ann, 'open', 'note', suspended)).rejects.toMatchObject(ignored);
    expect(await remote.can(ann, 'open', blueNote)).toBe(true);
  });

  it('refuses a value that is not a list, instead of a request without the facts', async () => {
    const remote = clientOf();
    for (const wrong of [new Set([['is_suspended', ann]]), [['is_suspended', ann]].values(), {}, null])
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await expect(remote.can(ann, 'open', blueNote, { facts: wrong as never })).rejects.toThrow(
        'expected a list as option `facts`',
      );
  });
});
