import type { RequestAuthorization } from '@nanook/http';

// On globalThis, so that the ESM and the CommonJS copy of this package share it.
const registryKey = Symbol.for('@nanook/nestjs/graphql-requests');
const registries = globalThis as { [registryKey]?: WeakMap<object, RequestAuthorization> };
const requests = (registries[registryKey] ??= new WeakMap<object, RequestAuthorization>());

/** By the context object of GraphQL: all that a field middleware, which Nest's container does not know, has of the request. */
export const rememberRequest = (context: object, authz: RequestAuthorization): void =>
  void requests.set(context, authz);

export const findRequest = (context: unknown): RequestAuthorization | undefined =>
  typeof context === 'object' && context !== null ? requests.get(context) : undefined;
