import 'reflect-metadata';
import { Controller, Delete, Get, Put, type Type } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  Authorize,
  AuthorizeRequest,
  AuthorizeResult,
  AuthorizedFields,
  AuthorizedResource,
  SkipAuthorization,
} from '../index.js';
import {
  Note,
  Folder,
  policies,
  loadedIds,
  NoteLoader,
  platforms,
  start,
  ask,
  statusOf,
} from '../fixtures/requirements.fixture.js';

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
    loadedIds.length = 0;
    expect(await statusOf('bob', 'get', '/folders/7/1')).toBe(404);
    expect(loadedIds).toEqual([]);
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
