import 'reflect-metadata';
import { ApolloDriver } from '@nestjs/apollo';
import { Controller, Get, Inject, Logger, Post, UseGuards, type CanActivate } from '@nestjs/common';
import {
  Args,
  ArgsType,
  Field,
  GraphQLModule,
  ID,
  Query,
  Resolver,
  type GqlModuleOptions,
} from '@nestjs/graphql';
import { describe, expect, it, vi } from 'vitest';
import {
  AuthorizationGuard,
  Authorize,
  AuthorizedResource,
  ResourceLoader,
  SkipAuthorization,
} from '../index.js';
import { Draft, Note, findingsOf, start } from '../fixtures/audit.fixture.js';

@ArgsType()
class NoteArgs {
  @Field(() => ID) id!: string;
}

@Resolver()
class NoteResolver {
  @Query(() => String) @Authorize('read', Note, { id: 'args.noteId' }) given(
    @Args('noteId', { type: () => ID }) _: string,
  ) {}
  @Query(() => String) @Authorize('read', Note) ofClass(@Args() _: NoteArgs) {}
  @Query(() => String) @Authorize('read', Note) renamed(@Args('noteId', { type: () => ID }) _: string) {}
  @Query(() => String) @Authorize('read', Note, { id: 'args.input.id' }) none() {}
  @Query(() => String) @Authorize('read', Note, { id: 'params.id' }) wrongRoot(
    @Args('id', { type: () => ID }) _: string,
  ) {}
}

describe('the audit of resolvers', () => {
  const graphql = (options: GqlModuleOptions) =>
    GraphQLModule.forRoot({ driver: ApolloDriver, ...options } as never);

  it('finds an id in an argument that does not exist, and names the roots of paths', async () => {
    const starting = start({ imports: [graphql({ autoSchemaFile: true })], providers: [NoteResolver] });
    const findings = await findingsOf(starting);
    expect(findings.map(({ handler, code }) => [handler, code])).toEqual([
      ['NoteResolver.renamed', 'NANOOK_NEST_NO_ID'],
      ['NoteResolver.none', 'NANOOK_NEST_NO_ID'],
      ['NoteResolver.wrongRoot', 'NANOOK_NEST_NO_ID'],
    ]);
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining(
        "at `args.id`, but its resolver has no such argument; give the path of the id: { id: 'args.…' }",
      ),
      expect.stringContaining('at `args.input.id`, but its resolver has no such argument'),
      expect.stringContaining(
        "its paths start with `args` or `parent`; give the path of the id: { id: 'args.…' }",
      ),
    ]);
  });

  it('accepts an argument that only the schema declares', async () => {
    @Resolver()
    class SchemaFirst {
      @Query('note') @Authorize('read', Note) note() {}
    }
    const typeDefs = 'type Query { note(id: ID): String }';
    const app = await start({ imports: [graphql({ typeDefs })], providers: [SchemaFirst] });
    expect(app).toBeDefined();
  });
});

describe('the audit of @AuthorizedResource', () => {
  it('finds a parameter without a requirement that loads its resource', async () => {
    @Controller()
    class Notes {
      @Get('a') @SkipAuthorization('test') none(@AuthorizedResource() _: Note) {}
      @Get('b/:id') @Authorize('read', Note) one(
        @AuthorizedResource(0) _: Note,
        @AuthorizedResource(1) __: Note,
      ) {}
      @Post() @Authorize('create', Note) create(@AuthorizedResource() _: typeof Note) {}
    }
    const findings = await findingsOf(start({ controllers: [Notes] }));
    expect(findings.map(({ handler, message }) => [handler, message])).toEqual([
      [
        'Notes.none',
        expect.stringContaining('has @AuthorizedResource(), but no @Authorize that loads a resource'),
      ],
      ['Notes.one', expect.stringContaining('has @AuthorizedResource(1), but only 1 @Authorize')],
    ]);
  });
});

describe('the audit of constructors', () => {
  class Database {}
  /** Decorates a class as a compiler does that emits no types of parameters. */
  const asController = <T extends new (...args: never[]) => { show(): void }>(type: T): T => {
    Controller('notes')(type);
    Get()(type.prototype as object, 'show', Object.getOwnPropertyDescriptor(type.prototype, 'show')!);
    SkipAuthorization('test')(type);
    return type;
  };

  it('finds a class with handlers, and a loader, whose constructor parameters have no types', async () => {
    const Notes = asController(
      class Notes {
        constructor(readonly database: Database) {}
        show() {}
      },
    );
    class DraftLoader {
      constructor(
        readonly database: Database,
        readonly cache: unknown,
      ) {}
      load() {
        return new Draft();
      }
    }
    ResourceLoader(Draft)(DraftLoader);
    Inject('CACHE')(DraftLoader, undefined, 0);
    const providers = [Database, DraftLoader, { provide: 'CACHE', useValue: {} }];
    const findings = await findingsOf(start({ controllers: [Notes], providers }));
    expect(findings.map(({ code, message }) => [code, message.slice(0, 70)])).toEqual([
      ['NANOOK_NEST_NO_METADATA', 'Notes has a constructor parameter without types, so Nest would create '],
      ['NANOOK_NEST_NO_METADATA', 'DraftLoader has 2 constructor parameters without types, so Nest would '],
    ]);
  });

  it('accepts types of the compiler, @Inject for each parameter, and factories', async () => {
    const Injected = asController(
      class Injected {
        constructor(readonly database: Database) {}
        show() {}
      },
    );
    Inject(Database)(Injected, undefined, 0);
    @Controller('typed')
    @SkipAuthorization('test')
    class Typed {
      constructor(readonly database: Database) {}
      @Get() show() {}
    }
    class DraftLoader {
      constructor(readonly database: Database) {}
      load() {
        return new Draft();
      }
    }
    ResourceLoader(Draft)(DraftLoader);
    const made = { provide: DraftLoader, useFactory: () => new DraftLoader(new Database()) };
    const app = await start({ controllers: [Injected, Typed], providers: [Database, made] });
    expect(app).toBeDefined();
  });
});

describe('a guard of `authenticate` that Nest cannot create', () => {
  it('stops the application', async () => {
    class TokenGuard implements CanActivate {
      constructor(@Inject('TOKENS') readonly tokens: unknown) {}
      canActivate() {
        return true;
      }
    }
    await expect(start({}, { authenticate: [TokenGuard] })).rejects.toMatchObject({
      code: 'NANOOK_NEST_INVALID_OPTION',
      message: expect.stringContaining('`authenticate` lists TokenGuard, which no module provides') as string,
    });
  });
});

describe("guard: 'manual'", () => {
  class Allows implements CanActivate {
    canActivate() {
      return true;
    }
  }
  @Controller()
  class Unguarded {
    @Get(':id') @Authorize('read', Note) show() {}
  }
  @Controller()
  class Guarded {
    @Get(':id') @UseGuards(Allows) @Authorize('read', Note) show() {}
  }
  @Controller()
  class Placed {
    @Get(':id') @UseGuards(AuthorizationGuard) @Authorize('read', Note) show() {}
  }

  it.each([
    ['warns if no handler has a guard', Unguarded, 1],
    ['does not warn if a handler has a guard', Guarded, 0],
    ['does not warn if a handler places the guard', Placed, 0],
  ])('%s', async (_, controller, warnings) => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    await start({ controllers: [controller] }, { guard: 'manual' });
    expect(
      warn.mock.calls.filter(([text]) => String(text).includes("`guard: 'manual'` has no effect")),
    ).toHaveLength(warnings);
  });
});
