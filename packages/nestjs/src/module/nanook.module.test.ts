// cspell:ignore authentcate polices

import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Controller,
  Delete,
  Get,
  Injectable,
  Logger,
  Module,
  UseGuards,
  type DynamicModule,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { Authorizer, isPolicyError } from '@nanook/core';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  AuthorizationGuard,
  AuthorizationService,
  Authorize,
  AuthorizedResource,
  NanookModule,
  ResourceLoader,
  type LoadsOne,
} from '../index.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
  ) {}
}
const policies = `
  allow(_, "read", _: Note);
  allow(user, "delete", note: Note) if note.owner = user;
`;

@Injectable()
@ResourceLoader(Note)
class NoteLoader implements LoadsOne<Note, string> {
  load(id: string) {
    return new Note(id, 'alice');
  }
}
@Controller('notes')
class NotesController {
  @Get(':id') @Authorize('read', Note) show(@AuthorizedResource() note: Note) {
    return note.id;
  }
  @Delete(':id') @Authorize(Note) remove() {}
}

const actor = ({ headers }: { headers: Record<string, string | undefined> }) => headers['x-user'];
const options = { policies, types: { Note }, actor } as const;

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function serve(module: Type): Promise<INestApplication> {
  const built = await Test.createTestingModule({ imports: [module] }).compile();
  app = built.createNestApplication(new ExpressAdapter() as never, { logger: false });
  await app.init();
  return app;
}
/** Starts an application with notes and this module. */
async function start(nanook: DynamicModule, ...imports: Type[]): Promise<INestApplication> {
  @Module({ imports: [nanook, ...imports], controllers: [NotesController], providers: [NoteLoader] })
  class AppModule {}
  return serve(AppModule);
}
const ask = async (user: string, path: string, method: 'get' | 'delete' = 'get'): Promise<number> =>
  (await request(app!.getHttpServer())[method](path).set('x-user', user)).status;
const works = async () => {
  expect(await ask('alice', '/notes/1', 'delete')).toBe(200);
  expect(await ask('bob', '/notes/1')).toBe(200);
  expect(await ask('bob', '/notes/1', 'delete')).toBe(403);
};

describe('NanookModule', () => {
  @Injectable()
  class Settings {
    readonly policies = policies;
    createNanookOptions(): NanookModuleOptions {
      return options;
    }
    create(): NanookModuleOptions {
      return options;
    }
  }
  @Module({ providers: [Settings], exports: [Settings] })
  class SettingsModule {}

  it.each([
    ['options', () => NanookModule.forRoot(options)],
    ['a factory', () => NanookModule.forRootAsync({ useFactory: () => options })],
    [
      'a factory that waits',
      () => NanookModule.forRootAsync({ useFactory: async () => Promise.resolve(options) }),
    ],
    [
      'a factory with what it needs',
      () =>
        NanookModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: (settings: Settings) => ({ ...options, policies: settings.policies }),
        }),
    ],
    ['a class', () => NanookModule.forRootAsync({ useClass: Settings })],
    ['a provider', () => NanookModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings })],
  ])('accepts %s', async (_, make) => {
    await start(make());
    await works();
  });

  it('accepts a loaded authorizer', async () => {
    const authorizer = await Authorizer.load({ policies, types: { Note } });
    await start(NanookModule.forRoot({ authorizer, actor }));
    await works();
    expect(app!.get(Authorizer)).toBe(authorizer);
  });

  it('exports its providers to other modules', async () => {
    @Injectable()
    class Notes {
      constructor(
        readonly authorizer: Authorizer,
        readonly authorization: AuthorizationService,
      ) {}
    }
    @Module({ providers: [Notes] })
    class OtherModule {}
    await start(NanookModule.forRoot(options), OtherModule);
    const { authorizer, authorization } = app!.get(Notes, { strict: false });
    expect(authorization.authorizer).toBe(authorizer);
    await expect(start(NanookModule.forRoot({ ...options, isGlobal: false }), OtherModule)).rejects.toThrow(
      "can't resolve dependencies of the Notes",
    );
  });

  it('guards every module, also if it is not global', async () => {
    @Controller('others')
    class OtherController {
      @Get(':id') @Authorize('delete', Note) show() {}
    }
    @Module({ controllers: [OtherController] })
    class OtherModule {}
    await start(NanookModule.forRoot({ ...options, isGlobal: false }), OtherModule);
    await works();
    expect(await ask('bob', '/others/1')).toBe(403);
    expect(await ask('alice', '/others/1')).toBe(200);
  });
});

describe("guard: 'manual'", () => {
  @Controller('guarded')
  @UseGuards(AuthorizationGuard)
  class GuardedController {
    @Get(':id') @Authorize('delete', Note) show() {}
  }
  @Module({ controllers: [GuardedController], providers: [NoteLoader] })
  class GuardedModule {}

  it('runs the guard in the position of @UseGuards, in any module', async () => {
    @Module({ imports: [NanookModule.forRoot({ ...options, guard: 'manual' }), GuardedModule] })
    class AppModule {}
    await serve(AppModule);
    expect(await ask('bob', '/guarded/1')).toBe(403);
    expect(await ask('alice', '/guarded/1')).toBe(200);
  });

  it('runs the guard in the position of @UseGuards, in a module that imports NanookModule', async () => {
    const nanook = NanookModule.forRoot({ ...options, guard: 'manual', isGlobal: false });
    @Module({ imports: [nanook], controllers: [GuardedController], providers: [NoteLoader] })
    class ImportingModule {}
    @Module({ imports: [ImportingModule] })
    class AppModule {}
    await serve(AppModule);
    expect(await ask('bob', '/guarded/1')).toBe(403);
    expect(await ask('alice', '/guarded/1')).toBe(200);
  });

  it('runs the guard of the decorator without @UseGuards', async () => {
    @Module({
      imports: [NanookModule.forRoot({ ...options, guard: 'manual' })],
      controllers: [NotesController],
      providers: [NoteLoader],
    })
    class AppModule {}
    await serve(AppModule);
    expect(await ask('bob', '/notes/1', 'delete')).toBe(403);
    expect(await ask('alice', '/notes/1', 'delete')).toBe(200);
  });
});

describe('two NanookModules', () => {
  const strict = { ...options, policies: 'allow("root", _, _: Note);' };
  const lax = { ...options, policies: 'allow(_, _, _: Note);' };

  it.each([
    ['the first', [strict, lax]],
    ['the second', [lax, strict]],
  ] as const)('must both allow a call, also if %s is the strict one', async (_, [first, second]) => {
    @Module({
      imports: [NanookModule.forRoot({ ...second, isGlobal: false })],
      controllers: [NotesController],
      providers: [NoteLoader],
    })
    class InnerModule {}
    @Module({ imports: [NanookModule.forRoot(first), InnerModule] })
    class AppModule {}
    await serve(AppModule);
    expect(await ask('alice', '/notes/1')).toBe(404);
    expect(await ask('root', '/notes/1')).toBe(200);
  });
});

describe('an application does not start', () => {
  const broken = {
    ...options,
    policies: { name: 'notes.polar', source: 'allow(_, "read", _: Note);\nallow(_, _ _);\n' },
  };
  it.each([
    ['options', () => NanookModule.forRoot(broken)],
    ['a factory', () => NanookModule.forRootAsync({ useFactory: () => broken })],
  ])('if its policy does not load, from %s, and the error names the place', async (_, make) => {
    const error: unknown = await start(make()).catch((reason: unknown) => reason);
    expect(isPolicyError(error)).toBe(true);
    expect(String(error)).toMatch(/notes\.polar:2:\d+/);
  });

  it('if the factory of the options fails', async () => {
    const useFactory = async () => Promise.reject(new TypeError('no settings'));
    await expect(start(NanookModule.forRootAsync({ useFactory }))).rejects.toThrow('no settings');
  });

  it.each([
    ['actor', { actor: 'user' }],
    ['request', { request: {} }],
    ['audit', { audit: 'warning' }],
    ['actions', { actions: { get: 'view' } }],
    ['actions', { actions: { GET: '' } }],
    ['authenticate', { authenticate: class {} }],
    ['exclude', { exclude: {} }],
    ['exclude', { exclude: [{ class: NotesController }] }],
    ['exclude', { exclude: [{ reason: 'of others' }] }],
    ['authorizer', { authorizer: {} }],
    ['authenticate', { authenticate: ['jwt'] }],
    ['authenticate', { authenticate: { htp: [] } }],
    ['challenge', { challenge: 5 }],
    ['typeActions', { typeActions: 'create' }],
    ['watch', { watch: 'yes' }],
    ['authorizeRequests', { authorizeRequests: 'no' }],
    ['exclude', { exclude: ['HealthController'] }],
  ])('if the option `%s` is invalid', async (option, wrong) => {
    const made = NanookModule.forRoot({ ...options, ...wrong } as never);
    await expect(start(made)).rejects.toMatchObject({ code: 'NANOOK_NEST_INVALID_OPTION', data: { option } });
  });

  it('if an option is misspelled, with the right name', async () => {
    for (const [wrong, right] of [
      ['authentcate', 'authenticate'],
      ['typeAction', 'typeActions'],
      ['polices', 'policies'],
    ] as const)
      await expect(start(NanookModule.forRoot({ ...options, [wrong]: [] } as never))).rejects.toThrow(
        `option \`${wrong}\` is not an option of NanookModule; did you mean \`${right}\`?`,
      );
  });

  it('if a factory returns an unknown option, or an option of the module', async () => {
    for (const wrong of [{ polices: 'x' }, { guard: 'manual' }, { isGlobal: false }]) {
      const [name] = Object.keys(wrong);
      const useFactory = () => ({ ...options, ...wrong });
      await expect(start(NanookModule.forRootAsync({ useFactory }))).rejects.toThrow(name);
    }
  });

  it('if options for loading are given beside `authorizer`', async () => {
    const authorizer = await Authorizer.load({ policies, types: { Note } });
    await expect(start(NanookModule.forRoot({ authorizer, types: { Note }, actor }))).rejects.toThrow(
      '`types`',
    );
  });

  it('throws NANOOK_NEST_NO_OPTIONS when the module has no options, and names the call to write', async () => {
    const error = { code: 'NANOOK_NEST_NO_OPTIONS' };
    expect(() => NanookModule.forRoot(undefined as never)).toThrow(expect.objectContaining(error));
    expect(() => NanookModule.forRootAsync({})).toThrow('NanookModule.forRootAsync({ useFactory');
    await expect(start({ module: NanookModule })).rejects.toMatchObject(error);
  });

  it('if the option `guard` is unknown', () => {
    expect(() => NanookModule.forRoot({ ...options, guard: 'none' as never })).toThrow('option `guard`');
  });
});

describe('policy files', () => {
  let directory: string;
  let file: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nanook-nestjs-'));
    file = join(directory, 'notes.polar');
  });
  afterAll(async () => rm(directory, { recursive: true }));
  afterEach(() => void vi.restoreAllMocks());

  const nobody = 'allow("nobody", action, _: Note) if action in ["read", "delete"];';

  it('reload when they change, and an invalid file keeps the old policy', async () => {
    const log = vi.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
    const failed = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    await writeFile(file, nobody);
    await start(NanookModule.forRoot({ ...options, policies: file, watch: true }));
    expect(await ask('bob', '/notes/1')).toBe(404);

    await writeFile(file, 'allow(');
    await vi.waitFor(() => expect(failed).toHaveBeenCalledWith(expect.stringContaining('notes.polar')), 5000);
    expect(await ask('bob', '/notes/1')).toBe(404);

    await writeFile(file, policies);
    await vi.waitFor(
      () => expect(log).toHaveBeenCalledWith(expect.stringContaining('policy reloaded')),
      5000,
    );
    await works();
  });

  it('stay unwatched with watch: false', async () => {
    await writeFile(file, nobody);
    const watch = vi.spyOn(Authorizer.prototype, 'watch');
    await start(NanookModule.forRoot({ ...options, policies: file }));
    expect(watch).not.toHaveBeenCalled();
    vi.stubEnv('NODE_ENV', 'development');
    await app!.close();
    await start(NanookModule.forRoot({ ...options, policies: file }));
    expect(watch).toHaveBeenCalledTimes(1);
    vi.unstubAllEnvs();
  });
});

describe('an unknown execution context', () => {
  it('refuses the call with NANOOK_NEST_UNKNOWN_CONTEXT', async () => {
    class Update {
      hear = () => 'heard';
    }
    await start(NanookModule.forRoot(options));
    const update = new Update();
    const hear = app!
      .get(ExternalContextCreator)
      .create(update, update.hear, 'hear', undefined, undefined, undefined, undefined, undefined, 'telegraf');
    await expect(Promise.resolve().then(() => hear({}) as unknown)).rejects.toMatchObject({
      code: 'NANOOK_NEST_UNKNOWN_CONTEXT',
      data: { kind: 'telegraf', handler: 'Update.hear' },
    });
  });
});
