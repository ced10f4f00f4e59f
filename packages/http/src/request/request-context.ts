import type { CheckContext } from '@nanook/core';

/** Options for {@link RequestContext}. */
export interface RequestContextOptions {
  /** The headers of the request, with names in lower case. */
  readonly headers: unknown;
  /** The identifier that the framework or a logger gave to the request. Default: the header `X-Request-Id`. */
  readonly id?: unknown;
  /** Returns the parts of the context that the application knows better. */
  readonly given?: (() => CheckContext | undefined) | undefined;
}

/**
 * The context of the checks of a request. It reads the request only when a log reads the context.
 *
 * A client can send any `X-Request-Id` and `traceparent`, so they identify the request of an honest client only.
 *
 * @internal for adapters
 */
export class RequestContext implements CheckContext {
  readonly #options: RequestContextOptions;
  #given: CheckContext | undefined;
  #trace: readonly [traceId?: string, spanId?: string] | undefined;

  constructor(options: RequestContextOptions) {
    this.#options = options;
  }

  get requestId(): string | undefined {
    const { id, headers } = this.#options;
    return this.#own().requestId ?? idOf(id) ?? idOf(headerOf(headers, 'x-request-id'));
  }

  get traceId(): string | undefined {
    return this.#own().traceId ?? this.#parent()[0];
  }

  get spanId(): string | undefined {
    return this.#own().spanId ?? this.#parent()[1];
  }

  get tenant(): string | undefined {
    return this.#own().tenant;
  }

  /** The context that the application gives. Its function is called once in a request. */
  #own(): CheckContext {
    return (this.#given ??= this.#options.given?.() ?? {});
  }

  #parent(): readonly [traceId?: string, spanId?: string] {
    return (this.#trace ??= traceOf(headerOf(this.#options.headers, 'traceparent')));
  }
}

function headerOf(headers: unknown, name: string): unknown {
  return typeof headers === 'object' && headers !== null
    ? (headers as Record<string, unknown>)[name]
    : undefined;
}

/** Returns an identifier that is safe to log: short, and without spaces and control characters. */
function idOf(id: unknown): string | undefined {
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && /^[!-~]{1,128}$/.test(id) ? id : undefined;
}

/** Parses `traceparent`. @see https://www.w3.org/TR/trace-context/#traceparent-header */
function traceOf(header: unknown): readonly [traceId?: string, spanId?: string] {
  if (typeof header !== 'string') return [];
  const [, version, traceId, spanId] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(?:-|$)/.exec(header) ?? [];
  if (version === 'ff' || traceId === undefined || spanId === undefined) return [];
  return /^0+$/.test(traceId) || /^0+$/.test(spanId) ? [] : [traceId, spanId];
}
