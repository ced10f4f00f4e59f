import type { Authorizer } from '@nanook/core';
import { AttachedValues, type RequestAuthorization } from '@nanook/http';
import type { ExecutionContext } from '@nestjs/common';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { executionOf } from './execution.js';
import { handlerName } from './handler-location.js';

/** One call of a handler: the authorization of its request, and the resources that its requirements loaded. */
export class HandlerCall {
  /** The loaded resources, in the order of the requirements. */
  readonly resources: unknown[] = [];
  readonly #create: () => RequestAuthorization;
  readonly #give: (authz: RequestAuthorization) => void;
  #authz: RequestAuthorization | undefined;
  #isGiven = false;

  /**
   * @param create creates the authorization when it is first needed: most handlers that are skipped never need it
   * @param give is called before the application gets the authorization
   */
  constructor(
    readonly authorizer: Authorizer,
    create: () => RequestAuthorization,
    give: (authz: RequestAuthorization) => void,
  ) {
    this.#create = create;
    this.#give = give;
  }

  /** The authorization for the guard, which awaits its own checks. */
  get authzOfGuard(): RequestAuthorization {
    return (this.#authz ??= this.#create());
  }

  /** The authorization for the application, which may forget to await a check. */
  get authz(): RequestAuthorization {
    const authz = this.authzOfGuard;
    if (!this.#isGiven) {
      this.#isGiven = true;
      this.#give(authz);
    }
    return authz;
  }
}

// On globalThis, so that the ESM and the CommonJS copy of this package share the registry.
const registryKey = Symbol.for('@nanook/nestjs/calls');
const registries = globalThis as { [registryKey]?: AttachedValues<object, HandlerCall> };
const calls = (registries[registryKey] ??= new AttachedValues<object, HandlerCall>());

export const findCall = (key: object): HandlerCall | undefined => calls.get(key);

export const rememberCall = (key: object, call: HandlerCall): void => calls.set(key, call);

/**
 * Returns the call for which the guard ran.
 *
 * @param caller the decorator that needs the call, for the message
 * @throws {NanookNestError} `NANOOK_NEST_NO_AUTHORIZATION` if the guard did not run before the handler
 */
export function callOf(context: ExecutionContext, caller: string): HandlerCall {
  const call = findCall(executionOf(context).callKey);
  if (call === undefined)
    throw new NanookNestError('NANOOK_NEST_NO_AUTHORIZATION', {
      caller,
      handler: handlerName(context.getClass(), context.getHandler()),
    });
  return call;
}
