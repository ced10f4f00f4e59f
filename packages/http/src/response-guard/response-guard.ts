import { AsyncLocalStorage } from 'node:async_hooks';
import type { Readable } from 'node:stream';
import { STATUS_CODES, ServerResponse } from 'node:http';
import type { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { PendingChecks } from '../pending-checks/pending-checks.js';
import { findBlockingError, isErrorStatus, mayRespond, type DecidedRequest } from './blocking-error.js';
import { guardStream, isHttp2 } from './http2-stream.js';
import { keepOptionsHeaders, optionsHead, type CopiedHeaders } from './options-headers.js';
import { PipedSources } from './piped-sources.js';
import { routeData, unawaited, undecided } from './response-errors.js';
import { interceptProperty } from './response-property.js';
import {
  guardedWriters,
  setGuardedWriters,
  type BodyWriter,
  type GuardedWriters,
  type HeadWriter,
  type Informer,
  type Method,
  type NoticedEvent,
  type TrailersSetter,
  type Writers,
} from './writers.js';

/** The request of a guarded response, as the adapter of a framework describes it. */
export interface ResponseGuard extends DecidedRequest {
  /** Notes that the running code writes the header. */
  noteHeader?(): void;
  /** Returns whether the running code belongs to middleware that has called the handler which wrote the header. */
  isUpstream?(): boolean;
  /** Returns the value of `WWW-Authenticate` for a 401 without this header, if a check failed because the actor is anonymous. */
  challenge?(): string | readonly string[] | undefined;
  /** The headers that a blocked response keeps. Default: the headers that the response had when it was guarded. */
  readonly headersBefore?: CopiedHeaders;
  /** Whether also data that follow the header must wait for checks that were not awaited, and not only the end of the response. */
  readonly awaitsRest?: boolean;
  /**
   * Returns whether the application chose the status. Otherwise the framework set it before the handlers ran, such as Koa's 404, and it
   * says nothing about the response. Default: `true`.
   */
  isStatusChosen?(): boolean;
  /** Passes the error to the error handlers of the framework. */
  fail(error: AuthorizationConfigError): void;
  /**
   * Returns whether the error handlers write to the response now, or set its headers. Default: whether the code was started by `fail`.
   */
  isAnswer?(part: 'headers' | 'body'): boolean;
  /** The time in milliseconds for the error handlers to respond; then the response ends as a bare 500. Default: 10,000. */
  readonly patienceMs?: number;
}

/**
 * Guards a response. It blocks a response
 *
 * - with status 2xx or 3xx for which no decision was made;
 * - that starts while a check of the request is pending, or was not awaited;
 * - with status 2xx or 3xx after a refusal.
 *
 * The guard checks the response when its first header is written, so a blocked response sends nothing. From then on, writes of the
 * handler are ignored, and only error handlers can write to the response. The guard does not undo other effects of the handler.
 *
 * A response to `OPTIONS` may be empty or list the methods without a decision; otherwise it is blocked, too. It then has only `Allow`,
 * `Vary`, the headers of CORS, and those that were set before the guard. Early hints are not sent
 * before a decision. A response that has started cannot be blocked: it is aborted when a check that was not awaited has failed, when the
 * response ends before such a check, and when a handler without a decision adds data to it. Only middleware that replaces the methods of
 * the response, such as compression, may send the data of the handlers that it has called.
 *
 * The guard replaces the methods of `node:http` that write a response, in which all methods of frameworks end. A response can have several
 * guards, which must all let it pass; the last one is asked first.
 *
 * @returns a function that checks at once, for a framework that knows the response before it writes it
 * @internal for adapters
 */
export function guardResponse(response: ServerResponse, guard: ResponseGuard): () => void {
  const guarded = (guardedWriters(response) ?? new GuardedResponse(response)) as GuardedResponse;
  const layer = guarded.add({ guard, headersBefore: guard.headersBefore ?? copyHeaders(response) });
  return () => guarded.checkHeader(response.statusCode, [layer]);
}

/**
 * Returns a copy of the headers. It is a list, because `getHeaders` creates an object without a shape.
 *
 * @internal for adapters
 */
export const copyHeaders = (response: ServerResponse): CopiedHeaders =>
  response.getHeaderNames().map((name) => [name, response.getHeader(name)!]);

type Part = 'headers' | 'body';

const headerSetters = ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader', 'addTrailers'] as const;
type Methods = Writers & Partial<Record<(typeof headerSetters)[number], Method>>;

/** The blocked response, in all code that `fail` has started. */
const answering = new AsyncLocalStorage<ServerResponse>();

/** One guard of a response. */
interface Layer {
  readonly guard: ResponseGuard;
  /** The headers that the response had when the guard was added. */
  readonly headersBefore: CopiedHeaders;
}

class GuardedResponse implements GuardedWriters {
  readonly #response: ServerResponse;
  /** The guards, from the last to the first. */
  #layers: readonly Layer[] = [];
  readonly #methods: Methods;
  /** The writers that call this guard. */
  readonly #installed: Writers;
  readonly #end: Method;
  /** Is created for the first stream, because most responses have none. */
  #sources: PipedSources | undefined;
  /** The guard that has blocked the response. */
  #blocker: Layer | undefined;
  /** Whether the response has ended, so that all writes are ignored. */
  #isOver = false;
  #ignoredEnds = 0;
  /** The status in the header. It can differ from `statusCode`, which code may change after the header was sent. */
  #status = 200;
  /** Whether Node writes the header with the first data, so that the framework may have chosen the status. */
  #isImplicit = false;
  /** Whether the header that Node writes now has passed with its body. */
  #hasPassed = false;
  readonly #isHttp2: boolean;

  constructor(response: ServerResponse) {
    this.#response = response;
    this.#methods = response as unknown as Methods;
    this.#end = this.#methods.end!;
    this.#installed = setGuardedWriters(response, this);
    // The responses of HTTP/1 have no stream. To look for it takes time in each request.
    this.#isHttp2 = !(response instanceof ServerResponse) && isHttp2(response);
    if (this.#isHttp2)
      guardStream(response, {
        checkHeader: (status) => this.checkHeader(status),
        checkRest: (chunk, isEnd) => this.#checkRest(chunk, isEnd),
        mayTrail: (trailers) => this.#mayTrail(trailers),
        isIgnored: () => this.#isIgnored('body'),
      });
  }

  add(layer: Layer): Layer {
    const { guard } = layer;
    this.#layers = [layer, ...this.#layers];
    const checks = guard.checks?.();
    checks?.whenLost((check) => {
      if (!this.#isBlocked() && !this.#isOver && !this.#response.headersSent)
        this.#block(layer, unawaited(guard, checks, check, undefined));
    });
    if (this.#isClosed()) checks?.reportLostFailures(() => routeData(guard));
    return layer;
  }

  /** Checks a response whose header is about to be written, and blocks it if necessary. */
  checkHeader(
    status: number,
    layers: readonly Layer[] = this.#layers,
    chunk?: unknown,
    isSetExplicitly = true,
  ): void {
    if (this.#isBlocked() || this.#response.headersSent) return;
    this.#status = status;
    for (const layer of layers) {
      layer.guard.noteHeader?.();
      const isChosen = isSetExplicitly || layer.guard.isStatusChosen?.() !== false;
      if (isChosen && isErrorStatus(status)) continue;
      const error = findBlockingError(layer.guard, status, () => isOptionsBody(this.#response, chunk));
      if (error !== undefined) return this.#block(layer, error);
    }
  }

  /** Checks data that follows the header, when it is too late for another response. */
  #checkRest(chunk: unknown, isEnd: boolean): void {
    for (const { guard } of this.#layers) {
      if (this.#isBlocked() || this.#isOver) return;
      const checks = guard.checks?.();
      const check = isEnd || guard.awaitsRest === true ? checks?.forgotten : checks?.forgottenFailure;
      let error: AuthorizationConfigError | undefined;
      if (checks !== undefined && check !== undefined) error = unawaited(guard, checks, check, this.#status);
      else if (isData(chunk) && !this.#mayContinue(guard, chunk))
        error = undecided(guard, this.#status, true);
      if (error === undefined) continue;
      (checks ?? new PendingChecks()).report(error);
      this.#abort();
    }
  }

  /** Returns whether the running code may add data, or trailers, to a response whose header was sent. */
  #mayContinue(guard: ResponseGuard, data: unknown): boolean {
    const isChosen = !this.#isImplicit || guard.isStatusChosen?.() !== false;
    const response = this.#response;
    if (isChosen && isErrorStatus(this.#status)) return true;
    if (mayRespond(guard, this.#status, () => isOptionsBody(response, data))) return true;
    const isWrapped = Object.hasOwn(response, 'write') || Object.hasOwn(response, 'end');
    return isWrapped && guard.isUpstream?.() === true;
  }

  #mayTrail(trailers: unknown): boolean {
    return this.#layers.every(({ guard }) => this.#mayContinue(guard, trailers));
  }

  /** Whether the response has closed, so that its event `close` comes no more. */
  #isClosed(): boolean {
    const response = this.#response as ServerResponse & { readonly stream?: { readonly destroyed: boolean } };
    return response.destroyed || (this.#isHttp2 && response.stream?.destroyed === true);
  }

  #isBlocked(): boolean {
    return this.#blocker !== undefined;
  }

  // ── the methods of the response ──

  head(name: HeadWriter, original: Method, args: unknown[]): unknown {
    const response = this.#response;
    const status = Number(args[0]);
    if (this.#hasPassed && status === this.#status) return Reflect.apply(original, response, args);
    if (response.headersSent) this.#checkRest(undefined, false);
    else this.checkHeader(status);
    if (this.#isIgnored('body')) return this.#ignore(name, args);
    if (!response.headersSent) this.#addChallenge(status);
    if (this.#isBlocked())
      return Reflect.apply(original, response, isErrorStatus(status) ? args : [500, ...args.slice(1)]);
    return Reflect.apply(original, response, this.#restrictOptions(status) ? optionsHead(args) : args);
  }

  body(name: BodyWriter, original: Method, args: unknown[]): unknown {
    const response = this.#response;
    if (response.headersSent) this.#checkRest(args[0], name === 'end');
    else {
      this.#isImplicit = true;
      this.checkHeader(response.statusCode, this.#layers, args[0], false);
    }
    this.#writeHeadEarly();
    if (this.#isIgnored('body')) return this.#ignore(name, args);
    if (!response.headersSent) this.#addChallenge(response.statusCode);
    if (this.#isBlocked()) return Reflect.apply(original, response, args);
    this.#restrictOptions(response.statusCode);
    this.#hasPassed = true;
    try {
      return Reflect.apply(original, response, args);
    } finally {
      this.#hasPassed = false;
    }
  }

  /** Removes the headers of handlers without a decision from a response to `OPTIONS`. @returns whether there are such handlers */
  #restrictOptions(status: number): boolean {
    const response = this.#response;
    if (response.headersSent || isErrorStatus(status)) return false;
    let isRestricted = false;
    for (const { guard, headersBefore } of this.#layers) {
      if (guard.method !== 'OPTIONS' || guard.isPreflight?.() === true || guard.isSettled()) continue;
      isRestricted = true;
      keepOptionsHeaders(response, guard.headersBefore ?? headersBefore);
      if (!this.#isHttp2) response.statusMessage = '';
    }
    return isRestricted;
  }

  inform(name: Informer, original: Method, args: unknown[]): unknown {
    const mayPass = this.#isBlocked()
      ? !this.#isIgnored('headers')
      : this.#layers.every(({ guard }) => guard.isSettled());
    return mayPass ? Reflect.apply(original, this.#response, args) : this.#ignore(name, args);
  }

  trailers(name: TrailersSetter, original: Method, args: unknown[]): unknown {
    const mayPass = !this.#response.headersSent || this.#mayTrail(args[0]);
    return mayPass ? Reflect.apply(original, this.#response, args) : this.#response;
  }

  notice(event: NoticedEvent, source: unknown): void {
    if (event === 'pipe') (this.#sources ??= new PipedSources(this.#response)).add(source as Readable);
    else if (event === 'unpipe') this.#sources?.delete(source as Readable);
    else
      for (const { guard } of this.#layers.toReversed())
        guard.checks?.()?.reportLostFailures(() => routeData(guard));
  }

  /**
   * Writes the header now if another library has wrapped `writeHead` and may change the status. A status that it changes while Node writes
   * the body could not be blocked any more.
   */
  #writeHeadEarly(): void {
    const response = this.#response;
    const isWrapped = this.#methods.writeHead !== this.#installed.writeHead;
    if (this.#isBlocked() || this.#isOver || response.headersSent || !isWrapped) return;
    const mayPass = this.#layers.every(({ guard }) => {
      const checks = guard.checks?.();
      return guard.isSettled() && checks?.open === undefined && checks?.refused === undefined;
    });
    if (!mayPass) response.writeHead(response.statusCode);
  }

  /** Adds `WWW-Authenticate`, which a 401 must have (RFC 9110 §15.5.2). */
  #addChallenge(status: number): void {
    if (status !== 401) return;
    for (const { guard } of this.#layers) {
      const challenge = guard.challenge?.();
      if (challenge !== undefined && !this.#response.hasHeader('WWW-Authenticate'))
        Reflect.apply(this.#methods.setHeader!, this.#response, ['WWW-Authenticate', challenge]);
    }
  }

  // ── a blocked response ──

  #isIgnored(part: Part): boolean {
    return this.#isOver || (this.#isBlocked() && this.#isHandler(part));
  }

  /** Returns whether the handler writes now, and not an error handler. */
  #isHandler(part: Part): boolean {
    return answering.getStore() !== this.#response && this.#blocker?.guard.isAnswer?.(part) !== true;
  }

  #block(layer: Layer, error: AuthorizationConfigError): void {
    const response = this.#response;
    this.#blocker = layer;
    if (!response.headersSent) this.#reset();
    // Removes later wrappers, because they may have noticed the end of the ignored response.
    Object.assign(this.#methods, this.#installed);
    this.#ignoreHeadersOfHandler();
    const patience = setTimeout(() => {
      if (!response.headersSent) this.#endBare();
    }, layer.guard.patienceMs ?? 10_000);
    patience.unref();
    response.once('close', () => clearTimeout(patience));
    this.#sources?.end();
    answering.run(response, () => layer.guard.fail(error));
  }

  #ignoreHeadersOfHandler(): void {
    const response = this.#response;
    for (const name of headerSetters) {
      const original = this.#methods[name];
      if (original !== undefined)
        this.#methods[name] = (...args) =>
          this.#isIgnored('headers') ? response : Reflect.apply(original, response, args);
    }
    interceptProperty(response, 'statusCode', (value) => {
      if (this.#isIgnored('headers')) return undefined;
      return isErrorStatus(Number(value)) ? value : 500;
    });
    if (!this.#isHttp2)
      interceptProperty(response, 'statusMessage', (value) =>
        this.#isIgnored('headers') ? undefined : value,
      );
  }

  /** Restores the headers from before the handler, with status 500. */
  #reset(): void {
    const response = this.#response;
    const { guard, headersBefore } = this.#blocker!;
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    for (const [name, value] of guard.headersBefore ?? headersBefore) response.setHeader(name, value);
    response.statusCode = 500;
    if (!this.#isHttp2) response.statusMessage = '';
  }

  /** Ignores a call, and acts as if it had written, so that streams which are piped into the response end. */
  #ignore(name: keyof Writers, args: readonly unknown[]): unknown {
    const done = args.at(-1);
    if (typeof done === 'function' && name !== 'writeHead') process.nextTick(done as () => void);
    // The first ignored end may be the handler's. A second one comes from an error handler that has lost its asynchronous context.
    if (name === 'end' && !this.#isOver && ++this.#ignoredEnds > 1) this.#endBare();
    return name === 'write' ? true : this.#response;
  }

  /** Ends the response as a bare 500, when writes of the error handlers cannot be distinguished from those of the handler. */
  #endBare(): void {
    const response = this.#response;
    if (this.#isOver || response.writableEnded) return;
    answering.run(response, () => {
      if (!response.headersSent) this.#reset();
      Reflect.apply(this.#end, response, []);
    });
    this.#isOver = true;
  }

  #abort(): void {
    this.#isOver = true;
    const { stream } = this.#response as unknown as { readonly stream?: { close(code: number): void } };
    if (stream === undefined) this.#response.destroy();
    else stream.close(http2InternalError);
  }
}

const http2InternalError = 2;

/** Returns whether an argument of `write` or `end` is data, and not a callback or nothing. */
const isData = (chunk: unknown): boolean =>
  (typeof chunk === 'string' || chunk instanceof Uint8Array) && chunk.length > 0;

/** Returns whether this part of a response to `OPTIONS` is empty, or the body that frameworks write. */
function isOptionsBody(response: ServerResponse, chunk: unknown): boolean {
  if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return true;
  const text = String(typeof chunk === 'string' ? chunk : Buffer.from(chunk));
  return ['', STATUS_CODES[response.statusCode], response.getHeader('allow')].includes(text);
}
