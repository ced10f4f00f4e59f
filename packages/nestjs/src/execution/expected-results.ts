import { AttachedValues } from '@nanook/http';

// On globalThis, so that the ESM and the CommonJS copy of this package share the registry.
const registryKey = Symbol.for('@nanook/nestjs/expected-results');
const registries = globalThis as { [registryKey]?: AttachedValues<object, Set<object>> };
/** The handlers whose result is to be authorized and was not seen yet, by the call. */
const expected = (registries[registryKey] ??= new AttachedValues<object, Set<object>>());

/** Notes that the result of a handler is to be authorized. */
export function expectResult(callKey: object, handler: object): void {
  const handlers = expected.get(callKey);
  if (handlers === undefined) expected.set(callKey, new Set([handler]));
  else handlers.add(handler);
}

/** Notes that the result of a handler is authorized now. */
export const seeResult = (callKey: object, handler: object): void =>
  void expected.get(callKey)?.delete(handler);

/** Notes that the handlers of a call have failed, so that they have no result. */
export const expectNoResult = (callKey: object): void => expected.get(callKey)?.clear();

/** Returns whether the result of a handler is to be authorized, but was not seen: an interceptor has answered instead of the handler. */
export const lacksResult = (callKey: object, handler: object): boolean =>
  expected.get(callKey)?.has(handler) === true;
