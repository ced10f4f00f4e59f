import type { AuthorizerOptions, CheckContext, Mask } from '@nanook/core';
import type { ExplainOption, RequestAuthorizer } from '@nanook/http';
import type { CanActivate, ExecutionContext, Type } from '@nestjs/common';
import type { ContextKind } from '../execution/execution.js';

/** A hook of the options: receives the request of the platform and the execution context of Nest. It can be asynchronous. */
// oxlint-disable-next-line typescript/no-explicit-any -- the type of the request depends on the platform
export type ContextHook = (request: any, context: ExecutionContext) => unknown;

/** Guards: classes, which a module may provide, or instances. */
export type Authenticators = readonly (Type<CanActivate> | CanActivate)[];

/** A controller, resolver or gateway of a library, which the application cannot decorate. */
export interface Exclusion {
  /** The class, or its name if the class cannot be imported. A name that two classes have is refused. */
  readonly class: Type | string;
  /** The reason why its handlers need no authorization. */
  readonly reason: string;
}

/** The options of `NanookModule`: those of `Authorizer.load` or a loaded `authorizer`, and the options for Nest. */
export interface NanookModuleOptions extends Partial<AuthorizerOptions> {
  /**
   * A loaded authorizer, which may be compiled ahead of time. It replaces `policies` and the other options for loading.
   */
  readonly authorizer?: RequestAuthorizer;
  /** Whether to reload policy files when they change. Default: if `NODE_ENV` is `development`. */
  readonly watch?: boolean;

  /**
   * Returns the actor of a request, or `undefined` for an anonymous request. It can be asynchronous and is called once for each
   * request. It receives the HTTP request, the client of a gateway, or the context of a message. Under GraphQL it receives the HTTP
   * request; for a subscription, the data that the driver keeps for the connection: the context of `graphql-ws`, or the request
   * that opened the connection.
   *
   * Default: `request.user`; for a GraphQL subscription also the result of `onConnect` (`user` in the context or in `extra`); for a
   * gateway `client.user`, then `client.data.user`; for a message no actor.
   */
  readonly actor?: ContextHook;
  /**
   * The actor of anonymous requests; `null` is `nil` in the policy. A refusal of it is a 401. Default: an anonymous request is refused with a
   * 401, and the policy decides nothing.
   */
  readonly anonymous?: unknown;
  /**
   * The guards that authenticate the actor: one list for all transports, or a list for each, `{ http: [JwtGuard], ws: [SocketGuard] }`.
   * They run before the first check, once for each request. Under GraphQL they receive the context of the first field.
   */
  readonly authenticate?: Authenticators | Partial<Readonly<Record<ContextKind, Authenticators>>>;
  /** The value of `WWW-Authenticate` in a 401: `'Basic realm="notes"'`, or several. Default: `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /**
   * Whether the response to a refusal explains it: as `explanation` of the body or of the `extensions` under GraphQL, or as a page in a
   * browser. A function receives the request and the context, and returns `true` only for developers, because the explanation of a 404
   * reveals the resource that the 404 hides. `true` explains to every client, and is an error in production. Default: `'development'`,
   * which explains if `NODE_ENV` is `development`.
   */
  readonly explain?: ExplainOption<Parameters<ContextHook>>;
  /** Hides values in explanations: returns the text that replaces a value. */
  readonly mask?: Mask;

  /**
   * The time in milliseconds in which a loader must finish. Then the response is a 503 over HTTP, and an error of the server over other
   * transports, and the signal of the loader aborts. Default: no limit.
   */
  readonly loaderTimeoutMs?: number;

  /**
   * Whether to check `allow_request` for each HTTP request that reaches a handler, if the policy has such a rule. Handlers that are
   * skipped or excluded are not checked. In Express and Koa, `authorize()` checks every request before its route is known.
   * Default `true`.
   */
  readonly authorizeRequests?: boolean;
  /** Returns the request that `allow_request` receives. Default: the request of the platform. */
  readonly request?: ContextHook;
  /**
   * Returns the context of a request for the decision log, such as its tenant. Default for each part: the request id of `request.id` or the
   * header `X-Request-Id`, and the trace of the header `traceparent`.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- as in ContextHook
  readonly context?: (request: any, context: ExecutionContext) => CheckContext | undefined;

  /** The default action of each HTTP method, in capitals. HEAD has the action of GET, unless it has its own. */
  readonly actions?: Readonly<Record<string, string>>;
  /** The actions whose resource is the type itself. Default: `create` and `list`. */
  readonly typeActions?: readonly string[];

  /**
   * The treatment of handlers without a requirement. `'error'`, the default: the application does not start. `'warn'`: they are
   * reported, and run. `'off'`: no audit; a call of one is refused.
   */
  readonly audit?: 'error' | 'warn' | 'off';
  /** The classes of libraries whose handlers need no requirement. */
  readonly exclude?: readonly Exclusion[];
}

/** The position of the guard: before all guards of controllers and handlers, or after them, unless `@UseGuards(AuthorizationGuard)` puts it elsewhere. */
export type GuardMode = 'global' | 'manual';

/** Returns the guards that authenticate, by transport. */
export const authenticatorsOf = (
  given: NonNullable<NanookModuleOptions['authenticate']>,
): Partial<Readonly<Record<ContextKind, Authenticators>>> =>
  isForAll(given) ? { http: given, graphql: given, ws: given, rpc: given } : given;

const isForAll = (given: NonNullable<NanookModuleOptions['authenticate']>): given is Authenticators =>
  Array.isArray(given);
