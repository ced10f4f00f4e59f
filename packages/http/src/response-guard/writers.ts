import { ServerResponse } from 'node:http';

export type Method = (...args: unknown[]) => unknown;

const headWriters = ['writeHead', 'writeHeader'] as const;
const bodyWriters = ['flushHeaders', 'write', 'end'] as const;
const informers = ['writeEarlyHints', 'writeInformation'] as const;
const trailersSetters = ['addTrailers', 'setTrailer'] as const;

/** The methods that write the header. `writeHeader` is Node's old name for `writeHead`. */
export type HeadWriter = (typeof headWriters)[number];
/** The methods that write the header first when it was not written before. */
export type BodyWriter = (typeof bodyWriters)[number];
/** The methods that send informational headers, which a response can omit. */
export type Informer = (typeof informers)[number];
/** The methods that add headers after the body. */
export type TrailersSetter = (typeof trailersSetters)[number];

type Writer = HeadWriter | BodyWriter | Informer | TrailersSetter;
/** The methods by name. HTTP/2 and older versions of Node do not have all of them. */
export type Writers = Partial<Record<Writer, Method>>;

/** Handles the calls of the methods that write a response. `original` is the method without the guard. */
export interface GuardedWriters {
  head(name: HeadWriter, original: Method, args: unknown[]): unknown;
  body(name: BodyWriter, original: Method, args: unknown[]): unknown;
  inform(name: Informer, original: Method, args: unknown[]): unknown;
  trailers(name: TrailersSetter, original: Method, args: unknown[]): unknown;
  notice(event: NoticedEvent, source: unknown): void;
}

const noticedEvents = ['close', 'pipe', 'unpipe'] as const;
export type NoticedEvent = (typeof noticedEvents)[number];

type Find = (response: object) => GuardedWriters | undefined;

/**
 * Wraps the writers of a response, or of a prototype of responses.
 *
 * @param find returns the guard of a response; without one, the wrapper calls the original method
 * @returns the wrappers
 */
export function wrapWriters(target: object, find: Find): Writers {
  const methods = target as Writers;
  const wrapped: Writers = {};
  const wrap = <Name extends Writer>(
    names: readonly Name[],
    handle: (guard: GuardedWriters, name: Name, original: Method, args: unknown[]) => unknown,
  ): void => {
    for (const name of names) {
      const original = methods[name];
      if (original !== undefined)
        wrapped[name] = function (this: object, ...args) {
          const guard = find(this);
          return guard === undefined
            ? Reflect.apply(original, this, args)
            : handle(guard, name, original, args);
        };
    }
  };
  wrap(headWriters, (guard, name, original, args) => guard.head(name, original, args));
  wrap(bodyWriters, (guard, name, original, args) => guard.body(name, original, args));
  wrap(informers, (guard, name, original, args) => guard.inform(name, original, args));
  wrap(trailersSetters, (guard, name, original, args) => guard.trailers(name, original, args));
  Object.assign(target, wrapped);
  return wrapped;
}

/** The guard of a response, and the wrappers on Node's prototype. All copies of this package in a process share these properties. */
const slot = Symbol.for('@nanook/http/guarded-response');
const installed = Symbol.for('@nanook/http/installed-writers');

const findGuarded: Find = (response) => (response as { [slot]?: GuardedWriters })[slot];

/** Returns the guard of a response. */
export const guardedWriters = findGuarded;

/** Sets the guard of a response, and installs the writers. @returns the writers that call the guard */
export function setGuardedWriters(response: ServerResponse, guarded: GuardedWriters): Writers {
  (response as { [slot]?: GuardedWriters })[slot] = guarded;
  if (!(response instanceof ServerResponse)) {
    for (const event of noticedEvents)
      (response as ServerResponse).on(event, (source: unknown) => guarded.notice(event, source));
    return wrapWriters(response, () => guarded);
  }
  const shared = shareWriters();
  // A subclass, or another library, has replaced a method, and would notice a blocked response.
  return isReplaced(response as unknown as Writers, shared) ? wrapWriters(response, () => guarded) : shared;
}

/** All such subclasses and libraries replace one of these methods. To read the others takes time in each request. */
const isReplaced = (response: Writers, shared: Writers): boolean =>
  response.end !== shared.end || response.writeHead !== shared.writeHead;

/** Wraps the writers of Node's prototype once, because methods of each response would take more time than the check. */
function shareWriters(): Writers {
  const prototype = ServerResponse.prototype as unknown as { emit: Method; [installed]?: Writers };
  const known = prototype[installed];
  if (known !== undefined) return known;
  const { emit } = prototype;
  // With `arguments`, because a list of the arguments would be created for each event of each response.
  prototype.emit = function (this: object, event, source) {
    if (event === 'close' || event === 'pipe' || event === 'unpipe') findGuarded(this)?.notice(event, source);
    return Reflect.apply(emit, this, arguments);
  };
  const shared = wrapWriters(prototype, findGuarded);
  Object.defineProperty(prototype, installed, { value: shared });
  return shared;
}
