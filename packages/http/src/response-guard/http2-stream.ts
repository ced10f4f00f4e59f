import type { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

type Method = (...args: unknown[]) => unknown;

/** The methods of an HTTP/2 stream that send headers. The compatibility response calls them, too. */
const senders = ['respond', 'respondWithFD', 'respondWithFile', 'additionalHeaders', 'pushStream'] as const;
const bodyWriters = ['write', 'end'] as const;

/** The functions through which the response guard checks an HTTP/2 stream. */
export interface StreamGuard {
  /** Checks a status before the header is sent. */
  readonly checkHeader: (status: number) => void;
  /** Checks data that follows the header. */
  readonly checkRest: (chunk: unknown, isEnd: boolean) => void;
  /** Returns whether trailers may be sent now that do not come from the response. */
  readonly mayTrail: (trailers: unknown) => boolean;
  /** Returns whether data that is written now must not be sent. */
  readonly isIgnored: () => boolean;
}

/** Returns the stream of an HTTP/2 response; `undefined` for HTTP/1. */
const streamOf = (response: ServerResponse): Record<string, Method | undefined> | undefined => {
  const { stream } = response as unknown as { readonly stream?: Record<string, Method | undefined> };
  return typeof stream?.['respond'] === 'function' ? stream : undefined;
};

export const isHttp2 = (response: ServerResponse): boolean => streamOf(response) !== undefined;

/** Guards the stream of an HTTP/2 response, because a handler can write to it without the response. */
export function guardStream(
  response: ServerResponse,
  { checkHeader, checkRest, mayTrail, isIgnored }: StreamGuard,
): void {
  const stream = streamOf(response);
  if (stream === undefined) return;
  for (const name of senders) {
    const original = stream[name];
    if (original === undefined) continue;
    stream[name] = (...args) => {
      checkHeader(statusOf(name, args));
      return isIgnored() ? undefined : Reflect.apply(original, stream, args);
    };
  }
  guardTrailers(stream, mayTrail);
  for (const name of bodyWriters) {
    const original = stream[name];
    if (original === undefined) continue;
    stream[name] = (...args) => {
      // Data without a header before it sends a header with status 200.
      if (response.headersSent) checkRest(args[0], name === 'end');
      else checkHeader(200);
      if (!isIgnored()) return Reflect.apply(original, stream, args);
      const done = args.at(-1);
      if (typeof done === 'function') process.nextTick(done as () => void);
      return name === 'write' ? true : stream;
    };
  }
}

/**
 * Guards the trailers that a handler sends without the response. The listeners that are present send those of the response, which were
 * checked when they were added.
 */
function guardTrailers(stream: Record<string, Method | undefined>, mayTrail: StreamGuard['mayTrail']): void {
  const { sendTrailers } = stream;
  if (sendTrailers === undefined) return;
  const emitter = stream as unknown as EventEmitter;
  let isFromResponse = false;
  for (const listener of emitter.listeners('wantTrailers')) {
    emitter.off('wantTrailers', listener as Method);
    emitter.on('wantTrailers', () => {
      isFromResponse = true;
      try {
        Reflect.apply(listener, stream, []);
      } finally {
        isFromResponse = false;
      }
    });
  }
  // The stream waits for trailers, so it gets empty ones.
  stream['sendTrailers'] = (trailers) =>
    Reflect.apply(sendTrailers, stream, [isFromResponse || mayTrail(trailers) ? trailers : {}]);
}

/** Returns the status that a call sends. Informational headers and pushed streams are checked like a success. */
function statusOf(name: (typeof senders)[number], args: readonly unknown[]): number {
  const index = name === 'respondWithFD' || name === 'respondWithFile' ? 1 : 0;
  const headers = args[index] as { readonly ':status'?: unknown } | undefined;
  return name === 'pushStream' ? 200 : Number(headers?.[':status'] ?? 200);
}
