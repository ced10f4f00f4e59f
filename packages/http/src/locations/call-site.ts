import { fileURLToPath } from 'node:url';

/**
 * The place that called a function, `file:line`, for messages to developers. Only one frame is captured, which takes about a
 * microsecond; its text is made when `toString` is called.
 */
export class CallSite {
  readonly #holder: { readonly stack?: unknown } = {};

  /** @param called the function whose caller is wanted; it must be running */
  constructor(called: (...args: never[]) => unknown) {
    const { stackTraceLimit } = Error;
    try {
      Error.stackTraceLimit = 1;
      Error.captureStackTrace(this.#holder, called);
      Error.stackTraceLimit = stackTraceLimit;
    } catch {
      // `Error` is frozen: there is no place to show
    }
  }

  /** `undefined` where the runtime does not say. */
  toString(): string | undefined {
    const { stack } = this.#holder;
    const frame = typeof stack === 'string' ? /^ *at (.*)$/m.exec(stack)?.[1] : undefined;
    const place = frame?.endsWith(')') ? frame.slice(frame.lastIndexOf('(') + 1, -1) : frame;
    const [, url, line] = /^(?:async )?(.+):(\d+):\d+$/.exec(place ?? '') ?? [];
    if (url === undefined) return undefined;
    return `${url.startsWith('file:') ? fileURLToPath(url) : url}:${line}`;
  }
}
