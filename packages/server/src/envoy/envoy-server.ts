import { Callers, requireScope, type KnownCaller } from '../callers/callers.js';
import type { Connection } from '../callers/caller.js';
import { Deadline } from '../decisions/deadline.js';
import type { ServerRequest } from '../messages/server-request.js';
import { isAsSent } from '../messages/sent-path.js';
import { RequestError } from '../messages/request-error.js';
import { textAnswer, type Answer } from '../messages/answer.js';
import { fetchBy, type Fetch } from '../web/fetch-by.js';
import { reportTo } from '../operations/report.js';
import { RunningRequests } from '../operations/running-requests.js';
import { checkEnvoyServerOptions } from './check-envoy-options.js';
import { checkRequest, defaultTimeoutMs, type CheckResult } from './envoy-check.js';
import type { EnvoyRequest, EnvoyServerOptions } from './envoy-options.js';
import { removalHeader } from './header-changes.js';

/**
 * The HTTP mode of `ext_authz` of Envoy. Each path is a request to decide about, so no other endpoint can answer with 200, which Envoy
 * understands as *allowed*. `envoyServer` creates it.
 */
export class EnvoyServer {
  readonly #options: EnvoyServerOptions;
  readonly #callers: Callers;
  readonly #running = new RunningRequests();

  /** @internal Use `envoyServer`. */
  constructor(options: EnvoyServerOptions) {
    checkEnvoyServerOptions(options);
    this.#options = options;
    this.#callers = new Callers(options.callers, (error) => reportTo(options.onError, error));
  }

  /** Answers a check of Envoy: 200 allows the request, each other status refuses it. It never rejects. */
  readonly answer = (request: ServerRequest, connection: Connection): Promise<Answer> =>
    this.#running.keep(this.#answer(request, connection));

  /** Does what `answer` does, for a `Request`. It is bound to the server, so that it can be passed on. */
  readonly fetch: Fetch = fetchBy(this.answer);

  /** Returns whether a path is below the `path` of the options. */
  handles(pathname: string): boolean {
    const { path = '' } = this.#options;
    return pathname.startsWith(`${path}/`);
  }

  /** Waits for `drainMs`, while Envoy still sends checks here, and then for the running checks. */
  async close({ drainMs = 0 }: { readonly drainMs?: number } = {}): Promise<void> {
    if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs));
    await this.#running.end();
  }

  async #answer(request: ServerRequest, connection: Connection): Promise<Answer> {
    try {
      requireScope(await this.#callerOf(request, connection), 'evaluate');
      return answerOf(await checkRequest(this.#options, this.#requestOf(request)));
    } catch (error) {
      if (error instanceof RequestError) return textAnswer(error.status, error.message, error.headers);
      reportTo(this.#options.onError, error);
      return textAnswer(403, 'forbidden');
    }
  }

  async #callerOf({ headers }: ServerRequest, connection: Connection): Promise<KnownCaller> {
    // `Authorization` belongs to the client of Envoy.
    const own = {
      get: (name: string) => (name.toLowerCase() === 'authorization' ? null : headers.get(name)),
    };
    const known = this.#callers.find(own);
    if (known !== undefined) return known;
    const { timeoutMs = defaultTimeoutMs } = this.#options;
    const deadline = new Deadline(timeoutMs, () => new Error(`no caller is verified within ${timeoutMs} ms`));
    try {
      return await deadline.within(this.#callers.verify(own, connection));
    } finally {
      deadline.end();
    }
  }

  #requestOf(request: ServerRequest): EnvoyRequest {
    const { pathname, search, host } = new URL(request.url);
    const { path = '' } = this.#options;
    if (!isAsSent(pathname, request.target) || !this.handles(pathname))
      throw new RequestError(403, 'forbidden');
    return {
      method: request.method,
      path: pathname.slice(path.length),
      query: search.slice(1),
      host: (request.headers.get('Host') ?? host).toLowerCase(),
      headers: Object.fromEntries([...request.headers].filter(([name]) => name !== 'x-api-key')),
      extensions: {},
      metadata: {},
      principal: '',
    };
  }
}

function answerOf(result: CheckResult): Answer {
  if (!result.isAllowed) return textAnswer(result.status, result.body, result.headers);
  const { set, remove } = result;
  return textAnswer(200, '', {
    ...set,
    ...(remove.length > 0 && { [removalHeader]: remove.join(',') }),
  });
}

/**
 * Creates a server for the HTTP mode of `ext_authz` of Envoy. Give it a port of its own.
 *
 * @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION`
 * @example
 * await listen(envoyServer({ authorizer, callers, actor }), { port: 8182 });
 */
export const envoyServer = (options: EnvoyServerOptions): EnvoyServer => new EnvoyServer(options);
