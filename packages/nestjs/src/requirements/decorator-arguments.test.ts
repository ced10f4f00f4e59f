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

  it('throws on a handler, and says what to write', () => {
    expect(() => {
      class Notes {
        @Get() @bare show() {}
      }
      return Notes;
    }).toThrow(`@${name} is written without parentheses; write @${name}(`);
  });

  it('throws on a class, and says what to write', async () => {
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
    ['no argument', () => authorize(), 'was given no resource'],
    [
      'the resource first',
      () => authorize(Note, 'read'),
      "was given 'read' after Note; the action comes first",
    ],
    ['a list of actions', () => authorize(['read', 'update'], Note), 'one decorator has one action'],
    ['a number', () => authorize('read', 7), 'was given the number 7 for the resource'],
    ['an object', () => authorize('read', { id: 'params.id' }), 'was given an object for the resource'],
    ['null', () => authorize(null), 'was given null for the resource'],
    ['a misspelled option', () => authorize('read', Note, { ID: 'params.id' }), 'has no option `ID`'],
    ['an id that is a number', () => authorize('read', Note, { id: 1 }), 'was given the number 1 for `id`'],
    [
      'an id that is true',
      () => authorize('read', Note, { id: true }),
      'was given the boolean true for `id`',
    ],
    [
      'a parse that is no function',
      () => authorize('read', Note, { parse: 'Number' }),
      "was given 'Number' for `parse`",
    ],
    [
      'options that are none',
      () => authorize('read', Note, 'params.id'),
      "was given 'params.id' for its options",
    ],
    ['options alone', () => result({ at: 'items' }), 'the action comes first'],
    ['a misspelled option of a result', () => result('read', { path: 'items' }), 'has no option `path`'],
    ['an argument where none is taken', () => request('read'), "takes no arguments, and was given 'read'"],
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
  ])('are refused with what is expected: %s', (_, decorate, message) => {
    expect(decorate).toThrow(message);
  });
});
