import { RequestAuthorization } from '@nanook/http';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import type { RequestPart } from './graphql-scope.js';
import { collectForResolvers } from './handler-checks.js';

// On globalThis, so that the ESM and the CommonJS copy of this package share the registry.
const registryKey = Symbol.for('@nanook/nestjs/graphql-requests');
const registries = globalThis as { [registryKey]?: WeakMap<object, RequestAuthorization> };
const requests = (registries[registryKey] ??= new WeakMap<object, RequestAuthorization>());

/**
 * Stores the authorization of a request by its GraphQL context, the only part of the request that a field middleware receives: Nest does
 * not inject into a middleware.
 */
export function rememberRequest(context: object, authz: RequestAuthorization, request: () => unknown): void {
  requests.set(context, authz);
  seenRequests.set(authz, request);
}

/** Returns the request for `allow_request`, by the authorization of the request. */
const seenRequests = new WeakMap<RequestAuthorization, () => unknown>();

/** Returns the authorization of the request with this GraphQL context, if the guard has run in the request. */
export const findRequest = (context: unknown): RequestAuthorization | undefined =>
  isObject(context) ? requests.get(context) : undefined;

const ofScopes = new WeakMap<RequestAuthorization, WeakMap<object, RequestAuthorization>>();

/**
 * Returns the authorization of one part of a request: it has the actor of the request, and decides everything anew.
 *
 * @param part an event, which several subscribers may share, or a root field of a mutation
 */
export function scopedAuthorization(
  request: RequestAuthorization,
  { key, isEvent }: RequestPart,
): RequestAuthorization {
  let scopes = ofScopes.get(request);
  if (scopes === undefined) ofScopes.set(request, (scopes = new WeakMap()));
  let authz = scopes.get(key);
  if (authz === undefined) {
    authz = new RequestAuthorization(request.authorizer, {
      actor: () => request.knownActor(),
      anonymous: request.anonymous,
      ...(!isEvent && { pinned: () => request.pinned }),
      request: () => seenRequests.get(request)?.(),
      context: () => request.context,
      report: (error) => request.checks.report(error),
      explain: request.explanations,
    });
    collectForResolvers(authz.checks);
    authz.checks.reportLostFailures(() => ({ method: 'graphql', route: 'an event or a mutation' }));
    scopes.set(key, authz);
  }
  return authz;
}

/** The request with which each context was first used: Mercurius puts the reply into the context. */
const firstSeen = new WeakMap<object, unknown>();

/**
 * Refuses a context that several requests share: the actor of the first request would be the actor of all. A context that is an object
 * in the options, and not the result of a function, can be shared.
 *
 * @throws {NanookNestError} `NANOOK_NEST_SHARED_CONTEXT`
 */
export function checkContext(context: object): void {
  const { reply, req } = context as {
    readonly reply?: { readonly request?: unknown };
    readonly req?: { readonly res?: { readonly writableEnded?: boolean } };
  };
  const carried = reply?.request;
  if (!firstSeen.has(context)) firstSeen.set(context, carried);
  // Apollo copies the context, but Nest 11 leaves the first request in it.
  if (firstSeen.get(context) !== carried || req?.res?.writableEnded === true)
    throw new NanookNestError('NANOOK_NEST_SHARED_CONTEXT', {});
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
