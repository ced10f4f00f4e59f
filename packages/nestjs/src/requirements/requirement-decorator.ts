import { Reflector } from '@nestjs/core';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import {
  namedRequirements,
  ownRequirementsOf,
  requirementsKey,
  type HandlerRequirement,
} from './handler-requirement.js';
import { bringGuard } from './requirement-guard.js';

/** A decorator of handlers and classes. */
export type HandlerOrClass = ClassDecorator & MethodDecorator;

const reflector = new Reflector();

/** Creates a decorator for handlers and classes that adds one requirement. @param name its name in the source: `@Authorize` */
export const requirementDecorator = (name: string, requirement: HandlerRequirement): HandlerOrClass =>
  onHandlerOrClass(name, (place, kind, method) => {
    if (requirement.kind !== 'skip') bringGuards(place, kind, method);
    // Decorators run from the last to the first.
    Reflect.defineMetadata(requirementsKey, [requirement, ...ownRequirements(place)], place);
    // Also by name, so that the requirement is found when another function replaces the method.
    if (method !== undefined)
      Reflect.defineMetadata(
        requirementsKey,
        [requirement, ...namedRequirements(method.prototype, method.name)],
        method.prototype,
        method.name,
      );
  });

/** Adds the guard to a decorated place, and for a method also to its class: a method that overrides it has no other guard. */
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
 * Creates a decorator for methods and classes.
 *
 * @param decorate receives the decorated method or class
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` for a decorator on another place, or without parentheses
 */
export function onHandlerOrClass(
  name: string,
  decorate: (place: object, kind: 'handler' | 'class', method: DecoratedMethod | undefined) => void,
): HandlerOrClass {
  const wrong = (reason: string): NanookNestError =>
    new NanookNestError('NANOOK_NEST_INVALID_DECORATOR', { decorator: name, reason });
  // Not an arrow function: if a class is decorated without parentheses, this function replaces the class, and Nest constructs it.
  return function decorator(
    target: object,
    key?: string | symbol | { readonly kind?: string },
    descriptor?: PropertyDescriptor,
  ): void {
    if (new.target !== undefined)
      throw wrong('is written on a class without parentheses, and replaced the class; write its arguments');
    if (typeof key === 'object')
      throw wrong(
        'was called as a standard decorator; Nest needs the compiler option `experimentalDecorators`',
      );
    if (key === undefined && descriptor === undefined && typeof target === 'function')
      return decorate(target, 'class', undefined);
    const method: unknown = descriptor?.value;
    if (typeof method !== 'function' || key === undefined)
      throw wrong(`must be written on a method or a class, got ${String(key ?? 'another value')}`);
    if (typeof target === 'function')
      throw wrong(`is written on the static method ${String(key)}, but Nest calls only methods of instances`);
    return decorate(method, 'handler', { prototype: target, name: key });
  };
}
