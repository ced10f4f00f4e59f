import { pathOf } from '../platform/builtin.js';

/**
 * The location of a call, `file:line`, for messages to developers. It captures one stack frame, which takes about a microsecond, and
 * renders it only when `toString` is called.
 */
export class CallSite {
  readonly #holder: { readonly stack?: unknown } = {};

  /** @param called the function whose caller is located; it must be running */
  constructor(called: (...args: never[]) => unknown) {
    const { stackTraceLimit } = Error;
    try {
      Error.stackTraceLimit = 1;
      Error.captureStackTrace(this.#holder, called);
      Error.stackTraceLimit = stackTraceLimit;
    } catch {
      // `Error` is frozen, so the location is unknown
    }
  }

  /** Returns the location; `undefined` where it is unknown. */
  toString(): string | undefined {
    const { stack } = this.#holder;
    const frame = typeof stack === 'string' ? /^ *at (.*)$/m.exec(stack)?.[1] : undefined;
    const place = frame?.endsWith(')') ? frame.slice(frame.lastIndexOf('(') + 1, -1) : frame;
    const [, url, line] = /^(?:async )?(.+):(\d+):\d+$/.exec(place ?? '') ?? [];
    if (url === undefined) return undefined;
    return `${pathOf(url)}:${line}`;
  }
}
