import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  All,
  BadRequestException,
  Controller,
  Delete,
  Get,
  Head,
  Injectable,
  Module,
  Next,
  Patch,
  Post,
  Put,
  Res,
  UseInterceptors,
  VERSION_NEUTRAL,
  Version,
  VersioningType,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { of, tap } from 'rxjs';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import {
  Authorize,
  AuthorizeRequest,
  AuthorizeResult,
  AuthorizedFields,
  AuthorizedResource,
  NanookModule,
  ResourceLoader,
  SkipAuthorization,
  type LoadsOne,
} from '../index.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
  ) {}
}
class Folder {
  constructor(
    readonly id: string,
    readonly member: string,
  ) {}
}

/** Every actor may read a note. The other actions need the role of their name. */
const policies = `
  allow(_, "read", _: Note);
  allow(user, action, note: Note) if action in ["update", "delete", "edit"] and note.owner = user;
  allow(_, action, Note) if action in ["read", "list"];
  allow("alice", action, Note) if action in ["create", "publish"];
  allow(user, "read", folder: Folder) if folder.member = user;
`;

const notes = new Map([
  ['1', new Note('1', 'alice')],
  ['2', new Note('2', 'bob')],
]);
let asked: unknown[] = [];

@Injectable()
@ResourceLoader(Note)
class NoteLoader implements LoadsOne<Note, unknown> {
  load(id: unknown) {
    asked.push(id);
    return notes.get(String(id));
  }
}
@Injectable()
@ResourceLoader(Folder)
class FolderLoader implements LoadsOne<Folder, string> {
  load(id: string) {
    return id === '7' ? new Folder('7', 'alice') : undefined;
  }
}

interface HttpRequest {
  readonly headers: Record<string, string | undefined>;
  readonly params: Record<string, string>;
}
const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };
type Adapter = keyof typeof adapters;
const platforms = ['Express', 'Fastify'] as const;

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
  asked = [];
});

async function start(
  controllers: Type[],
  options: Partial<NanookModuleOptions> = {},
  adapter: Adapter = 'Express',
): Promise<void> {
  @Module({
    imports: [
      NanookModule.forRoot({
        policies,
        types: { Note, Folder },
        actor: (req: HttpRequest) => req.headers['x-user'],
        ...options,
      }),
    ],
    controllers,
    providers: [NoteLoader, FolderLoader],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = built.createNestApplication(adapters[adapter]() as never, { logger: false });
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: VERSION_NEUTRAL });
  await app.init();
  if (adapter === 'Fastify') await (app.getHttpAdapter().getInstance() as { ready(): Promise<void> }).ready();
}

type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options';
const ask = (user: string | undefined, method: Method, path: string, body?: object) => {
  const sent = request(app!.getHttpServer())[method](path);
  if (user !== undefined) void sent.set('x-user', user);
  return body === undefined ? sent : sent.send(body);
};
const statusOf = async (...args: Parameters<typeof ask>): Promise<number> => (await ask(...args)).status;

describe.each(platforms)('several requirements on %s', (adapter) => {
  it('must all hold for one handler, and each passes its resource to the handler', async () => {
    @Controller()
    class CopyController {
      @Put(':from/:to')
      @Authorize('read', Note, { id: 'params.from' })
      @Authorize('update', Note, { id: 'params.to' })
      copy(
        @AuthorizedResource(0) from: Note,
        @AuthorizedResource(1) to: Note,
        @AuthorizedResource() last: Note,
      ) {
        return [from.id, to.id, last.id];
      }
    }
    await start([CopyController], {}, adapter);
    expect((await ask('bob', 'put', '/1/2')).body).toEqual(['1', '2', '2']);
    expect(await statusOf('alice', 'put', '/1/2')).toBe(403);
    expect(await statusOf('bob', 'put', '/3/2')).toBe(404);
  });

  it('start with those of the class, and a refusal loads no other resource', async () => {
    @Controller('folders/:folder')
    @Authorize('read', Folder, { id: 'params.folder' })
    class FolderController {
      @Get(':id') @Authorize(Note) show(
        @AuthorizedResource(0) folder: Folder,
        @AuthorizedResource() note: Note,
      ) {
        return { folder: folder.id, note: note.id };
      }
      @Get() list(@AuthorizedResource() folder: Folder) {
        return folder.id;
      }
    }
    await start([FolderController], {}, adapter);
    expect((await ask('alice', 'get', '/folders/7/1')).body).toEqual({ folder: '7', note: '1' });
    asked = [];
    expect(await statusOf('bob', 'get', '/folders/7/1')).toBe(404);
    expect(asked).toEqual([]);
    expect(await statusOf('alice', 'get', '/folders/7')).toBe(200);
    expect(await statusOf('bob', 'get', '/folders/7')).toBe(404);
  });

  it('include those of the base classes', async () => {
    @Authorize('read', Folder, { id: 'params.folder' })
    class Base {
      @Get(':id') @Authorize('read', Note) show() {}
      @Delete(':id') @Authorize('delete', Note) remove() {}
      @Put(':id') @Authorize('update', Note) update() {}
    }
    @Controller('folders/:folder')
    @Authorize('list', Note)
    class Derived extends Base {
      // Its own requirement replaces the one of the overridden method.
      @Delete(':id') @Authorize('read', Note) override remove() {}
    }
    await start([Derived], {}, adapter);
    expect(await statusOf('alice', 'get', '/folders/7/2')).toBe(200);
    expect(await statusOf('bob', 'get', '/folders/7/2')).toBe(404);
    expect(await statusOf('alice', 'put', '/folders/7/2')).toBe(403);
    expect(await statusOf('alice', 'delete', '/folders/7/2')).toBe(200);
    expect(await statusOf('bob', 'delete', '/folders/7/2')).toBe(404);
  });
});

describe('an overridden method', () => {
  it('loses the requirement, so that the application does not start', async () => {
    class Base {
      @Get(':id') @Authorize('read', Note) show() {}
    }
    @Controller()
    class Derived extends Base {
      @Get(':id') override show() {}
    }
    await expect(start([Derived])).rejects.toThrow('Derived.show lost its requirements');
  });

  it.each([
    ['a skip', SkipAuthorization('open')],
    ['a weaker rule', Authorize('read', () => new Note('1', 'alice'))],
    ['a rule for requests', AuthorizeRequest()],
  ])('refuses calls below %s of its class, in every generation', async (_, decorate) => {
    class Base {
      @Get(':id') @Authorize('delete', Note) show() {}
      @Get('fields/:id') @AuthorizedFields() fields() {}
    }
    class Middle extends Base {
      override show() {}
    }
    @Controller()
    @decorate
    class Derived extends Middle {
      @Get(':id') override show() {}
      @Get('fields/:id') override fields() {}
    }
    const failure = start([Derived]);
    await expect(failure).rejects.toThrow('Derived.show lost its requirements');
    await expect(failure).rejects.toThrow('Derived.fields lost its requirements');
  });

  it('has no route without its own route decorator', async () => {
    class Base {
      @Get(':id') @Authorize('read', Note) show() {}
    }
    @Controller()
    class Derived extends Base {
      override show() {}
    }
    await start([Derived]);
    expect(await statusOf('alice', 'get', '/1')).toBe(404);
  });

  it('inherits the requirement of a mixin if it is not overridden', async () => {
    const readable = (type: Type): Type => {
      class Readable {
        @Get(':id') @Authorize('read', type) show() {
          return type.name;
        }
      }
      return Readable;
    };
    @Controller('notes')
    class Notes extends readable(Note) {}
    @Controller('folders')
    class Folders extends readable(Folder) {}
    await start([Notes, Folders]);
    expect(await statusOf('bob', 'get', '/notes/1')).toBe(200);
    expect(await statusOf('bob', 'get', '/folders/7')).toBe(404);
    expect(await statusOf('alice', 'get', '/folders/7')).toBe(200);
  });
});

describe('a requirement that is closer to the handler', () => {
  it('replaces the skip of its class, and a skip replaces a requirement of the class', async () => {
    @Controller('open')
    @SkipAuthorization('a public directory')
    class OpenController {
      @Get() index() {}
      @Delete(':id') @Authorize(Note) remove() {}
    }
    @Controller('closed')
    @Authorize('create', Note)
    class ClosedController {
      @Get('ping') @SkipAuthorization('liveness probe') ping() {}
      @Get() index() {}
    }
    await start([OpenController, ClosedController]);
    expect(await statusOf(undefined, 'get', '/open')).toBe(200);
    expect(await statusOf(undefined, 'delete', '/open/1')).toBe(401);
    expect(await statusOf('bob', 'delete', '/open/1')).toBe(403);
    expect(await statusOf(undefined, 'get', '/closed/ping')).toBe(200);
    expect(await statusOf('bob', 'get', '/closed')).toBe(403);
  });

  it('replaces the skip of a base class', async () => {
    @SkipAuthorization('a public directory')
    class Base {
      @Get() index() {}
    }
    @Controller('closed')
    @Authorize('create', Note)
    class Closed extends Base {}
    @Controller('open')
    class Open extends Base {}
    await start([Closed, Open]);
    expect(await statusOf('bob', 'get', '/closed')).toBe(403);
    expect(await statusOf(undefined, 'get', '/open')).toBe(200);
  });

  it('does not replace a skip if it is @AuthorizeRequest()', async () => {
    @Controller()
    @SkipAuthorization('a public directory')
    class AskingController {
      @Get() @AuthorizeRequest() index() {}
    }
    await expect(start([AskingController], { policies: `${policies} allow_request(_, _);` })).rejects.toThrow(
      'AskingController.index has no requirement',
    );
  });

  it.each([
    ['a handler', () => [SkipAuthorization('why'), Authorize('read', Note)]],
    ['a handler, for its result', () => [SkipAuthorization('why'), AuthorizeResult()]],
    ['a handler, for its request', () => [AuthorizeRequest(), SkipAuthorization('why')]],
    ['a handler, with two reasons', () => [SkipAuthorization('why'), SkipAuthorization('why not')]],
  ])('conflicts with a skip: %s', async (_, decorators) => {
    class BothController {
      show() {}
    }
    const place = Object.getOwnPropertyDescriptor(BothController.prototype, 'show')!;
    for (const decorate of [Get(':id'), ...decorators()])
      (decorate as MethodDecorator)(BothController.prototype, 'show', place);
    Controller()(BothController);
    await expect(start([BothController])).rejects.toThrow(
      'BothController.show has @SkipAuthorization beside another requirement',
    );
  });
});

describe('a handler that replaces the decorated method', () => {
  /** Replaces the method by another function, as decorators for transactions, retries or timings do. */
  const replaced = (_target: object, _key: string, descriptor: PropertyDescriptor): void => {
    const method = descriptor.value as (...args: unknown[]) => unknown;
    descriptor.value = function (this: unknown, ...args: unknown[]) {
      return method.apply(this, args);
    };
  };

  it('stops the application, also if its class has a requirement', async () => {
    @Controller()
    @Authorize('list', Note)
    class ReplacedController {
      @Delete(':id') @replaced @Authorize(Note) remove() {}
    }
    await expect(start([ReplacedController])).rejects.toThrow(
      'ReplacedController.remove lost its requirements, because another function replaced the decorated method',
    );
  });

  it('keeps requirements that are written above the decorator that replaces the method', async () => {
    @Controller()
    @Authorize('list', Note)
    class ReplacedController {
      @Delete(':id') @Authorize(Note) @replaced remove() {}
    }
    await start([ReplacedController]);
    expect(await statusOf('bob', 'delete', '/1')).toBe(403);
    expect(await statusOf('alice', 'delete', '/1')).toBe(200);
  });

  it('keeps requirements if it has the metadata of the method', async () => {
    const copied = (target: object, key: string, descriptor: PropertyDescriptor): void => {
      const method = descriptor.value as object;
      replaced(target, key, descriptor);
      for (const name of Reflect.getMetadataKeys(method) as string[])
        Reflect.defineMetadata(name, Reflect.getMetadata(name, method), descriptor.value as object);
    };
    @Controller()
    class CopiedController {
      @Delete(':id') @copied @Authorize(Note) remove() {}
    }
    await start([CopiedController]);
    expect(await statusOf('bob', 'delete', '/1')).toBe(403);
    expect(await statusOf('alice', 'delete', '/1')).toBe(200);
  });

  it.each(['warn', 'off'] as const)(
    "never runs if the instance replaces it, with audit: '%s'",
    async (audit) => {
      let calls = 0;
      @Controller()
      @SkipAuthorization('a public directory')
      class BoundController {
        constructor() {
          this.remove = this.remove.bind(this);
          const update = this.update.bind(this);
          this.update = () => update();
        }
        @Delete(':id') @Authorize(Note) remove() {
          calls++;
        }
        @Put(':id') @Authorize(Note) update() {
          calls++;
        }
      }
      await start([BoundController], { audit });
      expect(await statusOf('bob', 'delete', '/1')).toBe(500);
      expect(await statusOf('bob', 'put', '/1')).toBe(500);
      expect(calls).toBe(0);
    },
  );

  it('can be bound if only its class has requirements', async () => {
    @Controller()
    @Authorize('create', Note)
    class BoundController {
      constructor() {
        this.index = this.index.bind(this);
      }
      @Get() index() {}
    }
    await start([BoundController]);
    expect(await statusOf('bob', 'get', '/')).toBe(403);
    expect(await statusOf('alice', 'get', '/')).toBe(200);
  });
});

describe.each(platforms)('the default action on %s', (adapter) => {
  @Controller('notes')
  class MethodsController {
    @Get(':id') @Authorize(Note) get() {}
    @Post() @Authorize(Note) post() {}
    @Put(':id') @Authorize(Note) put() {}
    @Patch(':id') @Authorize(Note) patch() {}
    @Delete(':id') @Authorize(Note) delete() {}
    @Head('head/:id') @Authorize(Note) head() {}
  }

  it('follows from the HTTP method', async () => {
    await start([MethodsController], {}, adapter);
    const answers = async (user: string) =>
      Promise.all(
        (
          [
            ['get', '/notes/1'],
            ['head', '/notes/1'],
            ['head', '/notes/head/1'],
            ['post', '/notes'],
            ['put', '/notes/1'],
            ['patch', '/notes/1'],
            ['delete', '/notes/1'],
          ] as const
        ).map(async ([method, path]) => statusOf(user, method, path)),
      );
    expect(await answers('alice')).toEqual([200, 200, 200, 201, 200, 200, 200]);
    expect(await answers('bob')).toEqual([200, 200, 200, 403, 403, 403, 403]);
  });

  it('uses the action of GET for HEAD requests', async () => {
    await start([MethodsController], { actions: { GET: 'edit' } }, adapter);
    expect(await statusOf('bob', 'get', '/notes/1')).toBe(403);
    expect(await statusOf('bob', 'head', '/notes/1')).toBe(403);
    expect(await statusOf('alice', 'head', '/notes/1')).toBe(200);
  });

  it('uses the explicit action for HEAD requests', async () => {
    await start([MethodsController], { actions: { GET: 'edit', HEAD: 'read' } }, adapter);
    expect(await statusOf('bob', 'get', '/notes/1')).toBe(403);
    expect(await statusOf('bob', 'head', '/notes/1')).toBe(200);
  });
});

describe('the action of an HTTP method', () => {
  it('changes with the option `actions`', async () => {
    @Controller()
    class EditController {
      @Patch(':id') @Authorize(Note) patch() {}
      @Get(':id') @Authorize(Note) get() {}
    }
    await start([EditController], {
      actions: { PATCH: 'edit' },
      policies: 'allow("alice", "edit", _: Note); allow(_, "read", _: Note);',
    });
    expect(await statusOf('alice', 'patch', '/1')).toBe(200);
    expect(await statusOf('bob', 'patch', '/1')).toBe(403);
    expect(await statusOf('bob', 'get', '/1')).toBe(200);
  });

  it('must be given if the handler serves every method', async () => {
    @Controller()
    class AllController {
      @All(':id') @Authorize(Note) all() {}
    }
    await expect(start([AllController])).rejects.toThrow('AllController.all has no action');
    @Controller()
    class NamedController {
      @All(':id') @Authorize('update', Note) all() {}
    }
    await start([NamedController]);
    for (const method of ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const)
      expect([method, await statusOf('bob', method, '/1')]).toEqual([method, 403]);
  });

  it('authorizes every version of a route', async () => {
    @Controller()
    class VersionedController {
      @Version('1') @Get(':id') @Authorize('update', Note) first() {
        return 1;
      }
      @Version(['2', '3']) @Get(':id') @Authorize('read', Note) second() {
        return 2;
      }
    }
    await start([VersionedController]);
    expect(await statusOf('bob', 'get', '/v1/1')).toBe(403);
    expect(await statusOf('bob', 'get', '/v2/1')).toBe(200);
    expect(await statusOf('bob', 'get', '/v3/1')).toBe(200);
    expect(await statusOf('bob', 'get', '/v3/9')).toBe(404);
  });
});

describe('the type as the resource', () => {
  it('belongs to the actions in typeActions only', async () => {
    @Controller()
    class TypesController {
      @Post() @Authorize('publish', Note) publish() {}
      @Get() @Authorize('list', Note, { id: 'query.id' }) list() {}
    }
    await start([TypesController], {
      typeActions: ['publish'],
      policies: `${policies} allow(user, "list", note: Note) if note.owner = user;`,
    });
    expect(await statusOf('alice', 'post', '/')).toBe(201);
    expect(await statusOf('bob', 'post', '/')).toBe(403);
    expect(asked).toEqual([]);
    expect(await statusOf('alice', 'get', '/?id=1')).toBe(200);
    expect(await statusOf('alice', 'get', '/?id=2')).toBe(403);
  });

  it('belongs to every action with `id: false`', async () => {
    @Controller()
    class FalseController {
      @Get() @Authorize('read', Note, { id: false }) index(@AuthorizedResource() type: unknown) {
        return { isType: type === Note };
      }
      @Put() @Authorize('update', Note, { id: false }) update() {}
    }
    await expect(start([FalseController])).rejects.toThrow('no rule of the policy can grant that');
    await start([FalseController], { audit: 'off' });
    expect((await ask('bob', 'get', '/')).body).toEqual({ isType: true });
    expect(await statusOf('alice', 'put', '/')).toBe(403);
    expect(asked).toEqual([]);
  });
});

describe.each(platforms)('ids on %s', (adapter) => {
  @Controller()
  class IdsController {
    @Get('params/:note') @Authorize('read', Note, { id: 'params.note' }) params() {}
    @Get('query') @Authorize('read', Note, { id: 'query.note' }) query() {}
    @Post('body') @Authorize('read', Note, { id: 'body.note.id' }) body() {}
    @Get('headers') @Authorize('read', Note, { id: 'headers.x-note' }) headers() {}
    @Post('whole') @Authorize('read', Note, { id: 'body' }) whole() {}
    @Get('function/:id')
    @Authorize('read', Note, { id: async (req: HttpRequest) => Promise.resolve(req.params['id']!.slice(1)) })
    function() {}
    @Get('parsed/:id') @Authorize('read', Note, { parse: (raw) => Number(raw.trim()) }) parsed() {}
    @Post('parsed') @Authorize('read', Note, { id: 'body.id', parse: (raw) => raw.trim() }) parsedBody() {}
    @Get('strict/:id')
    @Authorize('read', Note, {
      parse: (raw) => {
        if (/^\d$/.test(raw)) return raw;
        throw new BadRequestException('no digit');
      },
    })
    strict() {}
    @Get('broken/:id')
    @Authorize('read', Note, {
      parse: () => {
        throw new TypeError('secret');
      },
    })
    broken() {}
    @Get('nothing') @Authorize('read', Note, { id: () => undefined }) nothing() {}
    @Get('object') @Authorize('read', Note, { id: () => ({ $ne: '' }) }) object() {}
  }

  it.each([
    ['get', '/params/1', undefined, 200, ['1']],
    ['get', '/params/__proto__', undefined, 404, ['__proto__']],
    ['get', '/params/%24ne', undefined, 404, ['$ne']],
    ['get', '/query?note=1', undefined, 200, ['1']],
    ['get', '/query', undefined, 404, []],
    ['get', '/query?note=1&note=2', undefined, 400, []],
    ['get', '/query?note[$ne]=1', undefined, 404, []],
    ['post', '/body', { note: { id: '1' } }, 201, ['1']],
    ['post', '/body', { note: { id: 1 } }, 201, [1]],
    ['post', '/body', { note: { id: null } }, 404, []],
    ['post', '/body', { note: { id: true } }, 400, []],
    ['post', '/body', { note: { id: ['1'] } }, 400, []],
    ['post', '/body', { note: { id: { $ne: '' } } }, 400, []],
    ['post', '/body', { note: '1' }, 404, []],
    ['post', '/body', [], 404, []],
    ['post', '/body', JSON.parse('{ "__proto__": { "note": { "id": "1" } } }') as object, [400, 404], []],
    ['post', '/whole', { id: '1' }, 400, []],
    ['get', '/function/x1', undefined, 200, ['1']],
    ['get', '/parsed/%201%20', undefined, 200, [1]],
    ['post', '/parsed', { id: 1 }, 201, ['1']],
    ['post', '/parsed', { id: { $ne: '' } }, 400, []],
    ['post', '/parsed', { id: ['1'] }, 400, []],
    ['get', '/strict/x', undefined, 400, []],
    ['get', '/broken/1', undefined, 500, []],
    ['get', '/nothing', undefined, 404, []],
    ['get', '/object', undefined, 400, []],
  ] as const)('%s %s %j: %j', async (method, path, body, status, ids) => {
    await start([IdsController], {}, adapter);
    const answer = await ask('bob', method, path, body);
    expect([status].flat()).toContain(answer.status);
    expect(asked).toEqual(ids);
    expect(answer.text).not.toContain('secret');
  });

  it('return 404 for a missing header', async () => {
    await start([IdsController], {}, adapter);
    const sent = request(app!.getHttpServer()).get('/headers').set('x-user', 'bob');
    expect((await sent.set('x-note', '2')).status).toBe(200);
    expect(await statusOf('bob', 'get', '/headers')).toBe(404);
  });
});

describe('an id at an impossible path', () => {
  it.each([
    ['a path without the parameter', 'params.note'],
    ['a path outside the request', 'cookies.id'],
  ])('stops the application: %s', async (_, id) => {
    @Controller()
    class NowhereController {
      @Get(':id') @Authorize('read', Note, { id }) show() {}
    }
    await expect(start([NowhereController])).rejects.toThrow(`expects the id of a Note at \`${id}\``);
  });

  it('returns 500 if the path of the route has no such parameter', async () => {
    @Controller()
    class NowhereController {
      @Get(':other') @Authorize('read', Note) show() {}
    }
    await start([NowhereController], { audit: 'off' });
    expect(await statusOf('alice', 'get', '/1')).toBe(500);
  });
});

describe('a requirement for the result', () => {
  interface Response {
    send(body: unknown): unknown;
    header(name: string, value: string): unknown;
  }

  it.each(platforms)('refuses a handler on %s that sends its response itself', async (adapter) => {
    let calls = 0;
    @Controller()
    class SendingController {
      @Get('result') @AuthorizeResult('update') result(@Res() response: Response) {
        calls++;
        response.send('secret');
      }
      @Get('fields') @Authorize('list', Note) @AuthorizedFields() fields(@Res() response: Response) {
        calls++;
        response.send('secret');
      }
      @Get('passed') @AuthorizeResult('update') passed(@Res({ passthrough: true }) response: Response) {
        response.header('x-passed', 'yes');
        return notes.get('1');
      }
    }
    await start([SendingController], { audit: 'off' }, adapter);
    for (const path of ['/result', '/fields']) {
      const answer = await ask('bob', 'get', path);
      expect([answer.status, answer.text.includes('secret')]).toEqual([500, false]);
    }
    expect(calls).toBe(0);
    expect(await statusOf('bob', 'get', '/passed')).toBe(403);
    expect((await ask('alice', 'get', '/passed')).headers['x-passed']).toBe('yes');
  });
});

describe('a cache', () => {
  type Asked = { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  const cacheBy = (keyOf: (asked: Asked) => string) => {
    const kept = new Map<string, unknown>();
    return class Cache implements NestInterceptor {
      intercept(context: ExecutionContext, next: CallHandler) {
        const key = keyOf(context.switchToHttp().getRequest<Asked>());
        return kept.has(key) ? of(kept.get(key)) : next.handle().pipe(tap((result) => kept.set(key, result)));
      }
    };
  };

  it('above @AuthorizeResult caches the unchecked result, and not the result for one actor', async () => {
    const Cache = cacheBy(({ url }) => url);
    @Controller()
    class CachedController {
      @Get() @UseInterceptors(Cache) @AuthorizeResult('update') list() {
        return [...notes.values()];
      }
    }
    await start([CachedController]);
    expect((await ask('alice', 'get', '/')).body).toEqual([notes.get('1')]);
    expect((await ask('bob', 'get', '/')).body).toEqual([notes.get('2')]);
  });

  it('below @AuthorizeResult caches the result for one actor, so its key contains the actor', async () => {
    const ByUrl = cacheBy(({ url }) => url);
    const ByUser = cacheBy(({ url, headers }) => `${headers['x-user']} ${url}`);
    @Controller()
    class CachedController {
      @Get('wrong') @AuthorizeResult('update') @UseInterceptors(ByUrl) wrong() {
        return [...notes.values()];
      }
      @Get('right') @AuthorizeResult('update') @UseInterceptors(ByUser) right() {
        return [...notes.values()];
      }
    }
    await start([CachedController]);
    const got = async (path: string) => [
      (await ask('alice', 'get', path)).body as unknown,
      (await ask('bob', 'get', path)).body as unknown,
    ];
    expect(await got('/wrong')).toEqual([[notes.get('1')], [notes.get('1')]]);
    expect(await got('/right')).toEqual([[notes.get('1')], [notes.get('2')]]);
  });
});

describe('a handler that calls next()', () => {
  it('has its own requirement for the result, and the next handler has another', async () => {
    @Controller()
    class ChainController {
      @Get('first')
      @AuthorizeResult('update')
      async first(@Res({ passthrough: true }) _: unknown, @Next() next: () => void) {
        next();
        return sleep(20).then(() => notes.get('1'));
      }
      @Get(':id')
      @AuthorizeResult('update')
      async second() {
        return sleep(100).then(() => notes.get('1'));
      }
    }
    await start([ChainController]);
    expect(await statusOf('bob', 'get', '/first')).toBe(403);
  });
});

describe('a decorator throws for', () => {
  it.each([
    ['an empty action', () => Authorize('', Note), 'needs an action, got an empty string'],
    ['no resource', () => Authorize('read', undefined as never), 'undefined (is the import circular?)'],
    [
      'a name and no action',
      () => Authorize('Note' as never),
      "needs an action and a resource, got only 'Note'",
    ],
    ['no reason', () => SkipAuthorization('  '), 'expected the reason for which authorization is skipped'],
    ['no action for a result', () => AuthorizeResult(''), 'expected an action'],
  ] as const)('%s', (_, decorate, message) => {
    expect(decorate).toThrow(message);
  });

  it('another place than a handler or a class', () => {
    const decorate = Authorize('read', Note) as (...place: unknown[]) => void;
    expect(() => decorate(NoteLoader.prototype, 'field')).toThrow('must be written on a method or a class');
    expect(() => decorate(NoteLoader.prototype, 'load', 0)).toThrow('must be written on a method or a class');
    expect(() => decorate(NoteLoader.prototype, 'size', { get: () => 1 })).toThrow(
      'must be written on a method',
    );
  });
});
