import 'reflect-metadata';
import { Controller, Get, Inject, Injectable, Logger, Scope, type ModuleMetadata } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, it, vi } from 'vitest';
import { Authorize, AuthorizeResult, AuthorizedFields, SkipAuthorization } from '../index.js';
import { Note, type Options, start, findingsOf, codes } from '../fixtures/audit.fixture.js';

describe('a requirement for which no guard runs', () => {
  const check = (metadata: ModuleMetadata, options?: Options) =>
    findingsOf(start(metadata, options)).then((findings) => {
      expect(new Set(findings.map(({ location }) => location?.replace(/:\d+$/, '')))).toEqual(
        new Set([expect.stringMatching(/unreached-requirements\.test\.ts$/)]),
      );
      return codes(findings);
    });

  @WebSocketGateway()
  class Chat {
    @Authorize('create', Note) handleConnection() {}
    @SubscribeMessage('rename') @Authorize('update', Note) rename() {}
    @SkipAuthorization('everybody may leave') handleDisconnect() {}
  }
  @Injectable()
  class Service {
    @Authorize('create', Note) tick() {}
    @AuthorizeResult() list() {}
    @AuthorizedFields() show() {}
    @Authorize('create', Note) [Symbol.for('x')]() {}
    help() {}
  }

  it('stops the application on hooks of a gateway, on a service, and on a method without a route', async () => {
    @Controller()
    class Notes {
      @Get(':id') @Authorize(Note) show() {
        return this.helper();
      }
      @Authorize('update', Note) helper() {}
    }
    const starting = start({ controllers: [Notes], providers: [Chat, Service] });
    await expect(starting).rejects.toThrow(
      /Chat\.handleConnection has an authorization decorator.*authorizeConnection/,
    );
    expect(codes(await findingsOf(starting))).toEqual([
      'Notes.helper UNREACHED_REQUIREMENT',
      'Chat.handleConnection UNREACHED_REQUIREMENT',
      'Service.tick UNREACHED_REQUIREMENT',
      'Service.list UNREACHED_REQUIREMENT',
      'Service.show UNREACHED_REQUIREMENT',
      'Service.[x] UNREACHED_REQUIREMENT',
    ]);
  });

  it("logs a warning with audit: 'warn'", async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    await start({ providers: [Service] }, { audit: 'warn' });
    expect(warn.mock.calls.flat().join()).toMatch(/Service\.tick has an authorization decorator/);
  });

  it('stops the application on a class without handlers, and on a base class', async () => {
    @Injectable()
    @Authorize('create', Note)
    class Guarded {
      run() {}
    }
    @Injectable()
    class Derived extends Service {
      override tick() {}
      override list() {}
      override show() {}
    }
    expect(await check({ providers: [Guarded, Derived] })).toEqual([
      'Guarded UNREACHED_REQUIREMENT',
      'Derived.[x] UNREACHED_REQUIREMENT',
    ]);
  });

  it('stops the application in the result of a factory, and in a request-scoped provider', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      constructor(@Inject(REQUEST) readonly request: unknown) {}
      @Authorize('create', Note) run() {}
    }
    // Nest does not look for messages there.
    const made = { provide: 'chat', useFactory: () => new Chat() };
    expect(await check({ providers: [Scoped, made] })).toEqual([
      'Scoped.run UNREACHED_REQUIREMENT',
      'Chat.handleConnection UNREACHED_REQUIREMENT',
      'Chat.rename UNREACHED_REQUIREMENT',
    ]);
  });

  it('appears among providers of every kind, and the search does not run their code', async () => {
    const values = [
      null,
      undefined,
      1,
      'text',
      [],
      new Map(),
      () => {},
      class {},
      {},
      Object.create(null),
      Object.create({ run() {} }),
      Object.create(Object.assign(Object.create(null), { run() {} })),
      Object.create(Object.create(new Service())),
      new Proxy({}, { get: (_, key) => (key === 'then' ? undefined : () => {}) }),
      new Proxy(class {}, {}),
      new (class {
        get boom(): never {
          throw new Error('boom');
        }
      })(),
      Promise.resolve(undefined),
    ];
    const providers = values.flatMap((value, i) => [
      { provide: `value ${i}`, useValue: value as unknown },
      { provide: `factory ${i}`, useFactory: () => value as unknown },
      { provide: `alias ${i}`, useExisting: `value ${i}` },
    ]);
    const found = codes(await findingsOf(start({ providers })));
    expect(new Set(found)).toEqual(
      new Set(['tick', 'list', 'show', '[x]'].map((name) => `Service.${name} UNREACHED_REQUIREMENT`)),
    );
  });

  it('passes the audit if the class is a controller, too', async () => {
    @Controller()
    class Notes {
      @Get(':id') @Authorize(Note) show() {}
    }
    expect(codes(await findingsOf(start({ controllers: [Notes], providers: [Notes] })))).toEqual([]);
  });
});
