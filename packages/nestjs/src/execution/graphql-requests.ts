import { RequestAuthorization } from '@nanook/http';
import { NanookNestError } from '../errors/nanook-nest-error.js';

// On globalThis, so that the ESM and the CommonJS copy of this package share it.
const registryKey = Symbol.for('@nanook/nestjs/graphql-requests');
const registries = globalThis as { [registryKey]?: WeakMap<object, RequestAuthorization> };
const requests = (registries[registryKey] ??= new WeakMap<object, RequestAuthorization>());

/** By the context object of GraphQL: all that a field middleware, which Nest's container does not know, has of the request. */
export function rememberRequest(context: object, authz: RequestAuthorization, request: () => unknown): void {
  requests.set(context, authz);
  seenRequests.set(authz, request);
}

/** What `allow_request` is asked about in each of them. */
const seenRequests = new WeakMap<RequestAuthorization, () => unknown>();

export const findRequest = (context: unknown): RequestAuthorization | undefined =>
  isObject(context) ? requests.get(context) : undefined;

const ofScopes = new WeakMap<RequestAuthorization, WeakMap<object, RequestAuthorization>>();

/**
 * Returns the authorization of one part of a request: it has the actor of the request, and decides everything anew.
 *
 * @param scope an event, which several subscribers may share, or a root field of a mutation
 */
export function scopedAuthorization(request: RequestAuthorization, scope: object): RequestAuthorization {
  let scopes = ofScopes.get(request);
  if (scopes === undefined) ofScopes.set(request, (scopes = new WeakMap()));
  let authz = scopes.get(scope);
  if (authz === undefined) {
    authz = new RequestAuthorization(request.authorizer, {
      actor: () => request.actor(),
      request: () => seenRequests.get(request)?.(),
      report: request.checks.report,
    });
    authz.checks.reportLostFailures(() => ({ method: 'graphql', route: 'an event or a mutation' }));
    scopes.set(scope, authz);
  }
  return authz;
}

/** A context, and the request that it was first seen with: Mercurius puts the reply into it. */
const firstSeen = new WeakMap<object, unknown>();

/**
 * A context that is no function's result may be one object for all requests; whoever asks first would be who is asking then.
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
  // Apollo copies the context, but Nest 11 leaves in it the request that came first.
  if (firstSeen.get(context) !== carried || req?.res?.writableEnded === true)
    throw new NanookNestError('NANOOK_NEST_SHARED_CONTEXT', {});
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
