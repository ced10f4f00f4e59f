import type { RequestAuthorization } from '@nanook/http';
import type { ExecutionContext } from '@nestjs/common';
import { executionOf } from './execution.js';
import { handlerName } from './handler-location.js';
import { NanookNestError } from '../errors/nanook-nest-error.js';

/** One call of a handler: the authorization of its request, and what its requirements have loaded. */
export interface HandlerCall {
  readonly authz: RequestAuthorization;
  /** In the order of the requirements. */
  readonly resources: unknown[];
}

// On globalThis, so that the ESM and the CommonJS copy of this package share it.
const registryKey = Symbol.for('@nanook/nestjs/calls');
const registries = globalThis as { [registryKey]?: WeakMap<object, HandlerCall> };
const calls = (registries[registryKey] ??= new WeakMap<object, HandlerCall>());

export const findCall = (key: object): HandlerCall | undefined => calls.get(key);

export const rememberCall = (key: object, call: HandlerCall): void => void calls.set(key, call);

/**
 * The call that the guard has seen.
 *
 * @throws {NanookNestError} `NANOOK_NEST_NO_AUTHORIZATION` where the guard does not stand before the handler
 */
export function callOf(context: ExecutionContext, wanted: string): HandlerCall {
  const call = findCall(executionOf(context).callKey);
  if (call === undefined)
    throw new NanookNestError('NANOOK_NEST_NO_AUTHORIZATION', {
      wanted,
      handler: handlerName(context.getClass(), context.getHandler()),
    });
  return call;
}
