import type { Authorizer } from '@nanook/core';
import type { CallerOptions } from '../callers/caller.js';
import type { ObligationOptions } from '../obligations/obligation.js';
import type { FollowedStatus } from '../operations/followed-status.js';
import type { LoggedSink } from '../operations/logged-sink.js';
import type { ActionOptions, EntityOptions } from '../entities/entity-options.js';
import type { FactOptions } from '../entities/fact-options.js';

/** The limits of a server. */
export interface ServerLimits {
  /** The largest body of a request. Default: 262,144. */
  readonly bodyBytes?: number;
  /** The most items of a batch. Default: 100. */
  readonly batchSize?: number;
  /** The most results of a page of a search. Default: 1,000. */
  readonly results?: number;
  /** The time for a request, from its headers to its answer. Default: 5,000. */
  readonly timeoutMs?: number;
  /** The requests of a caller in a second, on average and at once. Default: no limit. */
  readonly requestsPerSecond?: number;
}

/** A request that was answered, for a log. */
export interface AnsweredRequest {
  /** The path of the endpoint; `other` for a path that does not exist. */
  readonly endpoint: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  /** The name of the caller; undefined if it is not known. */
  readonly caller: string | undefined;
  /** The header `X-Request-ID`. */
  readonly requestId: string | undefined;
  /**
   * The types of entities in the request that the option `entities` does not have; undefined if it has all. They are denied. At most ten, with at
   * most 64 characters each.
   */
  readonly unknownTypes: readonly string[] | undefined;
}

/** Options of `decisionServer`. */
export interface ServerOptions {
  readonly authorizer: Authorizer;
  /**
   * The public address of the server, such as `https://pdp.example.com/tenant1`. The metadata contain it, and the endpoints are below its
   * path.
   */
  readonly baseUrl: string;
  /** The path below which requests arrive, if a proxy changes it. Default: the path of `baseUrl`. */
  readonly path?: string;
  /** The services that may ask for decisions. */
  readonly callers: CallerOptions;
  /** The entities by their types of the wire. An entity of another type is denied. */
  readonly entities: Readonly<Record<string, EntityOptions>>;
  /** The type of actions, if policies read more than their name. */
  readonly actions?: ActionOptions;
  /**
   * The facts that callers with the scope `facts` may send as `context.facts`, with their arguments: `{ has_role: [{ entity: 'user' },
   * { values: ['member'] }, { entity: 'organization' }] }`. They grant like rules. Default: `context.facts` has no meaning.
   */
  readonly facts?: FactOptions;
  /** The duties of callers that come with decisions. An action whose obligations the caller cannot fulfill is denied. */
  readonly obligations?: ObligationOptions;
  readonly limits?: ServerLimits;
  /**
   * The key with which tokens of pages are signed. All processes of a server need the same one. Default: a random key, so that a token is
   * valid only in the process that created it.
   */
  readonly pageSecret?: string;
  /** The follower of `@nanook/policies`. The server is ready only while the published policy is in use. */
  readonly follower?: { readonly status: FollowedStatus };
  /** The decision log of `@nanook/log`, whose queues `/metrics` shows. */
  readonly log?: { readonly status: readonly LoggedSink[] };
  /** Returns whether the server is ready. */
  readonly isReady?: () => boolean | PromiseLike<boolean>;
  /** Receives each request after its answer. */
  readonly onRequest?: (request: AnsweredRequest) => void;
  /** Receives errors of the application and of checks, whose text callers never see. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** The limits of a server, with their defaults. */
export type KnownLimits = Required<Omit<ServerLimits, 'requestsPerSecond'>> &
  Pick<ServerLimits, 'requestsPerSecond'>;

export const limitsOf = ({
  bodyBytes = 262_144,
  batchSize = 100,
  results = 1_000,
  timeoutMs = 5_000,
  ...others
}: ServerLimits = {}): KnownLimits => ({ ...others, bodyBytes, batchSize, results, timeoutMs });
