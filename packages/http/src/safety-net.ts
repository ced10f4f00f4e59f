import { AsyncLocalStorage } from 'node:async_hooks';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import { AuthorizationFault } from './authorization-fault.js';

export interface SafetyNet {
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
  /** The decisions of the request, none of which counts: for the message. */
  elsewhere?(): readonly string[];
  /** Hands the error to whoever answers errors. */
  fail(error: AuthorizationFault): void;
  /**
   * Whether it is they who write to the response now, or set its headers. Without it, it is what `fail` called and whatever that
   * started.
   */
  isAnswer?(part: 'headers' | 'body'): boolean;
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
 * Withholds a 2xx or 3xx response for which nothing was decided. It is looked at when its first header is written, so nothing
 * of it has left; from then on the handler writes into the void, and only those who answer the error reach the response. What
 * the handler did before, it did: this is a net, not the rule.
 *
 * An answer to `OPTIONS` may be empty, or name the methods; one that says more is withheld, too. Early hints are left out as long
 * as nothing was decided.
 *
 * Node's own methods are replaced on this response, as everything that frameworks offer ends in them.
 *
 * @returns looks at once, for a framework that knows the answer before it writes
 */
export function withholdUndecided(response: ServerResponse, net: SafetyNet): () => void {
  const methods = response as unknown as Record<string, Method | undefined>;
  const before = { ...response.getHeaders() };
  const ours: Record<string, Method> = {};
  let isWithheld = false;
  const isTheHandler = (part: 'headers' | 'body'): boolean =>
    answering.getStore() !== response && net.isAnswer?.(part) !== true;

  for (const name of writers) {
    const original = methods[name];
    if (original === undefined) continue;
    const isHead = name === 'writeHead' || name === 'writeHeader';
    methods[name] = ours[name] = (...args) => {
      look(isHead ? Number(args[0]) : response.statusCode, isHead ? undefined : args[0]);
      if (!isHead) settleTheHead();
      return isWithheld && isTheHandler('body')
        ? ignore(name, args)
        : Reflect.apply(original, response, args);
    };
  }
  for (const name of informers) {
    const original = methods[name];
    if (original === undefined) continue;
    methods[name] = (...args) => {
      const mayPass = isWithheld ? !isTheHandler('headers') : net.isSettled();
      return mayPass ? Reflect.apply(original, response, args) : ignore(name, args);
    };
  }
  return () => look(response.statusCode);

  function look(status: number, chunk?: unknown): void {
    if (isWithheld || net.isSettled()) return;
    // As Node reads it.
    if ((status | 0) >= 400) return;
    const mayPass =
      net.method === 'OPTIONS'
        ? net.isPreflight?.() === true || saysNothing(response, chunk)
        : response.headersSent;
    if (!mayPass) withhold(status);
  }

  /**
   * Whoever wrapped `writeHead` later may make another status of this one. They get to do it here, and not while Node is amid
   * writing the body, from which there is no way back.
   */
  function settleTheHead(): void {
    if (isWithheld || response.headersSent || net.isSettled() || methods['writeHead'] === ours['writeHead'])
      return;
    response.writeHead(response.statusCode);
  }

  function withhold(status: number): void {
    isWithheld = true;
    if (!response.headersSent) {
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      for (const [name, value] of Object.entries(before)) response.setHeader(name, value!);
      response.statusCode = 500;
      response.statusMessage = '';
    }
    // Whoever wrapped these later has seen an end that was none.
    Object.assign(methods, ours);
    for (const name of setters) {
      const original = methods[name];
      if (original !== undefined)
        methods[name] = (...args) =>
          isTheHandler('headers') ? response : Reflect.apply(original, response, args);
    }
    const { method } = net;
    const fault = new AuthorizationFault('NANOOK_HTTP_UNDECIDED_ROUTE', {
      method,
      route: net.route(),
      handler: net.handler?.(),
      elsewhere: net.elsewhere?.(),
      status,
    });
    answering.run(response, () => net.fail(fault));
  }

  /** As if it had been written: streams that are piped into the response go on to their end. */
  function ignore(name: (typeof writers | typeof informers)[number], args: readonly unknown[]): unknown {
    const done = args.at(-1);
    if (typeof done === 'function' && name !== 'writeHead') process.nextTick(done as () => void);
    return name === 'write' ? true : response;
  }
}

/** Whether this part of an answer to `OPTIONS` has no body, or the one that frameworks put there. */
function saysNothing(response: ServerResponse, chunk: unknown): boolean {
  if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return true;
  const text = String(typeof chunk === 'string' ? chunk : Buffer.from(chunk));
  return ['', STATUS_CODES[response.statusCode], response.getHeader('allow')].includes(text);
}
