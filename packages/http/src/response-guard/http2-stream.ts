import type { ServerResponse } from 'node:http';

type Method = (...args: unknown[]) => unknown;

/** All that sends something on a stream of HTTP/2. The compatible response ends in them, too. */
const senders = ['respond', 'respondWithFD', 'respondWithFile', 'additionalHeaders', 'pushStream'] as const;
const bodyWriters = ['write', 'end'] as const;

export interface StreamGuard {
  /** Judges a status before its header is sent. */
  readonly look: (status: number) => void;
  /** Judges what follows the header. */
  readonly lookAtRest: (chunk: unknown, isEnd: boolean) => void;
  /** Whether what is written now must not be sent. */
  readonly isIgnored: () => boolean;
}

/** The stream of a response of HTTP/2. */
const streamOf = (response: ServerResponse): Record<string, Method | undefined> | undefined => {
  const { stream } = response as unknown as { readonly stream?: Record<string, Method | undefined> };
  return typeof stream?.['respond'] === 'function' ? stream : undefined;
};

export const isHttp2 = (response: ServerResponse): boolean => streamOf(response) !== undefined;

/** Guards the stream of a response of HTTP/2, which can be written without the response. */
export function guardStream(response: ServerResponse, { look, lookAtRest, isIgnored }: StreamGuard): void {
  const stream = streamOf(response);
  if (stream === undefined) return;
  for (const name of senders) {
    const original = stream[name];
    if (original === undefined) continue;
    stream[name] = (...args) => {
      look(statusOf(name, args));
      return isIgnored() ? undefined : Reflect.apply(original, stream, args);
    };
  }
  for (const name of bodyWriters) {
    const original = stream[name];
    if (original === undefined) continue;
    stream[name] = (...args) => {
      // Data that comes first sends a header with 200.
      if (response.headersSent) lookAtRest(args[0], name === 'end');
      else look(200);
      if (!isIgnored()) return Reflect.apply(original, stream, args);
      const done = args.at(-1);
      if (typeof done === 'function') process.nextTick(done as () => void);
      return name === 'write' ? true : stream;
    };
  }
}

/** What is sent ahead of a response, or pushed beside it, is judged as a success. */
function statusOf(name: (typeof senders)[number], args: readonly unknown[]): number {
  const index = name === 'respondWithFD' || name === 'respondWithFile' ? 1 : 0;
  const headers = args[index] as { readonly ':status'?: unknown } | undefined;
  return name === 'pushStream' ? 200 : Number(headers?.[':status'] ?? 200);
}
