import 'reflect-metadata';
import { Controller, Get, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import {
  Authorize,
  AuthorizeRequest,
  AuthorizeResult,
  AuthorizedFields,
  SkipAuthorization,
} from '../index.js';

class Note {}

const decorators = { Authorize, AuthorizeRequest, AuthorizeResult, AuthorizedFields, SkipAuthorization };

describe.each(Object.entries(decorators))('@%s without parentheses', (name, given) => {
  const bare = given as unknown as MethodDecorator & ClassDecorator;

  it('throws on a handler, and the message shows the correct code', () => {
    expect(() => {
      class Notes {
        @Get() @bare show() {}
      }
      return Notes;
    }).toThrow(`@${name} is written without parentheses; write @${name}(`);
  });

  it('throws on a class, and the message shows the correct code', async () => {
    const start = async (): Promise<INestApplication> => {
      @Controller()
      @bare
      class Notes {
        @Get() show() {}
      }
      const built = await Test.createTestingModule({ controllers: [Notes] }).compile();
      return built.createNestApplication({ logger: false }).init();
    };
    await expect(start()).rejects.toMatchObject({
      code: 'NANOOK_NEST_INVALID_DECORATOR',
      message: expect.stringMatching(`^@${name} .*without parentheses`) as string,
    });
  });
});

describe('the arguments of a decorator', () => {
  const authorize = Authorize as (...args: unknown[]) => unknown;
  const result = AuthorizeResult as (...args: unknown[]) => unknown;
  const request = AuthorizeRequest as (...args: unknown[]) => unknown;

  it.each([
    ['no argument', () => authorize(), 'needs a resource, got no arguments'],
    [
      'the resource first',
      () => authorize(Note, 'read'),
      "needs the action before the resource, got Note before 'read'",
    ],
    ['a list of actions', () => authorize(['read', 'update'], Note), 'needs one action, got a list'],
    ['a number', () => authorize('read', 7), 'loads it; got the number 7'],
    ['an object', () => authorize('read', { id: 'params.id' }), 'loads it; got an object'],
    ['null', () => authorize(null), 'loads it; got null'],
    ['a misspelled option', () => authorize('read', Note, { ID: 'params.id' }), 'has no option `ID`'],
    [
      'an id that is a number',
      () => authorize('read', Note, { id: 1 }),
      'false for the type itself; got the number 1',
    ],
    [
      'an id that is true',
      () => authorize('read', Note, { id: true }),
      'false for the type itself; got the boolean true',
    ],
    [
      'a parse that is not a function',
      () => authorize('read', Note, { parse: 'Number' }),
      "converts the text of the id, got 'Number'",
    ],
    [
      'options that are not an object',
      () => authorize('read', Note, 'params.id'),
      "needs options { id?, parse? }, got 'params.id'",
    ],
    ['options alone', () => result({ at: 'items' }), 'needs the action first, got an object'],
    ['a misspelled option of a result', () => result('read', { path: 'items' }), 'has no option `path`'],
    ['an argument of @AuthorizeRequest', () => request('read'), "takes no arguments, got 'read'"],
    [
      'a static method',
      () => {
        class Notes {
          @Authorize('read', Note) static show() {}
        }
        return Notes;
      },
      'static method show',
    ],
  ])('throw with the expected value in the message: %s', (_, decorate, message) => {
    expect(decorate).toThrow(message);
  });
});
