import { Callers, requireScope, type KnownCaller } from '../callers/callers.js';
import type { Connection, Scope } from '../callers/caller.js';
import { RateLimit } from '../callers/rate-limit.js';
import { evaluate, plainAnswers } from '../authzen/evaluation.js';
import { evaluateBatch } from '../authzen/evaluations.js';
import { Exchange, type ExchangeParts } from '../authzen/exchange.js';
import { endpointPaths, metadataOf, metadataPath, pathOf, type EndpointName } from '../authzen/metadata.js';
import { PageTokens } from '../authzen/page-tokens.js';
import { searchActions, searchResources, searchSubjects } from '../authzen/search.js';
import { Deadline } from '../decisions/deadline.js';
import { readJsonBody, type JsonObject } from '../messages/read-body.js';
import { factsConfirmation, factsHeader } from '../messages/facts-header.js';
import { requireRevision } from '../messages/min-revision.js';
import { RequestError } from '../messages/request-error.js';
import { reasonAgainst } from '../operations/followed-status.js';
import { Metrics } from '../operations/metrics.js';
import { reportTo } from '../operations/report.js';
import { RunningRequests } from '../operations/running-requests.js';
import { baseUrlOf } from '../options/base-url.js';
import { checkServerOptions } from '../options/check-server-options.js';
import { limitsOf, type KnownLimits, type ServerOptions } from '../options/server-options.js';
import { checkContextOf } from '../messages/check-context.js';
import { jsonAnswer, textAnswer, type Answer } from '../messages/answer.js';
import type { ServerRequest } from '../messages/server-request.js';
import { sentPathOf } from '../messages/sent-path.js';
import { fetchBy, type Fetch } from '../web/fetch-by.js';

/** A request while it is answered. */
interface Running {
  readonly request: ServerRequest;
  readonly connection: Connection;
  /** The header `X-Request-ID`. */
  readonly requestId: string | undefined;
  readonly deadline: Deadline;
  /** The caller, when it is known. */
  caller: KnownCaller | undefined;
  /** The exchange, when the body is read. */
  exchange: Exchange | undefined;
}

type Handler = (running: Running) => Answer | Promise<Answer>;

interface Route {
  readonly method: 'GET' | 'POST';
  readonly handle: Handler;
}

type Endpoint = (exchange: Exchange, message: JsonObject) => Promise<object>;

const endpoints: Readonly<Record<EndpointName, readonly [Scope, Endpoint]>> = {
  access_evaluation_endpoint: ['evaluate', evaluate],
  access_evaluations_endpoint: ['evaluate', evaluateBatch],
  search_subject_endpoint: ['search', searchSubjects],
  search_resource_endpoint: ['search', searchResources],
  search_action_endpoint: ['search', searchActions],
};

/** Most evaluations have one of these answers. They are frozen, because requests share them. */
const knownAnswers = new Map<object, Answer>(
  Object.values(plainAnswers).map((answer) => [answer, Object.freeze(jsonAnswer(answer))]),
);

const tookTooLong = (): RequestError => new RequestError(503, 'the decision took too long');

/** A server that decides for other services. `decisionServer` creates it. */
export class DecisionServer {
  readonly #options: ServerOptions;
  readonly #limits: KnownLimits;
  readonly #callers: Callers;
  readonly #exchangeParts: ExchangeParts;
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #rateLimit: RateLimit | undefined;
  readonly #metrics = new Metrics();
  readonly #running = new RunningRequests();
  #isClosing = false;
  #refusesRequests = false;

  /** @internal Use `decisionServer`. */
  constructor(options: ServerOptions) {
    checkServerOptions(options);
    this.#options = options;
    this.#limits = limitsOf(options.limits);
    const report = (error: unknown): void => this.#report(error);
    this.#callers = new Callers(options.callers, report);
    this.#exchangeParts = {
      authorizer: options.authorizer,
      entities: new Map(Object.entries(options.entities)),
      actions: options.actions,
      facts: options.facts,
      obligations: options.obligations,
      limits: this.#limits,
      pageTokens: new PageTokens(options.pageSecret),
      recordOutcome: (outcome) => this.#metrics.countDecision(outcome),
      report,
    };
    const { requestsPerSecond } = this.#limits;
    this.#rateLimit = requestsPerSecond === undefined ? undefined : new RateLimit(requestsPerSecond);
    this.#routes = this.#createRoutes(baseUrlOf('baseUrl', options.baseUrl));
  }

  /** Answers a request of any platform. It never rejects. */
  readonly answer = (request: ServerRequest, connection: Connection): Promise<Answer> =>
    this.#running.keep(this.#answer(request, connection));

  /** Answers a `Request` with a `Response`. It never rejects. It is bound to the server, so that it can be passed on. */
  readonly fetch: Fetch = fetchBy(this.answer);

  /** Returns whether the server answers requests of this path, for a framework that has other routes. */
  handles(pathname: string): boolean {
    return this.#routes.has(pathname);
  }

  /**
   * Ends the server without a lost request: `/readyz` answers 503 at once, so that a load balancer sends no further requests; after
   * `drainMs`, new requests are refused.
   *
   * @returns a promise that is fulfilled when each running request has its answer
   */
  async close({ drainMs = 0 }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#isClosing = true;
    if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs));
    this.#refusesRequests = true;
    await this.#running.end();
  }

  async #answer(request: ServerRequest, connection: Connection): Promise<Answer> {
    const startedAt = performance.now();
    const requestId = request.headers.get('x-request-id') ?? undefined;
    const path = sentPathOf(request.target);
    const route = this.#routes.get(path);
    const deadline = new Deadline(this.#limits.timeoutMs, tookTooLong);
    const running: Running = {
      request,
      connection,
      requestId,
      deadline,
      caller: undefined,
      exchange: undefined,
    };
    let answer: Answer;
    try {
      answer = await handlerOf(route, request.method)(running);
    } catch (error) {
      answer = this.#failure(error);
    } finally {
      deadline.end();
    }
    // In microseconds, as the clock is not more precise.
    const durationMs = Math.round((performance.now() - startedAt) * 1_000) / 1_000;
    const endpoint = route === undefined ? 'other' : path;
    const { status } = answer;
    this.#metrics.countRequest(endpoint, status, durationMs / 1000);
    const { method } = request;
    this.#tell({
      endpoint,
      method,
      status,
      durationMs,
      caller: running.caller?.name,
      requestId,
      unknownTypes: running.exchange?.unknownTypes,
    });
    return requestId === undefined
      ? answer
      : { ...answer, headers: { ...answer.headers, 'x-request-id': requestId } };
  }

  #createRoutes(base: URL): ReadonlyMap<string, Route> {
    const { path = pathOf(base) } = this.#options;
    const served = this.#servedEndpoints();
    const metadata = metadataOf(base, served, this.#options.obligations?.types);
    const get = (handle: Handler): Route => ({ method: 'GET', handle });
    return new Map<string, Route>([
      ...served.map((name): [string, Route] => {
        const [scope, endpoint] = endpoints[name];
        const handle: Handler = (running) => this.#access(running, scope, endpoint);
        return [`${path}${endpointPaths[name]}`, { method: 'POST', handle }];
      }),
      [metadataPath(base), get(() => jsonAnswer(metadata))],
      [`${path}/healthz`, get(() => textAnswer(200, 'ok'))],
      [`${path}/readyz`, get(({ deadline }) => deadline.within(this.#readiness()))],
      [`${path}/metrics`, get((running) => this.#printMetrics(running))],
    ]);
  }

  /** A search for which no type has candidates is not part of the server. */
  #servedEndpoints(): readonly EndpointName[] {
    const entities = [...this.#exchangeParts.entities.values()];
    const isServed: Partial<Record<EndpointName, boolean>> = {
      search_subject_endpoint: entities.some(({ all }) => all !== undefined),
      search_resource_endpoint: entities.some(
        ({ all, resources }) => all !== undefined || resources === true,
      ),
    };
    return (Object.keys(endpoints) as EndpointName[]).filter((name) => isServed[name] ?? true);
  }

  async #access(running: Running, scope: Scope, endpoint: Endpoint): Promise<Answer> {
    if (this.#refusesRequests)
      throw new RequestError(503, 'the server is about to end', { Connection: 'close', 'Retry-After': '1' });
    const { request, requestId, deadline } = running;
    const { headers } = request;
    const caller = await this.#caller(running, scope);
    requireRevision(headers, this.#options.follower?.status.revision);
    const message = await readJsonBody(request, this.#limits.bodyBytes, deadline.signal);
    const context = checkContextOf(requestId, headers.get('traceparent'));
    const needsFacts = headers.get(factsHeader) !== null;
    const exchange = new Exchange(this.#exchangeParts, caller, deadline, context, needsFacts);
    running.exchange = exchange;
    const answer = await endpoint(exchange, message);
    if (needsFacts) return jsonAnswer(answer, factsConfirmation);
    return knownAnswers.get(answer) ?? jsonAnswer(answer);
  }

  /** Returns the caller of a request, or a promise of a caller without a key. @throws {RequestError} 401; 403; 429 */
  #caller(running: Running, scope: Scope): KnownCaller | Promise<KnownCaller> {
    const { request, connection, deadline } = running;
    const admit = (caller: KnownCaller): KnownCaller => {
      running.caller = caller;
      requireScope(caller, scope);
      this.#rateLimit?.count(caller.name);
      return caller;
    };
    const known = this.#callers.find(request.headers);
    if (known !== undefined) return admit(known);
    return deadline.within(this.#callers.verify(request.headers, connection)).then(admit);
  }

  async #readiness(): Promise<Answer> {
    if (this.#isClosing) return textAnswer(503, 'closing');
    const reason = reasonAgainst(this.#options.follower?.status);
    if (reason !== undefined) return textAnswer(503, reason);
    const isReady = (await this.#options.isReady?.()) ?? true;
    return isReady === true ? textAnswer(200, 'ready') : textAnswer(503, 'not ready');
  }

  async #printMetrics(running: Running): Promise<Answer> {
    await this.#caller(running, 'metrics');
    const { authorizer } = this.#options;
    const text = this.#metrics.print({
      authorizer,
      followed: this.#options.follower?.status,
      sinks: this.#options.log?.status ?? [],
      isClosing: this.#isClosing,
      running: this.#running.count,
    });
    return textAnswer(200, text, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  }

  #failure(error: unknown): Answer {
    if (error instanceof RequestError) return textAnswer(error.status, error.message, error.headers);
    this.#report(error);
    return textAnswer(500, 'internal error');
  }

  #report(error: unknown): void {
    this.#metrics.countError();
    reportTo(this.#options.onError, error);
  }

  #tell(answered: Parameters<NonNullable<ServerOptions['onRequest']>>[0]): void {
    try {
      this.#options.onRequest?.(answered);
    } catch (error) {
      this.#report(error);
    }
  }
}

/** Returns the handler of a route. @throws {RequestError} 404, 405 */
function handlerOf(route: Route | undefined, method: string): Handler {
  if (route === undefined) throw new RequestError(404, 'not found');
  if (method !== route.method && !(method === 'HEAD' && route.method === 'GET'))
    throw new RequestError(405, `expected the method ${route.method}`, { Allow: route.method });
  return route.handle;
}

/**
 * Creates a decision server: the Authorization API of AuthZEN over the policy of an authorizer.
 *
 * @returns a server whose `fetch` answers a `Request` with a `Response`
 * @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION`
 * @example
 * const server = decisionServer({
 *   authorizer,
 *   baseUrl: 'https://pdp.example.com',
 *   callers: { keys: [{ name: 'billing', sha256: process.env.BILLING_KEY_HASH }] },
 *   entities: { user: { type: 'User', find: (id) => users.get(id) } },
 * });
 */
export const decisionServer = (options: ServerOptions): DecisionServer => new DecisionServer(options);
