import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import {
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Sse,
  StreamableFile,
  type MessageEvent,
} from '@nestjs/common';
import { concatMap, delay, from, map, of, type Observable } from 'rxjs';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { AuthorizeResult, AuthorizedFields, Authz, SkipAuthorization } from '../index.js';
import { app, byHeader, platforms, start, type RequestAuthorization } from '../fixtures/guard.fixture.js';

class Page {
  constructor(
    readonly owner: string,
    readonly text: string,
    readonly notes = 'SECRET',
  ) {}
}
const policies = `
  allow(_, "read", "note");
  allow("alice", "delete", "note");
  allow(user, "read", page: Page) if page.owner = user;
  allow_field(user, "read", page: Page, field) if page.owner = user and field in ["owner", "text"];
`;
const mine = new Page('bob', 'mine');
const other = new Page('alice', 'SECRET');

type Reply = ServerResponse & { readonly raw?: ServerResponse };
/** Injects the response of Node. */
const Raw = createParamDecorator(
  (_: unknown, context: ExecutionContext): { readonly response: ServerResponse } => {
    const reply = context.switchToHttp().getResponse<Reply>();
    return { response: reply.raw ?? reply };
  },
);

/** Forgets a check in each way. */
const forgetting = {
  pending: (authz: RequestAuthorization) => void authz.authorize('delete', 'note'),
  chain: (authz: RequestAuthorization) => void authz.authorize('delete', 'note').then(() => {}),
  helper: (authz: RequestAuthorization) =>
    void (async () => {
      await sleep(3);
      await authz.authorize('delete', 'note');
    })(),
};
type Way = keyof typeof forgetting;

@Controller('events')
@SkipAuthorization('checks in the handlers')
class Events {
  #first(authz: RequestAuthorization, way: Way): Observable<MessageEvent> {
    forgetting[way](authz);
    return of({ data: 'SECRET' });
  }
  #second(authz: RequestAuthorization, way: Way): Observable<MessageEvent> {
    return from(['first', 'SECRET']).pipe(
      concatMap(async (data) => {
        await authz.authorize('read', 'note');
        if (data === 'SECRET') {
          await sleep(5);
          forgetting[way](authz);
        }
        return { data };
      }),
    );
  }
  @Sse('first/pending') firstPending(@Authz() authz: RequestAuthorization) {
    return this.#first(authz, 'pending');
  }
  @Sse('first/chain') firstChain(@Authz() authz: RequestAuthorization) {
    return this.#first(authz, 'chain');
  }
  @Sse('second/pending') secondPending(@Authz() authz: RequestAuthorization) {
    return this.#second(authz, 'pending');
  }
  @Sse('second/chain') secondChain(@Authz() authz: RequestAuthorization) {
    return this.#second(authz, 'chain');
  }
  @Sse('helper') helper(@Authz() authz: RequestAuthorization) {
    return from(['first', 'SECRET']).pipe(
      concatMap(async (data) => {
        if (data === 'SECRET') {
          void (async () => {
            await authz.authorize('delete', 'note');
          })();
        }
        return { data };
      }),
    );
  }
  @Sse('awaited') awaited(@Authz() authz: RequestAuthorization) {
    return from(['first', 'second']).pipe(
      delay(1),
      concatMap(async (data) => {
        await authz.authorize('read', 'note');
        const allowed = authz.can('read', 'note');
        await sleep(2);
        return { data: `${data} ${await allowed}` };
      }),
    );
  }
  @Get('file') file(@Authz() authz: RequestAuthorization) {
    return new StreamableFile(
      Readable.from(
        (async function* () {
          await authz.authorize('read', 'note');
          yield 'first';
          await sleep(2);
          forgetting.pending(authz);
          yield 'SECRET';
        })(),
      ),
    );
  }
  @Get('file/helper') fileHelper(@Authz() authz: RequestAuthorization) {
    return new StreamableFile(
      Readable.from(
        (async function* () {
          yield 'first';
          forgetting.helper(authz);
          await sleep(20);
          yield 'SECRET';
        })(),
      ),
    );
  }
  @Get('file/awaited') fileAwaited(@Authz() authz: RequestAuthorization) {
    return new StreamableFile(
      Readable.from(
        (async function* () {
          for (const part of ['first ', 'second']) {
            await authz.authorize('read', 'note');
            await sleep(1);
            yield part;
          }
        })(),
      ),
    );
  }
}

@Controller('pages')
class Pages {
  @Sse('masked') @AuthorizeResult() @AuthorizedFields() masked() {
    return from([mine, mine, other, mine]).pipe(map((data) => ({ data })));
  }
  @Sse('list') @AuthorizeResult() @AuthorizedFields() list() {
    return from([[mine], [other, mine]]).pipe(map((data) => ({ data })));
  }
  @Sse('raw') @AuthorizeResult() raw(@Raw() { response }: { readonly response: ServerResponse }) {
    return from([mine, mine]).pipe(
      concatMap(async (data, i) => {
        await sleep(3);
        if (i === 1) response.write('data: SECRET\n\n');
        return { data };
      }),
    );
  }
  @Sse('timer') @AuthorizeResult() timer(@Raw() { response }: { readonly response: ServerResponse }) {
    setTimeout(() => response.write('data: SECRET\n\n'), 10);
    return from([mine, mine]).pipe(
      concatMap(async (data, i) => {
        await sleep(i * 30);
        return { data };
      }),
    );
  }
}

describe.each(platforms)('the streams of handlers on %s', (adapter) => {
  const logged: string[] = [];
  beforeEach(async () => {
    logged.splice(0);
    const logger = {
      log: () => {},
      warn: () => {},
      error: (error: unknown) => void logged.push(String(error)),
    };
    await start(
      { actor: byHeader, policies, types: { Page } },
      { adapter, controllers: [Events, Pages], logger },
    );
  });
  /** Returns the text that the client receives, also if the connection is closed early. */
  const ask = async (path: string, user = 'bob'): Promise<string> => {
    let text = '';
    await request(app!.getHttpServer())
      .get(path)
      .set('x-user', user)
      .buffer(true)
      .parse((response, done) => {
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('close', () => done(null, text));
      })
      .catch(() => undefined);
    return text;
  };

  it.each(['first/pending', 'first/chain', 'second/pending', 'second/chain', 'helper'])(
    'withhold an event of @Sse that does not await its check: %s',
    async (path) => {
      for (const user of path === 'helper' ? ['bob'] : ['bob', 'alice']) {
        const text = await ask(`/events/${path}`, user);
        expect(text).not.toContain('SECRET');
        expect(text.includes('data: first')).toBe(!path.startsWith('first'));
        await sleep(5);
        expect(logged.filter((line) => line.includes('was called and not awaited'))).toHaveLength(1);
        logged.splice(0);
      }
    },
  );

  it('send each event of @Sse whose checks passed, and each part of a file', async () => {
    expect(await ask('/events/awaited')).toMatch(/data: first true\n[^]*data: second true\n/);
    expect(await ask('/events/file/awaited')).toBe('first second');
    expect(logged).toEqual([]);
  });

  it('end a file before the part that does not await its check', async () => {
    for (const user of ['bob', 'alice']) {
      expect(await ask('/events/file', user)).not.toContain('SECRET');
      expect(logged.filter((line) => line.includes('was called and not awaited'))).toHaveLength(1);
      logged.splice(0);
    }
  });

  it('end a file before a part that follows the refusal of a helper which is not awaited', async () => {
    const text = await ask('/events/file/helper', 'bob');
    expect(text).not.toContain('SECRET');
    await sleep(5);
    expect(logged).toHaveLength(1);
    logged.splice(0);
    expect(await ask('/events/file/helper', 'alice')).toBe('firstSECRET');
  });

  it('check and mask each event, and each element of a list in it', async () => {
    const dataOf = (text: string) =>
      [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!) as unknown);
    const shown = { owner: 'bob', text: 'mine' };
    expect(dataOf(await ask('/pages/masked'))).toEqual([shown, shown, shown]);
    expect(dataOf(await ask('/pages/list'))).toEqual([[shown], [shown]]);
  });

  it.each(['raw', 'timer'])('end when the handler writes itself after the first event: %s', async (path) => {
    const text = await ask(`/pages/${path}`);
    expect(text).toContain('mine');
    expect(text).not.toContain('data: SECRET');
  });
});
