import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  Module,
  UseFilters,
  type INestApplication,
  type LoggerService,
  type Type,
} from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import {
  BaseWsExceptionFilter,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WsException,
} from '@nestjs/websockets';
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  AuthorizationService,
  Authorize,
  AuthorizedResource,
  Authz,
  CurrentActor,
  NanookModule,
  ResourceLoader,
  SkipAuthorization,
  type LoadsOne,
} from '../index.js';

type RequestAuthorization = ReturnType<AuthorizationService['of']>;

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
    readonly serial: number,
  ) {}
}
class Room {}

const policies = `
  allow(user, "read", note: Note) if note.owner in [user, "everybody"];
  allow(user, "delete", note: Note) if note.owner = user;
  allow(user, "secretly", note: Note) if note.secret = user;
  allow(user, "join", Room) if not user in ["banned", "hidden"];
  allow(user, "read", Room) if not user = "hidden";
  allow(_, "break", Room) if room = nil and room.key = 1;
`;

const owners = new Map([
  ['1', 'alice'],
  ['2', 'bob'],
  ['3', 'everybody'],
]);
let loads = 0;

@Injectable()
@ResourceLoader(Note)
class NoteLoader implements LoadsOne<Note, string> {
  async load(id: string) {
    const serial = ++loads;
    await sleep((serial * 7) % 5); // calls overtake each other
    const owner = owners.get(String(id));
    return owner === undefined ? undefined : new Note(String(id), owner, serial);
  }
}

interface Client {
  readonly handshake?: { readonly auth: { readonly user?: string } };
  data?: { user: string | undefined };
  user?: string | undefined;
}

/** Sets the user: for a WebSocket from the URL of the request, for a socket of socket.io from its handshake. */
function signIn(client: Client, request?: { readonly url: string }): void {
  if (client.handshake === undefined)
    client.user = new URL(request!.url, 'ws://localhost').searchParams.get('user') ?? undefined;
  else client.data = { user: client.handshake.auth.user };
}

/** Sends exceptions to the client of a WebSocket, because Nest 11 emits them only on the socket of the server. */
class SendsExceptions extends BaseWsExceptionFilter {
  override handleError(client: object, ...rest: [never, never]): void {
    const socket = client as { readonly send: (text: string) => void };
    const emit = (event: string, data: unknown) => socket.send(JSON.stringify({ event, data }));
    super.handleError('readyState' in client ? { emit } : client, ...rest);
  }
}
const isNest11 = !('emitMessage' in BaseWsExceptionFilter.prototype);

@WebSocketGateway()
@UseFilters(...(isNest11 ? [new SendsExceptions()] : []))
class NotesGateway {
  handleConnection(client: Client, request?: { readonly url: string }) {
    signIn(client, request);
  }

  @SubscribeMessage('show')
  @Authorize('read', Note)
  show(
    @AuthorizedResource() note: Note,
    @CurrentActor() actor: string,
    @MessageBody() { n }: { n?: number },
  ) {
    return { event: 'shown', data: { id: note.id, actor, n } };
  }

  @SubscribeMessage('serial')
  @Authorize('read', Note, { id: 'data' })
  async serial(@AuthorizedResource() note: Note, @Authz() authz: RequestAuthorization) {
    await sleep((note.serial * 3) % 7);
    return { event: 'serial', data: { serial: note.serial, isOwn: await authz.can('delete', note) } };
  }

  @SubscribeMessage('delete')
  @Authorize('delete', Note)
  delete(@AuthorizedResource() note: Note) {
    return { event: 'deleted', data: note.id };
  }

  @SubscribeMessage('handOver')
  @Authorize('read', Note)
  async handOver(@AuthorizedResource() note: Note, @Authz() authz: RequestAuthorization) {
    await authz.authorize('delete', note);
    return { event: 'handedOver', data: note.id };
  }

  @SubscribeMessage('broken')
  @Authorize('secretly', Note)
  broken() {
    return { event: 'leaked', data: true };
  }

  @SubscribeMessage('failing')
  @Authorize('read', () => {
    throw new WsException('the store is closed');
  })
  failing() {
    return { event: 'leaked', data: true };
  }

  @SubscribeMessage('ping')
  @SkipAuthorization('liveness probe')
  ping() {
    return { event: 'pong', data: true };
  }

  @SubscribeMessage('acknowledged')
  @Authorize('delete', Note, { id: 'data' })
  acknowledged(@AuthorizedResource() note: Note) {
    return `deleted ${note.id}`;
  }
}

const makeModule = (gateways: Type[]): Type => {
  @Module({
    imports: [NanookModule.forRoot({ policies, types: { Note, Room } })],
    providers: [NoteLoader, ...gateways],
  })
  class AppModule {}
  return AppModule;
};

interface Received {
  readonly event: string;
  readonly data: unknown;
}
interface Connected {
  /** The messages of the server. */
  readonly received: Received[];
  send(event: string, data?: unknown): void;
  /** The reason why the connection closed. */
  readonly ended: Promise<unknown>;
  close(): void;
}

const platforms = {
  ws: {
    adapter: WsAdapter,
    connect: async (port: number, user?: string): Promise<Connected> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${user === undefined ? '' : `?user=${user}`}`);
      const received: Received[] = [];
      socket.on('message', (text) => received.push(JSON.parse((text as Buffer).toString()) as Received));
      const ended = new Promise((resolve) =>
        socket.on('close', (code, reason) => resolve([code, reason.toString()])),
      );
      await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
      return {
        received,
        ended,
        send: (event, data) => socket.send(JSON.stringify({ event, data })),
        close: () => socket.close(),
      };
    },
  },
  'socket.io': {
    adapter: IoAdapter,
    connect: async (port: number, user?: string): Promise<Connected> => {
      const socket = io(`http://127.0.0.1:${port}`, {
        auth: user === undefined ? {} : { user },
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
      });
      const received: Received[] = [];
      socket.onAny((event: string, data: unknown) => received.push({ event, data }));
      const ended = new Promise((resolve) =>
        socket.on('disconnect', (reason) => resolve([reason, received.at(-1)])),
      );
      await new Promise((resolve, reject) =>
        socket.on('connect', () => resolve(true)).on('connect_error', reject),
      );
      return {
        received,
        ended,
        send: (event, data) => void socket.emit(event, data),
        close: () => socket.disconnect(),
      };
    },
  },
};

const logged: unknown[] = [];
const logger: LoggerService = {
  log: () => {},
  warn: () => {},
  error: (message: unknown) => void logged.push(message),
};

async function start(gateways: Type[], { adapter }: { adapter: typeof WsAdapter | typeof IoAdapter }) {
  const built = await Test.createTestingModule({ imports: [makeModule(gateways)] }).compile();
  const app: INestApplication = built.createNestApplication();
  app.useLogger(logger);
  app.useWebSocketAdapter(new adapter(app) as never);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): { port: number } }).address();
  return { app, port };
}

const until = <T>(ask: () => T) => vi.waitFor(ask, { timeout: 5000, interval: 2 });

describe.each(['ws', 'socket.io'] as const)('gateways on %s', (name) => {
  const platform = platforms[name];
  const clients: Connected[] = [];
  let app: INestApplication;
  let port: number;
  beforeAll(async () => {
    ({ app, port } = await start([NotesGateway], platform));
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    logged.length = 0;
  });
  afterAll(() => app.close());
  const as = async (user?: string, at = port): Promise<Connected> => {
    const client = await platform.connect(at, user);
    clients.push(client);
    return client;
  };
  const reply = async (user: string | undefined, event: string, data: unknown): Promise<Received> => {
    const client = await as(user);
    client.send(event, data);
    await until(() => expect(client.received).not.toEqual([]));
    return client.received[0]!;
  };

  it('load the resource once, and pass it to the handler', async () => {
    loads = 0;
    expect(await reply('alice', 'show', { id: '1' })).toEqual({
      event: 'shown',
      data: { id: '1', actor: 'alice' },
    });
    expect(loads).toBe(1);
  });

  it.each([
    ['alice', 'delete', '1', { event: 'deleted', data: '1' }],
    [undefined, 'show', '3', 401],
    ['bob', 'show', '1', 404],
    ['bob', 'show', 'missing', 404],
    ['bob', 'delete', '3', 403],
    ['bob', 'handOver', '3', 403],
    ['bob', 'handOver', '2', { event: 'handedOver', data: '2' }],
    ['bob', 'show', { $ne: '' }, 400],
    ['bob', 'show', undefined, 404],
  ] as const)('%s, %s %o: %o', async (user, event, id, expected) => {
    const messages = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' };
    const data = id === undefined ? {} : { id };
    expect(await reply(user, event, data)).toEqual(
      typeof expected === 'object'
        ? expected
        : {
            event: 'exception',
            data: {
              status: 'error',
              statusCode: expected,
              message: messages[expected],
              cause: { pattern: event, data },
            },
          },
    );
    expect(logged).toEqual([]);
  });

  it('accept the payload as the id', async () => {
    expect(await reply('bob', 'serial', '2')).toMatchObject({ event: 'serial', data: { isOwn: true } });
  });

  it('makes no check for a skipped handler', async () => {
    expect(await reply(undefined, 'ping', {})).toEqual({ event: 'pong', data: true });
  });

  it('log an error of the policy, and hide it from the client', async () => {
    expect(await reply('alice', 'broken', { id: '1' })).toEqual({
      event: 'exception',
      data: {
        status: 'error',
        message: 'Internal server error',
        cause: { pattern: 'broken', data: { id: '1' } },
      },
    });
    expect(logged).toEqual([expect.objectContaining({ code: expect.stringMatching(/^POLAR_/) as string })]);
  });

  it('pass the error of a loader to the client', async () => {
    expect(await reply('alice', 'failing', {})).toMatchObject({
      event: 'exception',
      data: { message: 'the store is closed' },
    });
  });

  it('keep the messages of different users apart', async () => {
    const users = ['alice', 'bob', 'carol', 'dave'];
    const connected = await Promise.all(users.map((user) => as(user)));
    for (let n = 0; n < 200; n++) connected[n % 4]!.send('show', { id: String((n % 3) + 1), n });
    await until(() => expect(connected.flatMap(({ received }) => received)).toHaveLength(200));
    const expected = Array.from({ length: 200 }, (_, n) => {
      const actor = users[n % 4]!;
      const id = String((n % 3) + 1);
      return [actor, 'everybody'].includes(owners.get(id)!) ? { actor, id, n } : { refused: n };
    });
    const seen = connected.flatMap(({ received }, i) =>
      received.map(({ event, data }) => {
        const { cause, ...shown } = data as { cause?: { data: { n: number } }; n: number; actor: string };
        if (event === 'exception') return { refused: cause!.data.n };
        expect(shown.actor).toBe(users[i]);
        return shown;
      }),
    );
    const byNumber = (one: { n?: number; refused?: number }) => one.n ?? one.refused!;
    expect(seen.sort((a, b) => byNumber(a as never) - byNumber(b as never))).toEqual(expected);
  });

  it('keep equal messages of one client apart', async () => {
    const client = await as('bob');
    loads = 0;
    for (let n = 0; n < 50; n++) client.send('serial', '2');
    await until(() => expect(client.received).toHaveLength(50));
    const serials = client.received.map(({ data }) => (data as { serial: number }).serial);
    expect(serials.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  });

  describe('a connection', () => {
    let decide: (authorization: AuthorizationService, client: Client) => Promise<boolean>;
    let admitted: boolean[] = [];

    @WebSocketGateway()
    @UseFilters(...(isNest11 ? [new SendsExceptions()] : []))
    class RoomGateway {
      constructor(private readonly authorization: AuthorizationService) {}
      async handleConnection(client: Client, request?: { readonly url: string }) {
        signIn(client, request);
        admitted.push(await decide(this.authorization, client));
      }
      @SubscribeMessage('say') @Authorize('read', Note, { id: 'data' }) say(@CurrentActor() actor: string) {
        handled.push(actor);
        return { event: 'said', data: actor };
      }
      @SubscribeMessage('ping') @SkipAuthorization('liveness probe') ping() {
        handled.push('ping');
        return { event: 'pong', data: true };
      }
    }
    const handled: string[] = [];
    let room: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      room = await start([RoomGateway], platform);
    });
    afterEach(() => {
      handled.length = 0;
      admitted = [];
    });
    afterAll(() => room.app.close());
    const join = (authorization: AuthorizationService, client: Client) =>
      authorization.authorizeConnection(client, 'join', Room);
    const refused = (statusCode: number, message: string) =>
      name === 'ws'
        ? [statusCode === 500 ? 1011 : 4000 + statusCode, message]
        : ['io server disconnect', { event: 'exception', data: { status: 'error', statusCode, message } }];

    it('stays open if it is allowed', async () => {
      decide = join;
      const client = await as('alice', room.port);
      client.send('say', '1');
      await until(() => expect(client.received).toEqual([{ event: 'said', data: 'alice' }]));
      expect(admitted).toEqual([true]);
    });

    it.each([
      [undefined, 401, 'Unauthorized'],
      ['banned', 403, 'Forbidden'],
      ['hidden', 403, 'Forbidden'],
      ['lost', 404, 'Not Found'],
    ])('closes for %s with %i', async (user, status, message) => {
      decide = (authorization, of) =>
        user === 'lost'
          ? authorization.authorizeConnection(of, 'join', () => undefined)
          : join(authorization, of);
      const client = await as(user, room.port);
      expect(await client.ended).toEqual(refused(status, message));
      await until(() => expect(admitted).toEqual([false]));
      expect(logged).toEqual([]);
    });

    it('closes if an error prevents the decision, and only the log has the reason', async () => {
      decide = (authorization, client) =>
        authorization.authorizeConnection(client, 'join', () => {
          throw new Error('the database is down');
        });
      const client = await as('alice', room.port);
      expect(await client.ended).toEqual(refused(500, 'Internal server error'));
      await until(() => expect(admitted).toEqual([false]));
      expect(logged).toEqual([expect.objectContaining({ message: 'the database is down' })]);
    });

    it('loads nothing for an anonymous client', async () => {
      const load = vi.fn<() => Note>(() => new Note('1', 'alice', 0));
      decide = (authorization, client) => authorization.authorizeConnection(client, 'read', load);
      await (
        await as(undefined, room.port)
      ).ended;
      expect(load).not.toHaveBeenCalled();
      const client = await as('alice', room.port);
      client.send('ping');
      await until(() => expect(client.received).toHaveLength(1));
      expect(load).toHaveBeenCalledOnce();
    });

    it('closes without an unhandled rejection if the resource fails to load', async () => {
      decide = (authorization, client) =>
        authorization.authorizeConnection(client, 'read', Promise.reject(new Error('no database')));
      expect(await (await as(undefined, room.port)).ended).toEqual(refused(401, 'Unauthorized'));
      expect(await (await as('alice', room.port)).ended).toEqual(refused(500, 'Internal server error'));
    });

    it('delays its messages until it is decided', async () => {
      let letIn!: (note: Note) => void;
      const note = new Promise<Note>((resolve) => (letIn = resolve));
      decide = (authorization, client) => authorization.authorizeConnection(client, 'read', note);
      const client = await as('alice', room.port);
      client.send('say', '1');
      client.send('ping');
      await sleep(50);
      expect(handled).toEqual([]);
      letIn(new Note('1', 'alice', 0));
      await until(() => expect(client.received).toHaveLength(2));
      expect(handled.sort()).toEqual(['alice', 'ping']);
    });

    it('handles no message after it was refused', async () => {
      let turnAway!: (note: Note) => void;
      const note = new Promise<Note>((resolve) => (turnAway = resolve));
      decide = (authorization, client) => authorization.authorizeConnection(client, 'read', note);
      const client = await as('alice', room.port);
      client.send('say', '1');
      client.send('ping');
      await sleep(20);
      turnAway(new Note('9', 'somebody else', 0));
      await client.ended;
      await sleep(20);
      expect({ handled, admitted }).toEqual({ handled: [], admitted: [false] });
    });

    it('needs all its decisions to pass', async () => {
      decide = async (authorization, client) => {
        const answers = await Promise.all([
          authorization.authorizeConnection(client, 'read', () => new Note('9', 'somebody else', 0)),
          authorization.authorizeConnection(client, 'join', Room),
        ]);
        return answers.some(Boolean);
      };
      await (
        await as('alice', room.port)
      ).ended;
      await until(() => expect(admitted).toEqual([false]));
    });
  });
});

describe('gateways with acknowledgements of socket.io', () => {
  let app: INestApplication;
  let port: number;
  beforeAll(async () => {
    ({ app, port } = await start([NotesGateway], platforms['socket.io']));
  });
  afterAll(() => app.close());

  it('answer each message by its acknowledgement, and a refusal only by the event', async () => {
    const socket = io(`http://127.0.0.1:${port}`, { auth: { user: 'bob' }, transports: ['websocket'] });
    const refusals: unknown[] = [];
    socket.on('exception', (refusal: { cause: { data: unknown } }) => refusals.push(refusal.cause.data));
    const answers = await Promise.all(
      ['2', '1', '2', '2'].map((id) =>
        socket
          .timeout(300)
          .emitWithAck('acknowledged', id)
          .catch(() => 'none'),
      ),
    );
    socket.disconnect();
    expect({ answers, refusals }).toEqual({
      answers: ['deleted 2', 'none', 'deleted 2', 'deleted 2'],
      refusals: ['1'],
    });
  });
});

Logger.overrideLogger(logger);
