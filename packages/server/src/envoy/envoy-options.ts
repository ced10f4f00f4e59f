import type { Authorizer } from '@nanook/core';
import type { CallerOptions } from '../callers/caller.js';

/** A request that Envoy asks about. */
export interface EnvoyRequest {
  readonly method: string;
  /** The path without the query. Every server reads it alike: see `encodedSlashes`. */
  readonly path: string;
  /** The query without its question mark. */
  readonly query: string;
  /** The host, in small letters, with the port if the client has sent one. */
  readonly host: string;
  /** The headers that Envoy passes on, by their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** The texts that the route of Envoy sets as `context_extensions`. Only gRPC has them. */
  readonly extensions: Readonly<Record<string, string>>;
  /** The metadata of filters, such as verified claims of `envoy.filters.http.jwt_authn`. Only gRPC has them. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The identity in the client certificate of the client of Envoy; an empty text without one. Only gRPC has it. */
  readonly principal: string;
}

/** Changes of the headers that the upstream receives. A name or a value that HTTP does not allow is an error. */
export interface HeaderChanges {
  /** Headers that replace those of the client. */
  readonly set?: Readonly<Record<string, string>>;
  /** The names of headers that are removed, so that a client cannot set them itself. */
  readonly remove?: readonly string[];
}

/** The reason of a refusal. */
export type EnvoyRefusal = 'unauthenticated' | 'denied' | 'undecided' | 'error';

/** The response to a refused request. */
export interface RefusalResponse {
  /** A status from 400 to 499. Default: 401 or 403. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Options of `envoyServer` and `envoyService`. */
export interface EnvoyOptions {
  readonly authorizer: Authorizer;
  /**
   * Finds the actor of a request, for example by its verified token. `undefined` is answered with 401, and `null` is an anonymous actor, about
   * whom the policy decides.
   */
  readonly actor: (
    request: EnvoyRequest,
  ) => object | null | undefined | PromiseLike<object | null | undefined>;
  /** The type of a request in the policy. Default: `Request`. */
  readonly type?: string;
  /** Returns changes of the headers of an allowed request. */
  readonly headers?: (
    actor: object | null,
    request: EnvoyRequest,
  ) => HeaderChanges | PromiseLike<HeaderChanges>;
  /** Returns the response to a refused request. Default: a problem in JSON. */
  readonly refusal?: (reason: EnvoyRefusal, request: EnvoyRequest) => RefusalResponse;
  /**
   * Whether paths may contain an encoded slash or backslash: `%2F` and `%5C`. Some servers decode them, so that `/x%2f..%2fadmin` is `/admin` there.
   * Default: `false`.
   */
  readonly encodedSlashes?: boolean;
  /** The time for a decision, after which it is denied. Envoy waits 200 by default. Default: 150. */
  readonly timeoutMs?: number;
  /** Receives errors of your functions and of checks. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** Options of `envoyServer`. */
export interface EnvoyServerOptions extends EnvoyOptions {
  /** The instances of Envoy that may ask. A key is sent as `X-API-Key`, because `Authorization` belongs to the client of Envoy. */
  readonly callers: Omit<CallerOptions, 'bearer'>;
  /** The `path_prefix` of Envoy. Default: none. */
  readonly path?: string;
}
