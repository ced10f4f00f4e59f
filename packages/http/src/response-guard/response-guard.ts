import { AsyncLocalStorage } from 'node:async_hooks';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import {
  AuthorizationConfigError,
  type ConfigErrorData,
  type RouteData,
} from '../config-errors/authorization-config-error.js';
import { guardStream, isHttp2 } from './http2-stream.js';
import { PipedSources } from './piped-sources.js';
import { causeOf, dataOf, type Check, type PendingChecks } from '../pending-checks/pending-checks.js';

export interface ResponseGuard {
  /** Read when the answer is looked at. */
  readonly method: string;
  /** The route as the application wrote it. */
  route(): string;
  /** Where the handler that answers was written, `file:line`, if that can be told: `locationOf(handler)`. */
  handler?(): string | undefined;
  /**
   * Whether an answer to `OPTIONS` was written for that method alone, so that it may say what it likes. Without it, one says no more
   * than which methods there are.
   */
  isPreflight?(): boolean;
  /** Whether something was authorized or skipped on the path of the handler that answers: it is asked while that one writes. */
  isSettled(): boolean;
  /** Whether an error handler answers for a handler for which something was decided: then it may tell of a file with 412 or 416. */
  isFailureDecided?(): boolean;
  /** The decisions of the request, none of which counts: for the message. */
  elsewhere?(): readonly string[];
  /** The checks that the response waits for, if the request has its authorization already. */
  checks?(): PendingChecks | undefined;
  /** The value of `WWW-Authenticate` in a 401 that has none, if a check failed for want of an actor. */
  challenge?(): string | readonly string[] | undefined;
  /** Whether a success may follow a refusal: for frameworks whose error handlers cannot say why. */
  readonly mayHideRefusal?: boolean;
  /**
   * Whether somebody has chosen the status. Otherwise it is one that the framework has set before the handlers, such as 404, and says
   * nothing about what the handler writes. Default: yes.
   */
  isStatusChosen?(): boolean;
  /** Hands the error to whoever answers errors. */
  fail(error: AuthorizationConfigError): void;
  /**
   * Whether it is they who write to the response now, or set its headers. Without it, it is what `fail` called and whatever that
   * started.
   */
  isAnswer?(part: 'headers' | 'body'): boolean;
  /** The time that the answer to an error may take, in milliseconds; then the response ends as a bare 500. Default: 10 000. */
  readonly patienceMs?: number;
}

type Method = (...args: unknown[]) => unknown;

/** All of them write the header first when nobody has. `writeHeader` is Node's old name for `writeHead`. */
const writers = ['writeHead', 'writeHeader', 'flushHeaders', 'write', 'end'] as const;
const setters = ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader', 'addTrailers'] as const;
/** What is sent ahead of the header: it can be done without. */
const informers = ['writeEarlyHints', 'writeInformation'] as const;

/** The response whose error is being answered, in whatever that answer starts. */
const answering = new AsyncLocalStorage<ServerResponse>();

/**
 * Blocks a response
 *
 * - with 2xx or 3xx for which nothing was decided;
 * - that starts while a check of the request is pending, or was not awaited;
 * - with 2xx or 3xx after a refusal.
 *
 * It is judged when its first header is written, so nothing of it has left; from then on the handler writes into the void, and only
 * those who answer the error reach the response. What the handler did before, it did: it only blocks the response.
 *
 * An answer to `OPTIONS` may be empty, or name the methods; one that says more is blocked, too. Early hints are left out as long
 * as nothing was decided. A response that is out already cannot be blocked: it is broken off when a check that was not awaited
 * failed meanwhile, or when it ends before such a check.
 *
 * Node's own methods are replaced on this response, as everything that frameworks offer ends in them.
 *
 * @returns looks at once, for a framework that knows the answer before it writes
 */
export function guardResponse(response: ServerResponse, net: ResponseGuard): () => void {
  const methods = response as unknown as Record<string, Method | undefined>;
  const before = { ...response.getHeaders() };
  const ours: Record<string, Method> = {};
  const sources = new PipedSources(response);
  let isBlocked = false;
  /** Whether all that is still written is lost, whoever writes it. */
  let isOver = false;
  let ignoredEnds = 0;
  const isTheHandler = (part: 'headers' | 'body'): boolean =>
    answering.getStore() !== response && net.isAnswer?.(part) !== true;
  const isIgnored = (part: 'headers' | 'body'): boolean => isOver || (isBlocked && isTheHandler(part));

  const end = methods['end']!;
  for (const name of writers) {
    const original = methods[name];
    if (original === undefined) continue;
    const isHead = name === 'writeHead' || name === 'writeHeader';
    methods[name] = ours[name] = (...args) => {
      if (response.headersSent) lookAtRest(isHead ? undefined : args[0], name === 'end');
      else if (isHead) look(Number(args[0]));
      else look(response.statusCode, args[0], net.isStatusChosen?.());
      if (!isHead) settleTheHead();
      if (isIgnored('body')) return ignore(name, args);
      const [status, ...others] = args;
      if (!response.headersSent) addChallenge(isHead ? Number(status) : response.statusCode);
      const isDisguised = isHead && isBlocked && !isError(Number(status));
      return Reflect.apply(original, response, isDisguised ? [500, ...others] : args);
    };
  }
  for (const name of informers) {
    const original = methods[name];
    if (original === undefined) continue;
    methods[name] = (...args) => {
      const mayPass = isBlocked ? !isIgnored('headers') : net.isSettled();
      return mayPass ? Reflect.apply(original, response, args) : ignore(name, args);
    };
  }
  guardStream(response, { look, lookAtRest, isIgnored: () => isIgnored('body') });
  response.once('close', () => {
    net.checks?.()?.reportLostFailures(routeData);
  });
  net.checks?.()?.whenLost((check) => {
    if (!isBlocked && !isOver && !response.headersSent) block(unawaited(net.checks!()!, check, undefined));
  });
  return () => look(response.statusCode);

  function look(status: number, chunk?: unknown, isChosen = true): void {
    if (isBlocked || response.headersSent || (isChosen && isError(status))) return;
    const fault = faultOf(status, chunk);
    if (fault !== undefined) block(fault);
  }

  function faultOf(status: number, chunk: unknown): AuthorizationConfigError | undefined {
    const checks = net.checks?.();
    if (checks?.forgotten !== undefined) return unawaited(checks, checks.forgotten, status);
    const refused = net.mayHideRefusal === true ? undefined : checks?.refused;
    if (!net.isSettled()) {
      if (isAboutFile(status) && net.isFailureDecided?.() === true) return undefined;
      if (mayPreflightSay(chunk)) return undefined;
      // After a decision on another path the refusal says more: an error handler answers for the route that was refused.
      const isAnsweredElsewhere = refused !== undefined && (net.elsewhere?.() ?? []).length > 0;
      return isAnsweredElsewhere
        ? faultAbout('NANOOK_HTTP_REFUSED_ROUTE', refused, status)
        : undecided(status);
    }
    if (checks?.open !== undefined) return unawaited(checks, checks.open, status);
    return refused && faultAbout('NANOOK_HTTP_REFUSED_ROUTE', refused, status);
  }

  /** A 401 must say how to authenticate (RFC 9110 §15.5.2), whoever answers it. */
  function addChallenge(status: number): void {
    const challenge = status === 401 ? net.challenge?.() : undefined;
    if (challenge !== undefined && !response.hasHeader('WWW-Authenticate'))
      Reflect.apply(methods['setHeader']!, response, ['WWW-Authenticate', challenge]);
  }

  /** What follows the header: too late for another answer. */
  function lookAtRest(chunk: unknown, isEnd: boolean): void {
    if (isBlocked || isOver) return;
    const checks = net.checks?.();
    const check = isEnd ? checks?.forgotten : checks?.forgottenFailure;
    if (checks !== undefined && check !== undefined) {
      checks.report(unawaited(checks, check, response.statusCode));
      breakOff();
    } else if (net.method === 'OPTIONS' && !net.isSettled() && !mayPreflightSay(chunk)) {
      if (!isError(response.statusCode)) block(undecided(response.statusCode));
    }
  }

  function mayPreflightSay(chunk: unknown): boolean {
    return net.method === 'OPTIONS' && (net.isPreflight?.() === true || saysNothing(response, chunk));
  }

  function routeData(): RouteData {
    return { method: net.method, route: net.route(), handler: net.handler?.() };
  }

  function undecided(status: number): AuthorizationConfigError {
    return new AuthorizationConfigError('NANOOK_HTTP_UNDECIDED_ROUTE', {
      ...routeData(),
      elsewhere: net.elsewhere?.(),
      status,
    });
  }

  function unawaited(
    checks: PendingChecks,
    check: Check,
    status: number | undefined,
  ): AuthorizationConfigError {
    checks.dismiss(check);
    return faultAbout('NANOOK_HTTP_UNAWAITED_CHECK', check, status);
  }

  function faultAbout<C extends CheckErrorCode>(
    code: C,
    check: Check,
    status: ConfigErrorData<C>['status'],
  ): AuthorizationConfigError {
    const data = { ...routeData(), ...dataOf(check), status };
    return new AuthorizationConfigError(code, data, causeOf(check));
  }

  /**
   * Whoever wrapped `writeHead` later may make another status of this one. They get to do it here, and not while Node is amid
   * writing the body, from which there is no way back.
   */
  function settleTheHead(): void {
    if (isBlocked || isOver || response.headersSent || methods['writeHead'] === ours['writeHead']) return;
    const checks = net.checks?.();
    const isFree = net.isSettled() && checks?.open === undefined && checks?.refused === undefined;
    if (!isFree) response.writeHead(response.statusCode);
  }

  function block(fault: AuthorizationConfigError): void {
    isBlocked = true;
    if (!response.headersSent) takeBack();
    // Whoever wrapped these later has seen an end that was none.
    Object.assign(methods, ours);
    for (const name of setters) {
      const original = methods[name];
      if (original !== undefined)
        methods[name] = (...args) =>
          isIgnored('headers') ? response : Reflect.apply(original, response, args);
    }
    guardProperty(response, 'statusCode', (value) => {
      if (isIgnored('headers')) return undefined;
      return isError(Number(value)) ? value : 500;
    });
    if (!isHttp2(response))
      guardProperty(response, 'statusMessage', (value) => (isIgnored('headers') ? undefined : value));
    const patience = setTimeout(() => response.headersSent || endBare(), net.patienceMs ?? 10_000);
    patience.unref();
    response.once('close', () => clearTimeout(patience));
    sources.end();
    answering.run(response, () => net.fail(fault));
  }

  function takeBack(): void {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    for (const [name, value] of Object.entries(before)) response.setHeader(name, value!);
    response.statusCode = 500;
    if (!isHttp2(response)) response.statusMessage = '';
  }

  /** As if it had been written: streams that are piped into the response go on to their end. */
  function ignore(name: (typeof writers | typeof informers)[number], args: readonly unknown[]): unknown {
    const done = args.at(-1);
    if (typeof done === 'function' && name !== 'writeHead') process.nextTick(done as () => void);
    // The first end may be the handler's. Another one is that of an error handler whose asynchronous context got lost.
    if (name === 'end' && !isOver && ++ignoredEnds > 1) endBare();
    return name === 'write' ? true : response;
  }

  /** Answers in place of those who answer errors, when what they write cannot be told from what the handler writes. */
  function endBare(): void {
    if (isOver || response.writableEnded) return;
    answering.run(response, () => {
      if (!response.headersSent) takeBack();
      Reflect.apply(end, response, []);
    });
    isOver = true;
  }

  function breakOff(): void {
    isOver = true;
    const { stream } = response as unknown as { readonly stream?: { close(code: number): void } };
    if (stream === undefined) response.destroy();
    else stream.close(http2InternalError);
  }
}

type CheckErrorCode = 'NANOOK_HTTP_UNAWAITED_CHECK' | 'NANOOK_HTTP_REFUSED_ROUTE';

const http2InternalError = 2;

/**
 * Whether a status, as Node reads it, tells the client no more than that there is an error. 412 and 416 tell about a
 * representation: that it is not the one the client has, and how long it is.
 */
const isError = (status: number): boolean => {
  const code = status | 0;
  return code >= 400 && code < 600 && !isAboutFile(code);
};

const isAboutFile = (status: number): boolean => (status | 0) === 412 || (status | 0) === 416;

/** Lets through, or replaces, what is set to a property of the response; `undefined` leaves it as it is. */
function guardProperty(response: ServerResponse, name: string, pass: (value: unknown) => unknown): void {
  const inherited = accessorOf(response, name);
  let current: unknown = Reflect.get(response, name);
  Object.defineProperty(response, name, {
    configurable: true,
    enumerable: true,
    get: () => (inherited === undefined ? current : inherited.get?.call(response)),
    set(value) {
      const passed = pass(value);
      if (passed === undefined) return;
      if (inherited === undefined) current = passed;
      else inherited.set?.call(response, passed);
    },
  });
}

/** HTTP/2 has accessors for what is plain data in HTTP/1. */
function accessorOf(response: object, name: string): PropertyDescriptor | undefined {
  for (let object: object | null = response; object !== null; object = Object.getPrototypeOf(object)) {
    const found = Object.getOwnPropertyDescriptor(object, name);
    if (found !== undefined) return found.get === undefined ? undefined : found;
  }
  return undefined;
}

/** Whether this part of an answer to `OPTIONS` has no body, or the one that frameworks put there. */
function saysNothing(response: ServerResponse, chunk: unknown): boolean {
  if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return true;
  const text = String(typeof chunk === 'string' ? chunk : Buffer.from(chunk));
  return ['', STATUS_CODES[response.statusCode], response.getHeader('allow')].includes(text);
}
