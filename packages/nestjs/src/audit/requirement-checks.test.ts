import 'reflect-metadata';
import { All, Controller, Get, Injectable, Post, type Type } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import {
  Authorize,
  AuthorizedFields,
  AuthorizeRequest,
  AuthorizeResult,
  ResourceLoader,
  SkipAuthorization,
} from '../index.js';
import {
  Note,
  Draft,
  Unknown,
  policies,
  type Options,
  start,
  findingsOf,
  codes,
  listed,
} from '../fixtures/audit.fixture.js';

// cspell:ignore Noet raed

describe('a requirement', () => {
  const check = (controller: Type, options?: Options, providers: Type[] = []) =>
    findingsOf(start({ controllers: [controller], providers }, options)).then(codes);

  it('names an action that the policy can grant on the type or on an instance', async () => {
    @Controller()
    class Misspelled {
      @Get('a/:id') @Authorize('raed', Note) misspelled() {}
      @Get('b/:id') @Authorize('read', Note) right() {}
      @Post() @Authorize('create', Note) type() {}
      @Post('c/:id') @Authorize('create', Note, { id: 'params.id' }) one() {}
      @Get('d') @Authorize('read', Note, { id: false }) readType() {}
      @Post('e') @Authorize('create', Draft) other() {}
    }
    expect(await check(Misspelled)).toEqual([
      'Misspelled.misspelled NOT_GRANTABLE',
      'Misspelled.one NOT_GRANTABLE',
      'Misspelled.readType NOT_GRANTABLE',
      'Misspelled.other NOT_GRANTABLE',
    ]);
  });

  it('gets a suggestion for a misspelled action', async () => {
    @Controller()
    class Misspelled {
      @Get(':id') @Authorize('raed', Note) misspelled() {}
    }
    await expect(start({ controllers: [Misspelled] })).rejects.toThrow(
      'authorizes "raed" on one Note, but no rule of the policy can grant that; did you mean "read"?',
    );
  });

  it('takes its id from a parameter that the path has', async () => {
    @Controller('notes/:note')
    class Ids {
      @Get() @Authorize('read', Note) missing() {}
      @Get('a') @Authorize('read', Note, { id: 'params.note' }) ofController() {}
      @Get(['b/:id', 'c']) @Authorize('read', Note) notEverywhere() {}
      @Get('d') @Authorize('read', Note, { id: 'query.note' }) query() {}
      @Get('e') @Authorize('read', Note, { id: 'args.id' }) elsewhere() {}
      @Get('f/:noteId') @Authorize('read', Note, { id: 'params.not' }) prefix() {}
      @Get('g/*rest') @Authorize('read', Note, { id: 'params.rest' }) wildcard() {}
      @Get('h') @Authorize('read', Note, { id: () => '1' }) hook() {}
      @Get('i') @Authorize('read', () => new Note()) inline() {}
    }
    expect(await check(Ids)).toEqual([
      'Ids.missing NO_ID',
      'Ids.notEverywhere NO_ID',
      'Ids.elsewhere NO_ID',
      'Ids.prefix NO_ID',
    ]);
  });

  it('has exactly one loader for its type', async () => {
    @Injectable()
    @ResourceLoader(Draft)
    class First {
      load() {}
    }
    @Injectable()
    @ResourceLoader(Draft)
    class Second {
      load() {}
    }
    @Controller()
    class Drafts {
      @Get(':id') @Authorize('read', Draft) show() {}
      @Get('a/:id') @Authorize('read', First) named() {}
    }
    expect(await check(Drafts)).toEqual(['Drafts.show NO_LOADER', 'Drafts.named INVALID_LOADER']);
    expect(await check(Drafts, {}, [First, Second])).toEqual(['Drafts.show DUPLICATE_LOADER']);
    expect(await check(Drafts, {}, [First])).toEqual([]);
  });

  it('names a type of the policy', async () => {
    @Controller()
    class Types {
      @Get('a') @Authorize('list', 'Note') known() {}
      @Get('b') @Authorize('list', 'Noet') unknown() {}
      @Get('c') @Authorize('list', Unknown) unregistered() {}
    }
    const generic = { policies: 'allow(_, _, _);' };
    expect(await check(Types, generic)).toEqual([
      'Types.unknown UNKNOWN_TYPE',
      'Types.unregistered UNKNOWN_TYPE',
    ]);
  });

  it('has an action if the HTTP method has no default action', async () => {
    @Controller()
    class Methods {
      @All('a/:id') @Authorize(Note) all() {}
      @Get('b/:id') @Authorize(Note) get() {}
      @MessagePattern('c') @Authorize(Note) message() {}
    }
    expect(await check(Methods)).toEqual(['Methods.all NO_ACTION', 'Methods.message NO_ACTION']);
    expect(await check(Methods, { actions: { ALL: 'read' } })).toEqual(['Methods.message NO_ACTION']);
  });

  it('@AuthorizeRequest() needs a rule allow_request in the policy', async () => {
    @Controller()
    class Requests {
      @Get(':id') @AuthorizeRequest() @Authorize(Note) show() {}
    }
    expect(await check(Requests)).toEqual(['Requests.show NO_REQUEST_RULE']);
    expect(await check(Requests, { policies: `${policies} allow_request(_, _);` })).toEqual([]);
  });

  it('@AuthorizedFields() needs a rule allow_field in the policy', async () => {
    @Controller()
    class Shown {
      @Get(':id') @Authorize(Note) @AuthorizedFields() show() {}
    }
    expect(await check(Shown)).toEqual(['Shown.show NO_FIELD_RULE']);
    expect(await check(Shown, { policies: `${policies} allow_field(_, "read", _: Note, "id");` })).toEqual(
      [],
    );
  });

  it('does not conflict with another one on the same handler', async () => {
    @Controller()
    class Contradictory {
      @Get(':id') @Authorize(Note) @SkipAuthorization('public') show() {}
    }
    expect(await check(Contradictory)).toEqual(['Contradictory.show CONFLICTING_REQUIREMENTS']);
  });

  it('can be @AuthorizeResult', async () => {
    @Controller()
    class Results {
      @Get() @AuthorizeResult('read') list() {
        return [];
      }
    }
    expect(listed(await start({ controllers: [Results] }))).toEqual([
      {
        kind: 'http',
        routes: ['GET /'],
        requirements: [{ kind: 'authorize', action: 'read', resource: 'the result' }],
      },
    ]);
  });

  it('appears in the error together with all other findings', async () => {
    @Injectable()
    @ResourceLoader('Noet')
    class WrongType {
      load() {}
    }
    @Injectable()
    @ResourceLoader(Draft)
    class NoMethod {}
    @Controller()
    class Wrong {
      @Get('a/:id') @Authorize('raed', Note) misspelled() {}
      @Get('b') forgotten() {}
    }
    expect(await check(Wrong, {}, [WrongType, NoMethod])).toEqual([
      'Wrong.misspelled NOT_GRANTABLE',
      'Wrong.forgotten NO_REQUIREMENT',
      'undefined INVALID_LOADER',
      'undefined INVALID_LOADER',
    ]);
  });
});
