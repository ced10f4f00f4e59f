import type { Authorizer, AuthorizerOptions } from '@nanook/core';
import type { CanActivate, ExecutionContext, Type } from '@nestjs/common';
import type { ContextKind } from './execution.js';
import { NestFault } from './nest-fault.js';

// oxlint-disable-next-line typescript/no-explicit-any -- the request of whichever platform it is
export type ContextHook = (request: any, context: ExecutionContext) => unknown;

/** Guards, as classes that a module may provide, or as objects. */
export type Authenticators = readonly (Type<CanActivate> | CanActivate)[];

/** A controller, resolver or gateway of somebody else, that cannot be decorated. */
export interface Exclusion {
  /** The class, or its name where it cannot be imported; a name that two classes have is refused. */
  readonly class: Type | string;
  /** Why nothing is authorized in it. */
  readonly reason: string;
}

/** What `Authorizer.load` takes, or a loaded `authorizer`; and how it meets Nest. */
export interface NanookModuleOptions extends Partial<AuthorizerOptions> {
  /** One that is loaded already, in place of `policies`. */
  readonly authorizer?: Authorizer;
  /** Reload policy files when they change. Default: when `NODE_ENV` is `development`. */
  readonly watch?: boolean;

  /**
   * Says who is asking; may be async. Called once a request. `undefined` is nobody. Receives the HTTP request (also under
   * GraphQL; of a subscription, what the driver has of the connection: the context of `graphql-ws`, or the request that opened
   * it), the client of a gateway, or the context of a message.
   * Default: `request.user`; for a GraphQL subscription also what its `onConnect` found, `user` in the context or in `extra`;
   * for a gateway `client.user`, then `client.data.user`; for a message nobody.
   */
  readonly actor?: ContextHook;
  /** Who stands in for nobody; `null` asks the policy with `nil`. Default: nobody is refused with a 401. */
  readonly anonymous?: unknown;
  /**
   * The guards that find out who is asking: a list for all transports, or one for each, `{ http: [JwtGuard], ws: [SocketGuard] }`. They
   * run before the first check, so that their order is not left to chance; once a request, so under GraphQL with the context of
   * the field that comes first.
   */
  readonly authenticate?: Authenticators | Partial<Readonly<Record<ContextKind, Authenticators>>>;
  /** The value of `WWW-Authenticate` in a 401: `'Basic realm="notes"'`, or several. Default: `'Bearer'`. */
  readonly challenge?: string | readonly string[];

  /**
   * Whether `allow_request` is asked for every HTTP request that reaches a handler, where the policy has such a rule; not for
   * handlers that are skipped or excluded. `authorize()` of Express and Koa asks it for every request, before the route is known.
   * Default `true`.
   */
  readonly authorizeRequests?: boolean;
  /** What `allow_request` is asked about. Default: the request as it is. */
  readonly request?: ContextHook;

  /** The actions that follow from the method of an HTTP request, in capitals. HEAD has that of GET, unless it is given. */
  readonly actions?: Readonly<Record<string, string>>;
  /** The actions whose resource is the type itself. Default: `create` and `list`. */
  readonly typeActions?: readonly string[];

  /**
   * The treatment of handlers without a requirement. `'error'`, the default: the application does not start. `'warn'`: they are
   * reported, and run. `'off'`: no audit; a call of one is refused.
   */
  readonly audit?: 'error' | 'warn' | 'off';
  readonly exclude?: readonly Exclusion[];
}

/** The position of the guard: before all guards of controllers and handlers, or after them, unless `@UseGuards(AuthorizationGuard)` puts it elsewhere. */
export type GuardMode = 'global' | 'manual';

const ours = [
  'authorizer',
  'watch',
  'actor',
  'anonymous',
  'authenticate',
  'challenge',
  'authorizeRequests',
  'request',
  'actions',
  'typeActions',
  'audit',
  'exclude',
] as const satisfies readonly (keyof NanookModuleOptions)[];

/** What of the options is for `Authorizer.load`, which refuses what it does not know. */
export const loadOptionsOf = (options: NanookModuleOptions): AuthorizerOptions =>
  Object.fromEntries(
    Object.entries(options).filter(([name]) => !(ours as readonly string[]).includes(name)),
  ) as unknown as AuthorizerOptions;

/** @throws {NestFault} `NANOOK_NEST_INVALID_OPTION` */
export function checkOptions(options: NanookModuleOptions): void {
  const wrong = (option: string, reason: string) =>
    new NestFault('NANOOK_NEST_INVALID_OPTION', { option, reason });
  const { authorizer, actor, request, audit, actions = {}, exclude = [], authenticate = [] } = options;
  if (authorizer !== undefined) {
    if (typeof authorizer.authorize !== 'function')
      throw wrong('authorizer', 'is no Authorizer; await Authorizer.load(…)');
    const [unused] = Object.keys(loadOptionsOf(options));
    if (unused !== undefined) throw wrong(unused, 'is for loading, but an `authorizer` is given');
  }
  for (const [option, hook] of Object.entries({ actor, request }))
    if (hook !== undefined && typeof hook !== 'function') throw wrong(option, 'is no function');
  if (audit !== undefined && !['error', 'warn', 'off'].includes(audit))
    throw wrong('audit', "is none of 'error', 'warn' and 'off'");
  for (const [method, action] of Object.entries(actions)) {
    if (!/^[A-Z-]+$/.test(method))
      throw wrong('actions', `has \`${method}\`, which is no method; they are in capitals`);
    if (typeof action !== 'string' || action === '') throw wrong('actions', `has no action for ${method}`);
  }
  if (typeof authenticate !== 'object' || authenticate === null)
    throw wrong('authenticate', 'is neither a list of guards nor an object of lists, one for each transport');
  for (const [kind, guards] of Object.entries(authenticatorsOf(authenticate))) {
    if (!kinds.has(kind))
      throw wrong('authenticate', `has \`${kind}\`, which is none of http, graphql, ws and rpc`);
    if (!Array.isArray(guards)) throw wrong('authenticate', `has no list of guards for ${kind}`);
    if (guards.some((guard: unknown) => !isGuard(guard)))
      throw wrong('authenticate', `has something else than a guard for ${kind}`);
  }
  if (!Array.isArray(exclude)) throw wrong('exclude', 'is no list');
  for (const { class: excluded, reason } of exclude as readonly Partial<Exclusion>[]) {
    if (typeof excluded !== 'function' && typeof excluded !== 'string')
      throw wrong('exclude', 'names no class');
    if (typeof reason !== 'string' || reason.trim() === '') throw wrong('exclude', 'gives no reason');
  }
}

const kinds: ReadonlySet<string> = new Set<ContextKind>(['http', 'graphql', 'ws', 'rpc']);

/** The guards that authenticate, by transport. */
export const authenticatorsOf = (
  given: NonNullable<NanookModuleOptions['authenticate']>,
): Partial<Readonly<Record<ContextKind, Authenticators>>> =>
  isForAll(given) ? { http: given, graphql: given, ws: given, rpc: given } : given;

const isForAll = (given: NonNullable<NanookModuleOptions['authenticate']>): given is Authenticators =>
  Array.isArray(given);

const isGuard = (guard: unknown): boolean =>
  typeof guard === 'function' ||
  (typeof guard === 'object' &&
    guard !== null &&
    typeof (guard as Partial<CanActivate>).canActivate === 'function');
