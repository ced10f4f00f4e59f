import {
  Inject,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { AttachedValues } from '@nanook/http';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { guardAnswer, guardResultOf } from '../execution/guard-result.js';
import { HandlerCache } from '../execution/handler-cache.js';
import { handlerName } from '../execution/handler-location.js';
import { exceptionOf } from '../refusals/exceptions.js';
import { hasRequirement, findRequiringPlace } from './find-requirement.js';
import { overridesRequirement } from './handler-requirement.js';

/** The token under which `NanookModule` provides its guard. */
export const AUTHORIZATION_GUARD = Symbol.for('@nanook/nestjs/guard');

// The metadata key of Nest.
const guardsKey = '__guards__';

/** Returns the guards of a handler or a class, in their order. */
export const guardsOf = (place: object): readonly unknown[] =>
  (Reflect.getMetadata(guardsKey, place) as readonly unknown[] | undefined) ?? [];

// Registered symbols, which the ESM and the CommonJS copy of this package share.
const handlerMark = Symbol.for('@nanook/nestjs/handler-guard');
const checkedKey = Symbol.for('@nanook/nestjs/checked');
const registries = globalThis as { [checkedKey]?: AttachedValues<object, true> };
/** The contexts of the calls that the guards of all `NanookModule`s let through. Nest creates one context for all guards of a call. */
const checked = (registries[checkedKey] ??= new AttachedValues<object, true>());

// A reflector has no state, and the guards below that are objects get no injection.
const reflector = new Reflector();

const isHandlerGuard = (guard: unknown): boolean => typeof guard === 'function' && handlerMark in guard;

/**
 * Calls the guard of each `NanookModule` of the application. Each decorator with a requirement adds such a guard, because the global guard
 * does not run for gateways (Nest 11), for messages of a hybrid application that does not inherit its configuration, with
 * `guard: 'manual'`, and in an application without the module. There, an unchecked requirement would let every call through.
 */
abstract class ChecksRequirements implements CanActivate, OnModuleInit {
  #found: readonly CanActivate[] = [];

  constructor(private readonly modules: ModulesContainer) {}

  abstract canActivate(context: ExecutionContext): boolean | Promise<boolean>;

  /** @throws {NanookNestError} `NANOOK_NEST_NO_MODULE` */
  onModuleInit(): void {
    if (this.#guards().length > 0) return;
    const found = findRequiringPlace(this.modules);
    if (found !== undefined) throw new NanookNestError('NANOOK_NEST_NO_MODULE', { handler: found });
  }

  protected check(context: ExecutionContext): boolean | Promise<boolean> {
    if (checked.has(context)) return true;
    const guards = this.#guards();
    if (guards.length === 0) return refuseUnlessFree(context, 'NANOOK_NEST_NO_MODULE');
    for (let i = 0; i < guards.length; i++) {
      const answer = guards[i]!.canActivate(context);
      // Without a promise where the global guard has checked the call before.
      if (answer !== true) return this.#checkRest(answer, guards.slice(i + 1), context);
    }
    checked.set(context, true);
    return true;
  }

  async #checkRest(
    answer: ReturnType<CanActivate['canActivate']>,
    guards: readonly CanActivate[],
    context: ExecutionContext,
  ): Promise<boolean> {
    if (!(await guardAnswer(answer))) return false;
    for (const guard of guards) if (!(await guardResultOf(guard, context))) return false;
    checked.set(context, true);
    return true;
  }

  #guards(): readonly CanActivate[] {
    if (this.#found.length > 0) return this.#found;
    return (this.#found = [...this.modules.values()].flatMap(
      ({ providers }) => (providers.get(AUTHORIZATION_GUARD)?.instance as CanActivate | undefined) ?? [],
    ));
  }
}

/** The guard on a handler. */
@Injectable()
export class HandlerGuard extends ChecksRequirements {
  static readonly [handlerMark] = true;

  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    super(modules);
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.check(context);
  }
}

/** The guard on a class. If the handler has a guard, that guard checks: the guards of a handler run after those of its class. */
@Injectable()
export class ClassGuard extends ChecksRequirements {
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    super(modules);
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return hasHandlerGuard(context.getHandler()) || this.check(context);
  }
}

/**
 * The guard on a class with a decorated method. A class that extends it inherits this guard, which is the only one for a method that
 * overrides the decorated one without a decorator.
 */
@Injectable()
export class OverrideGuard extends ChecksRequirements {
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    super(modules);
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return !isBareOverride(context) || this.check(context);
  }
}

const bareOverrides = new HandlerCache<boolean>();

function isBareOverride(context: ExecutionContext): boolean {
  const [type, handler] = [context.getClass(), context.getHandler()];
  return bareOverrides.get(
    type,
    handler,
    () => !hasHandlerGuard(handler) && overridesRequirement(reflector, type, handler),
  );
}

/** Returns whether a handler has its guard. */
export const hasHandlerGuard = (handler: object): boolean => guardsOf(handler).some(isHandlerGuard);

/**
 * Refuses a call that the guard before it did not check. Nest silently skips a guard class that it did not instantiate in the module of the
 * handler, but it never skips a guard that is an object.
 */
const handlerBackstop: CanActivate = {
  canActivate: (context) => checked.has(context) || refuseUnlessFree(context, 'NANOOK_NEST_UNGUARDED'),
};
const classBackstop: CanActivate = {
  canActivate: (context) =>
    checked.has(context) ||
    hasHandlerGuard(context.getHandler()) ||
    refuseUnlessFree(context, 'NANOOK_NEST_UNGUARDED'),
};
const overrideBackstop: CanActivate = {
  canActivate: (context) =>
    checked.has(context) || !isBareOverride(context) || refuseUnlessFree(context, 'NANOOK_NEST_UNGUARDED'),
};

/** The guards for a handler, for a class, and for the class of a decorated method. */
const guards = {
  handler: [HandlerGuard, handlerBackstop],
  class: [ClassGuard, classBackstop],
  override: [OverrideGuard, overrideBackstop],
} as const;

const placed: ReadonlySet<unknown> = new Set(Object.values(guards).flat());

/** Returns whether this package has added a guard, and not the application. */
export const isPlacedGuard = (guard: unknown): boolean => placed.has(guard);

/** Adds the guard to a handler or a class that carries a requirement, or to the class of such a handler. */
export function bringGuard(place: object, kind: keyof typeof guards): void {
  const own = (Reflect.getOwnMetadata(guardsKey, place) ?? []) as readonly unknown[];
  if (!own.includes(guards[kind][0])) UseGuards(...guards[kind])(place as never);
}

/** Moves the guard to the end, so that guards that authenticate run before it. */
export function placeGuard(place: object, kind: 'handler' | 'class'): void {
  const ours: readonly unknown[] = guards[kind];
  const others = guardsOf(place).filter((guard) => !ours.includes(guard));
  Reflect.defineMetadata(guardsKey, [...others, ...ours], place);
}

/** @throws the error, if the handler has a requirement that was not checked */
async function refuseUnlessFree(
  context: ExecutionContext,
  code: 'NANOOK_NEST_NO_MODULE' | 'NANOOK_NEST_UNGUARDED',
): Promise<true> {
  const type = context.getClass();
  const handler = context.getHandler();
  if (!hasRequirement(type, handler)) return true;
  throw await exceptionOf(new NanookNestError(code, { handler: handlerName(type, handler) }), context);
}
