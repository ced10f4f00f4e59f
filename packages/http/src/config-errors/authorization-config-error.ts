import { errorKind } from '@nanook/core/internal';

// Errors in how an application uses the adapters. A refusal is a different error: core's `AuthorizationError`.

/** The route that an error is about. */
export interface RouteData {
  readonly method: string;
  /** The route as the application wrote it, with the paths at which its routers are mounted. */
  readonly route: string;
  /** The location of the route's handler, `file:line`; `undefined` where it is unknown. */
  readonly handler?: string | undefined;
  /** The decisions of the same request that do not count for this route, because they belong to another router or route. */
  readonly elsewhere?: readonly string[] | undefined;
}

/** The check that an error is about. */
export interface CheckData {
  /** The call: `authorize('delete', …)`. */
  readonly check: string;
  /** The location of the call, `file:line`; `undefined` in production. */
  readonly at?: string | undefined;
  /** Whether the promise of the check was awaited, or passed to a function that awaits it. */
  readonly isAwaited?: boolean;
}

const awaitIt =
  'Write `await` before the call, and before the call of an async function that contains it; a chain of `then` needs `await` ' +
  'or `catch`, too';

/** The text of each code. Codes are public: they are never renamed and never reused. */
const texts = {
  NANOOK_HTTP_UNDECIDED_ROUTE: (
    p: RouteData & {
      readonly status: number;
      /** Whether another handler had started the response, so that it could only be aborted. */
      readonly isStarted?: boolean;
    },
  ) =>
    `${describeRoute(p)} ${
      p.isStarted === true ? `added data to a response with status` : 'answered'
    } ${p.status} without an authorization decision on its path, so the response was ${
      p.isStarted === true ? 'aborted' : 'blocked'
    }. Authorize the action before the handler responds, or skip authorization with a reason${describeElsewhere(p)}`,
  NANOOK_HTTP_UNPROTECTED_ROUTE: (
    p: RouteData & {
      /** The code to write. */
      readonly example?: string | undefined;
      /** The functions before the handler, one of which may wrap a requirement. */
      readonly before?: readonly string[] | undefined;
      /** All routes without a requirement, for an adapter whose application does not start with them. */
      readonly atStart?: string | undefined;
    },
  ) =>
    p.atStart !== undefined
      ? `these routes have no requirement, so the application does not start:\n${p.atStart}\n` +
        `Give each a requirement, ${p.example}`
      : `${describeRoute(p)} has no requirement, so its handler was not run. ${
          p.example === undefined
            ? 'Add a requirement, or skip authorization with a reason'
            : `Write a requirement before the handler: ${p.example}; or skipAuthorization('reason') in its place. ` +
              `A check inside the handler does not count, because it may come too late`
        }${describeBefore(p.before)}${describeElsewhere(p)}`,
  NANOOK_HTTP_SKIPPED_APPLICATION: (p: {
    readonly reason: string;
    /** The other places for the skip, with the functions of the framework. */
    readonly instead: string;
  }) =>
    `skipAuthorization('${p.reason}') is used by the application itself, so it would skip authorization for every route. ` +
    `Write it in the route, or ${p.instead}`,
  NANOOK_HTTP_UNAWAITED_CHECK: (p: RouteData & CheckData & { readonly status: number | undefined }) =>
    p.isAwaited
      ? `${describeCheck(p)} was still pending when ${describeRoute(p)} answered ${p.status}; the response was blocked. ` +
        `Await every check before the response starts`
      : `${describeCheck(p)} was called and not awaited, and ${describeRoute(p)} ${
          p.status === undefined ? 'does not get its failure' : `answered ${p.status} without its result`
        }; the response was blocked. ${awaitIt}`,
  NANOOK_HTTP_LOST_FAILURE: (p: RouteData & CheckData & { readonly error: string }) =>
    `${describeCheck(p)} was called and not awaited in ${describeRoute(p)}, so its failure (${p.error}) had no effect. ` +
    awaitIt,
  NANOOK_HTTP_REFUSED_ROUTE: (p: RouteData & CheckData & { readonly status: number }) =>
    `${describeRoute(p)} answered ${p.status} after ${describeCheck(p)} had failed; the response was blocked. ` +
    `Respond to a refusal with its own status; call \`can\` where a refusal is not an error; or, if the response needs no ` +
    `authorization, skip it: skip('to the login page')`,
  NANOOK_HTTP_UNSEEN_APP: (p: {
    /** The routes that a plugin cannot see. */
    readonly routes?: string;
  }) =>
    p.routes !== undefined
      ? `these routes were added before the plugin \`authorization\` was loaded, so their requirements cannot be found; write ` +
        `\`await app.register(authorization(…))\` before them:\n${p.routes}`
      : `an application was mounted before \`protect\` was called, so its routes cannot be found; mount it after the call of \`protect\``,
  NANOOK_HTTP_NO_AUTHORIZATION: (p: {
    caller: string;
    /** The statement that is missing. Default: that of frameworks with middleware. */
    statement?: string;
  }) =>
    `\`${p.caller}\` needs the authorization of the request; write ` +
    `\`${p.statement ?? 'app.use(authorization(authorizer, …))'}\` before it`,
  NANOOK_HTTP_ACTOR_IN_HOOK: (_: object) =>
    `the hook \`actor\` called a method that needs the actor, which this hook is about to find; find the actor without a check, or check ` +
    `with \`authorizer\` and the user that the hook has found: authorizer.can(user, 'read', note)`,
  NANOOK_HTTP_NO_RESOURCE: (_: object) =>
    `no resource was loaded for this request; only a requirement with a loader sets \`resource\`: authorize('read', findNote). In NestJS, ` +
    `use @AuthorizedResource() in a handler with @Authorize, and AuthorizationService.resourceOf(context) in its interceptors`,
  NANOOK_HTTP_NO_REASON: (_: object) =>
    `expected the reason for which authorization is skipped, such as 'liveness probe'`,
  NANOOK_HTTP_NO_ACTION: (p: { action: string; hint?: string | undefined }) =>
    `expected an action, a string such as 'read', as the first argument; found ${p.action}` +
    (p.hint === undefined ? '' : `; ${p.hint}`),
  NANOOK_HTTP_NO_ARGUMENT: (p: { call: string; position: string; expected: string }) =>
    `\`${p.call}\` has no ${p.position} argument: ${p.expected}`,
  NANOOK_HTTP_NO_SOURCE: (p: { action: string; found: string }) =>
    `the requirement "${p.action}" needs its resource as the second argument: a function that loads it, a class, or the name of ` +
    `a type; found ${p.found}`,
  NANOOK_HTTP_SWAPPED_ARGUMENTS: (p: { action: string; resource: string }) =>
    `authorize('${p.resource}', '${p.action}') has its arguments in the wrong order: the action is the first argument; write ` +
    `authorize('${p.action}', '${p.resource}')`,
  NANOOK_HTTP_NO_RETURN: (p: { callback: string; at?: string | undefined }) =>
    `${p.callback}${p.at === undefined ? '' : ` (${p.at})`} has no \`return\`, so its result is always undefined; return the result`,
  NANOOK_HTTP_LOADER_TIMEOUT: (p: { loader: string; at?: string | undefined; timeoutMs: number }) =>
    `the loader \`${p.loader}\`${p.at === undefined ? '' : ` (${p.at})`} did not finish within ${p.timeoutMs} ms, so the response is ` +
    `503; find out why it is slow, or change the option \`loaderTimeoutMs\``,
  NANOOK_HTTP_UNCALLED: (p: { name: string; call: string }) =>
    `\`${p.name}\` is used as middleware, but it is a function that returns middleware; call it: ${p.call}`,
  NANOOK_HTTP_NO_ERROR: (p: { reason: string }) =>
    `a handler or a hook rejected with ${p.reason}, which is not an error; throw an Error`,
  NANOOK_HTTP_UNGRANTABLE: (p: { requirements: readonly string[] }) =>
    `no rule of the policy can allow the requirements of these routes:${p.requirements.map((each) => `\n  ${each}`).join('')}`,
  NANOOK_HTTP_UNKNOWN_OPTION: (p: {
    owner: string;
    option: string;
    near: readonly string[];
    known: readonly string[];
  }) =>
    `${p.owner} has no option \`${p.option}\`; ${
      p.near.length === 0
        ? `it has ${p.known.map((name) => `\`${name}\``).join(', ')}`
        : `did you mean ${p.near.map((name) => `\`${name}\``).join(' or ')}?`
    }`,
  NANOOK_HTTP_INVALID_OPTION: (p: { option: string; reason: string; owner?: string }) =>
    `${p.owner === undefined ? `option \`${p.option}\`` : `the options of \`${p.owner}\``} ${p.reason}`,
};

/** `` `authorize('delete', …)` (src/routes/repos.ts:12) `` */
function describeCheck({ check, at }: CheckData): string {
  return `\`${check}\`${at === undefined ? '' : ` (${at})`}`;
}

/** `GET /repos/:id (src/routes/repos.ts:12)` */
/** Describes the functions before a handler, one of which may wrap a requirement that cannot be seen. */
const describeBefore = (before: readonly string[] = []): string =>
  before.length === 0
    ? ''
    : `. If ${before.join(' or ')} before the handler wraps a requirement, pass \`authorize(…)\` to the route directly`;

function describeRoute({ method, route, handler }: RouteData): string {
  return `${method} ${route}${handler === undefined ? '' : ` (${handler})`}`;
}

function describeElsewhere({ elsewhere = [] }: RouteData): string {
  if (elsewhere.length === 0) return '';
  return (
    `. The decisions of this request (${elsewhere.join(', ')}) belong to another router or route, or to one that this package cannot ` +
    `see: use routers and applications directly, not through a function, and after \`protect\``
  );
}

/** A code of {@link AuthorizationConfigError}. */
export type ConfigErrorCode = keyof typeof texts;
/** The `data` of an error with this code. */
export type ConfigErrorData<C extends ConfigErrorCode> = Parameters<(typeof texts)[C]>[0];

const kind = errorKind('@nanook/http/AuthorizationConfigError', texts);

/**
 * An error in how the application uses this package or its adapters. Branch on `code` and `data`, not on the message. Recognize it with
 * {@link isAuthorizationConfigError}, because `instanceof` fails where a process loads both the ES module and the CommonJS copy.
 */
export class AuthorizationConfigError<C extends ConfigErrorCode = ConfigErrorCode> extends kind.Base<C> {
  /** 503 for a loader that did not finish in time, otherwise 500. */
  readonly status: 500 | 503 = this.code === 'NANOOK_HTTP_LOADER_TIMEOUT' ? 503 : 500;
  readonly statusCode: 500 | 503 = this.status;
  /** Keeps the message from the client: it is for the log, because it names routes. */
  readonly expose = false;
}

/** Returns whether this is an {@link AuthorizationConfigError}, of any copy of the package. */
export const isAuthorizationConfigError = (error: unknown): error is AuthorizationConfigError =>
  kind.includes(error);

/**
 * Returns a rejection reason as a value that a framework treats as an error: Express continues with the next handler for `undefined` and
 * for the string `'route'`, and Koa ignores a rejection with `undefined`.
 */
export const toError = (reason: unknown): object =>
  typeof reason === 'object' && reason !== null
    ? reason
    : new AuthorizationConfigError('NANOOK_HTTP_NO_ERROR', { reason: String(reason) }, { cause: reason });
