import { UseInterceptors } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  namedRequirements,
  ownRequirementsOf,
  requirementsKey,
  type HandlerRequirement,
} from './handler-requirement.js';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { RefusalInterceptor } from '../refusals/refusal.interceptor.js';
import { bringGuard } from './requirement-guard.js';

/** A decorator of handlers and classes. */
export type HandlerOrClass = ClassDecorator & MethodDecorator;

const reflector = new Reflector();
const refusals = new RefusalInterceptor();

/** Makes a decorator of handlers and classes that adds one requirement. @param name as the application writes it */
export const requirementDecorator = (name: string, requirement: HandlerRequirement): HandlerOrClass =>
  onHandlerOrClass(name, (place, kind, method) => {
    if (requirement.kind !== 'skip') bringGuards(place, kind, method);
    // An object, as Nest skips a class that it did not instantiate. Its global interceptors are not before messages, either.
    if (ownRequirements(place).length === 0) UseInterceptors(refusals)(place as never);
    // Decorators run from the last to the first.
    Reflect.defineMetadata(requirementsKey, [requirement, ...ownRequirements(place)], place);
    // By name, too: it tells of the requirement when something else takes the place of the method.
    if (method !== undefined)
      Reflect.defineMetadata(
        requirementsKey,
        [requirement, ...namedRequirements(method.prototype, method.name)],
        method.prototype,
        method.name,
      );
  });

/** Brings the guard to what is decorated, and for a method to its class, too: a method that overrides it has no other guard. */
export function bringGuards(
  place: object,
  kind: 'handler' | 'class',
  method: DecoratedMethod | undefined,
): void {
  bringGuard(place, kind);
  if (method !== undefined) bringGuard(method.prototype.constructor, 'override');
}

const ownRequirements = (place: object): readonly HandlerRequirement[] =>
  Reflect.hasOwnMetadata(requirementsKey, place) ? ownRequirementsOf(reflector, place) : [];

interface DecoratedMethod {
  readonly prototype: object;
  readonly name: string | symbol;
}

/**
 * Makes a decorator that gets the function it stands on: a method, or a class.
 *
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` when it stands on anything else, or was written without parentheses
 */
export function onHandlerOrClass(
  name: string,
  decorate: (place: object, kind: 'handler' | 'class', method: DecoratedMethod | undefined) => void,
): HandlerOrClass {
  const wrong = (reason: string): NanookNestError =>
    new NanookNestError('NANOOK_NEST_INVALID_DECORATOR', { decorator: name, reason });
  // A function that can be constructed: a class that was decorated without parentheses is replaced by it.
  return function decorator(
    target: object,
    key?: string | symbol | { readonly kind?: string },
    descriptor?: PropertyDescriptor,
  ): void {
    if (new.target !== undefined)
      throw wrong('stands on a class without parentheses, and took its place; write its arguments');
    if (typeof key === 'object')
      throw wrong(
        'was called as a standard decorator; compile with `experimentalDecorators`, as Nest needs it',
      );
    if (key === undefined && descriptor === undefined && typeof target === 'function')
      return decorate(target, 'class', undefined);
    const method: unknown = descriptor?.value;
    if (typeof method !== 'function' || key === undefined)
      throw wrong(`stands on ${String(key ?? 'a value')}, which is neither a method nor a class`);
    if (typeof target === 'function')
      throw wrong(`stands on the static method ${String(key)}, which Nest never calls as a handler`);
    return decorate(method, 'handler', { prototype: target, name: key });
  };
}
