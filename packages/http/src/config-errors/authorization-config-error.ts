// What is wrong with the application, or with what it handed us. A refusal is something else: core's `AuthorizationError`.

export interface RouteData {
  readonly method: string;
  /** As it was written, below where its routers are mounted. */
  readonly route: string;
  /** Where the handler that answers was written, `file:line`, if that can be told: `locationOf(handler)`. */
  readonly handler?: string | undefined;
  /** The decisions of the same request that do not count for this route, because they belong to another router or route. */
  readonly elsewhere?: readonly string[] | undefined;
}

const awaitIt =
  'Write `await` before the call, and before the call of an async function that contains it; a chain of `then` needs `await` ' +
  'or `catch`, too';

/** Every code, and its text. Codes are public: never renamed, never reused. */
const texts = {
  NANOOK_HTTP_UNDECIDED_ROUTE: (p: RouteData & { readonly status: number }) =>
    `${describeRoute(p)} answered ${p.status}, but nothing was decided on its path; the response was blocked. ` +
    `Authorize what the route gives away, or skip with a reason${describeElsewhere(p)}`,
  NANOOK_HTTP_UNPROTECTED_ROUTE: (p: RouteData) =>
    `${describeRoute(p)} carries no requirement, so it was not run. Authorize the route, or skip with a reason${describeElsewhere(p)}`,
  NANOOK_HTTP_SKIPPED_APPLICATION: (p: { reason: string }) =>
    `skipAuthorization('${p.reason}') is used by the application itself, without a path: it would open every later route. ` +
    `Put it into the route, or into a router with the routes that it is for; give it a path, as in ` +
    `app.use('/public', skipAuthorization('${p.reason}')); or give it the middleware that answers, such as static files: ` +
    `app.use(skipAuthorization('${p.reason}', serveStatic))`,
  NANOOK_HTTP_UNAWAITED_CHECK: (p: RouteData & CheckData & { readonly status: number | undefined }) =>
    p.isAwaited
      ? `${describeCheck(p)} was still pending when ${describeRoute(p)} answered ${p.status}; the response was blocked. ` +
        `Await every check before the response starts`
      : `${describeCheck(p)} was called and not awaited, and ${describeRoute(p)} ${
          p.status === undefined ? 'does not get its failure' : `answered ${p.status} without its result`
        }; the response was blocked. ${awaitIt}`,
  NANOOK_HTTP_LOST_FAILURE: (p: RouteData & CheckData & { readonly error: string }) =>
    `${describeCheck(p)} was called and not awaited in ${describeRoute(p)}, and it failed (${p.error}) without an effect. ` +
    awaitIt,
  NANOOK_HTTP_REFUSED_ROUTE: (p: RouteData & CheckData & { readonly status: number }) =>
    `${describeRoute(p)} answered ${p.status} after ${describeCheck(p)} had failed; the response was blocked. ` +
    `Answer a refusal with its own status, call \`can\` where a refusal is not an error, or say that the answer needs no ` +
    `authorization: skip('to the login page')`,
  NANOOK_HTTP_UNSEEN_APP: (_: object) =>
    `an app was mounted before the routes were protected, and its routes cannot be seen; mount it after`,
  NANOOK_HTTP_NO_AUTHORIZATION: (p: { wanted: string }) =>
    `\`${p.wanted}\` needs the request's authorization; mount \`authorization(authorizer, …)\` before it`,
  NANOOK_HTTP_NO_RESOURCE: (_: object) =>
    `no resource was loaded for this request; \`resource\` is what a requirement with a loader authorized`,
  NANOOK_HTTP_NO_REASON: (_: object) =>
    `authorization is skipped without a reason; say why: skip('liveness probe')`,
  NANOOK_HTTP_NO_ACTION: (p: { action: string; hint?: string | undefined }) =>
    `expected an action, a string such as 'read', as the first argument; found ${p.action}` +
    (p.hint === undefined ? '' : `; ${p.hint}`),
  NANOOK_HTTP_NO_SOURCE: (p: { action: string; found: string }) =>
    `the requirement "${p.action}" needs its resource as the second argument: a function that loads it, a class, or the name of ` +
    `a type; found ${p.found}`,
  NANOOK_HTTP_NO_RETURN: (p: { wanted: string; at?: string | undefined }) =>
    `${p.wanted}${p.at === undefined ? '' : ` (${p.at})`} has no \`return\`, so it never finds anything; return the result`,
  NANOOK_HTTP_UNCALLED: (p: { name: string; call: string }) =>
    `\`${p.name}\` is used as middleware, but it only makes middleware; call it: ${p.call}`,
  NANOOK_HTTP_NO_ERROR: (p: { reason: string }) => `rejected with ${p.reason}, which is no error`,
  NANOOK_HTTP_UNGRANTABLE: (p: { requirements: readonly string[] }) =>
    `routes demand what no rule of the policy can allow:${p.requirements.map((each) => `\n  ${each}`).join('')}`,
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

export interface CheckData {
  /** As it was called: `authorize('delete', …)`. */
  readonly check: string;
  /** The place of the call, `file:line`; `undefined` in production. */
  readonly at?: string | undefined;
  /** Whether its promise was awaited, or given to something that waits for it. */
  readonly isAwaited?: boolean;
}

/** `` `authorize('delete', …)` (src/routes/repos.ts:12) `` */
function describeCheck({ check, at }: CheckData): string {
  return `\`${check}\`${at === undefined ? '' : ` (${at})`}`;
}

/** `GET /repos/:id (src/routes/repos.ts:12)` */
function describeRoute({ method, route, handler }: RouteData): string {
  return `${method} ${route}${handler === undefined ? '' : ` (${handler})`}`;
}

function describeElsewhere({ elsewhere = [] }: RouteData): string {
  if (elsewhere.length === 0) return '';
  return (
    `. What was decided in this request (${elsewhere.join(', ')}) belongs to another router or route, or to one that cannot be ` +
    `seen: use routers and applications directly, not through a function of yours, and after \`protect\``
  );
}

export type ConfigErrorCode = keyof typeof texts;
export type ConfigErrorData<C extends ConfigErrorCode> = Parameters<(typeof texts)[C]>[0];

const brand = Symbol.for('@nanook/http/AuthorizationConfigError');

/** `instanceof` fails across the ESM and the CommonJS copy; `isAuthorizationConfigError` does not. */
export class AuthorizationConfigError<C extends ConfigErrorCode = ConfigErrorCode> extends Error {
  override readonly name = 'AuthorizationConfigError';
  readonly [brand] = true;
  readonly status = 500;
  readonly statusCode = 500;
  /** The message is for the log: it names routes. */
  readonly expose = false;

  constructor(
    readonly code: C,
    readonly data: ConfigErrorData<C>,
    options?: ErrorOptions,
  ) {
    super((texts[code] as (data: ConfigErrorData<C>) => string)(data), options);
  }
}

export const isAuthorizationConfigError = (error: unknown): error is AuthorizationConfigError =>
  typeof error === 'object' && error !== null && (error as { [brand]?: unknown })[brand] === true;

/**
 * What was rejected or thrown, as something that a framework takes for an error. Some go on as if nothing had happened when
 * they are handed `undefined`, or a word like `'route'`.
 */
export const toError = (reason: unknown): object =>
  typeof reason === 'object' && reason !== null
    ? reason
    : new AuthorizationConfigError('NANOOK_HTTP_NO_ERROR', { reason: String(reason) }, { cause: reason });
