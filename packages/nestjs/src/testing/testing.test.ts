import 'reflect-metadata';
import { Authorizer } from '@nanook/core';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Post,
  UseGuards,
  type CanActivate,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  AuthorizationGuard,
  Authorize,
  AuthorizedResource,
  AuthorizeRequest,
  CurrentActor,
  NanookModule,
  ResourceLoader,
  type NanookModuleOptions,
} from '../index.js';
import { NanookTestingModule } from './index.js';

class Note {
  constructor(readonly id: string) {}
}

@Injectable()
@ResourceLoader(Note)
class NoteLoader {
  load(id: string) {
    return id === '1' ? new Note(id) : undefined;
  }
}

@Controller('notes')
class Notes {
  @Get(':id') @AuthorizeRequest() @Authorize(Note) show(
    @AuthorizedResource() note: Note,
    @CurrentActor() actor: unknown,
  ) {
    return { id: note.id, for: actor };
  }
  @Post() @Authorize('create', 'Note') create() {
    return {};
  }
}

@Controller('guarded')
class Guarded {
  @Post() @UseGuards(AuthorizationGuard) @Authorize('create', 'Note') create() {
    return {};
  }
}

/** Refuses every request, as a guard that needs a token does in a test. */
class NoToken implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

const types = { Note };
const policies = `
  allow("alice", action, note: Note) if action = "read" and note.id = "1";
  allow("alice", "create", Note);
  allow_request(_, _);
`;

function moduleWith(options: NanookModuleOptions): Type {
  @Module({
    imports: [NanookModule.forRootAsync({ useFactory: () => options })],
    controllers: [Notes],
    providers: [NoteLoader],
  })
  class AppModule {}
  return AppModule;
}

const AppModule = moduleWith({ policies, types, authenticate: [NoToken] });

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function serve(builder: TestingModuleBuilder) {
  app = (await builder.compile()).createNestApplication({ logger: false });
  await app.init();
  const server: unknown = app.getHttpServer();
  return {
    get: (id: string, user?: string) =>
      request(server as never)
        .get(`/notes/${id}`)
        .set(user === undefined ? {} : { 'x-user': user }),
    post: () => request(server as never).post('/notes'),
  };
}

const beside = (testDouble: ReturnType<typeof NanookTestingModule.actAs>, module = AppModule) =>
  serve(Test.createTestingModule({ imports: [module, testDouble] }));

describe('allowAll', () => {
  it('stops the application in production', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    await expect(beside(NanookTestingModule.allowAll())).rejects.toMatchObject({
      code: 'NANOOK_NEST_TEST_IN_PRODUCTION',
    });
  });

  it('allows every action, and loads resources', async () => {
    const notes = await beside(NanookTestingModule.allowAll());
    expect((await notes.get('1')).body).toEqual({ id: '1', for: null });
    expect((await notes.get('2')).status).toBe(404);
    expect((await notes.post()).status).toBe(201);
  });

  it('accepts an actor', async () => {
    const notes = await beside(NanookTestingModule.allowAll({ actor: 'bob' }));
    expect((await notes.get('1')).body).toEqual({ id: '1', for: 'bob' });
  });

  it('replaces a given authorizer if it gets the types', async () => {
    const authorizer = await Authorizer.load({ policies, types });
    const notes = await beside(NanookTestingModule.allowAll({ types }), moduleWith({ authorizer }));
    expect((await notes.post()).status).toBe(201);
    expect(await authorizer.can('bob', 'create', Note)).toBe(false);
  });

  it('works before or after the module in `imports`, and for a module that is not global', async () => {
    @Module({
      imports: [NanookModule.forRoot({ policies, types, isGlobal: false })],
      controllers: [Notes],
      providers: [NoteLoader],
    })
    class Local {}
    const notes = await serve(Test.createTestingModule({ imports: [NanookTestingModule.allowAll(), Local] }));
    expect((await notes.get('1')).status).toBe(200);
  });
});

describe('denyAll', () => {
  it('refuses every actor: an action on a type as forbidden', async () => {
    const notes = await beside(NanookTestingModule.denyAll({ actor: 'alice' }));
    expect((await notes.post()).status).toBe(403);
    const module = moduleWith({ policies, types, hideUnreadable: false });
    const visible = await beside(NanookTestingModule.denyAll(), module);
    expect((await visible.post()).status).toBe(403);
  });

  it('refuses a request for @AuthorizeRequest()', async () => {
    const notes = await beside(NanookTestingModule.denyAll());
    expect((await notes.get('1')).status).toBe(403);
  });
});

describe('actAs', () => {
  it('keeps the policy of the application', async () => {
    const notes = await beside(NanookTestingModule.actAs('alice'));
    expect((await notes.get('1')).body).toEqual({ id: '1', for: 'alice' });
    await app!.close();
    const forBob = await beside(NanookTestingModule.actAs('bob'));
    expect((await forBob.get('1')).status).toBe(404);
  });

  it('accepts a hook', async () => {
    const notes = await beside(
      NanookTestingModule.actAs((req: { headers: Record<string, string> }) => req.headers['x-user']),
    );
    expect((await notes.get('1', 'alice')).status).toBe(200);
    expect((await notes.get('1', 'bob')).status).toBe(404);
    expect((await notes.get('1')).status).toBe(401);
  });

  it('keeps the audit, so that tests find a handler without a requirement', async () => {
    @Controller('forgotten')
    class Forgotten {
      @Get() show() {}
    }
    const builder = Test.createTestingModule({
      imports: [AppModule, NanookTestingModule.actAs('alice')],
      controllers: [Forgotten],
    });
    await expect(serve(builder)).rejects.toMatchObject({ code: 'NANOOK_NEST_AUDIT_FAILED' });
  });
});

it.each([
  ['overrideGuard', 'global', '/notes', Notes],
  ['overrideGuard', 'global', '/guarded', Guarded],
  ['overrideGuard', 'manual', '/guarded', Guarded],
  ['overrideProvider', 'global', '/notes', Notes],
] as const)(
  "%s replaces the guard without it, with guard: '%s', for %s",
  async (override, guard, path, controller) => {
    @Module({
      imports: [NanookModule.forRoot({ policies, types, guard })],
      controllers: [controller],
      providers: [NoteLoader],
    })
    class GuardedModule {}
    for (const [answer, status] of [
      [true, 201],
      [false, 403],
    ] as const) {
      const builder = Test.createTestingModule({ imports: [GuardedModule] });
      await serve(builder[override](AuthorizationGuard).useValue({ canActivate: () => answer }));
      expect((await request(app!.getHttpServer()).post(path)).status).toBe(status);
      await app!.close();
    }
  },
);

it('overrideGuard replaces the guard with a subclass', async () => {
  @Injectable()
  class Cautious extends AuthorizationGuard {
    override canActivate(): Promise<boolean> {
      return Promise.resolve(false);
    }
  }
  const builder = Test.createTestingModule({ imports: [AppModule] });
  const notes = await serve(builder.overrideGuard(AuthorizationGuard).useClass(Cautious));
  expect((await notes.post()).status).toBe(403);
});

it('overrideModule replaces NanookModule', async () => {
  const nanook = NanookModule.forRoot({ policies, types });
  @Module({ imports: [nanook], controllers: [Notes], providers: [NoteLoader] })
  class Defined {}
  const other = NanookModule.forRoot({
    policies: 'allow(_, _, _); allow_request(_, _);',
    types,
    anonymous: null,
  });
  const notes = await serve(
    Test.createTestingModule({ imports: [Defined] })
      .overrideModule(nanook as never)
      .useModule(other as never),
  );
  expect((await notes.post()).status).toBe(201);
});
