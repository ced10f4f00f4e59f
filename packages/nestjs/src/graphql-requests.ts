import { RequestAuthorization } from '@nanook/http';
import { NestFault } from './nest-fault.js';

// On globalThis, so that the ESM and the CommonJS copy of this package share it.
const registryKey = Symbol.for('@nanook/nestjs/graphql-requests');
const registries = globalThis as { [registryKey]?: WeakMap<object, RequestAuthorization> };
const requests = (registries[registryKey] ??= new WeakMap<object, RequestAuthorization>());

/** By the context object of GraphQL: all that a field middleware, which Nest's container does not know, has of the request. */
export const rememberRequest = (context: object, authz: RequestAuthorization): void =>
  void requests.set(context, authz);

export const findRequest = (context: unknown): RequestAuthorization | undefined =>
  isObject(context) ? requests.get(context) : undefined;

const ofEvents = new WeakMap<RequestAuthorization, WeakMap<object, RequestAuthorization>>();

/**
 * The authorization of an event: who asks is known, but everything is decided anew. A subscription lives long; what was decided
 * about one event is neither true for the next, nor to be kept.
 *
 * @param event may be handed to several subscribers
 */
export function eventAuthorization(subscription: RequestAuthorization, event: object): RequestAuthorization {
  let events = ofEvents.get(subscription);
  if (events === undefined) ofEvents.set(subscription, (events = new WeakMap()));
  let authz = events.get(event);
  if (authz === undefined) {
    authz = new RequestAuthorization(subscription.authorizer, {
      actor: () => subscription.actor(),
      report: subscription.checks.report,
    });
    authz.checks.reportLostFailures(() => ({ method: 'graphql', route: 'an event of a subscription' }));
    events.set(event, authz);
  }
  return authz;
}

/** A context, and the request that it was first seen with: Mercurius puts the reply into it. */
const firstSeen = new WeakMap<object, unknown>();

/**
 * A context that is no function's result may be one object for all requests; whoever asks first would be who is asking then.
 *
 * @throws {NestFault} `NANOOK_NEST_SHARED_CONTEXT`
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
    throw new NestFault('NANOOK_NEST_SHARED_CONTEXT', {});
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
