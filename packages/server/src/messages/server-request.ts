/** A request, as a server reads it. Each platform has its own way to create it. */
export interface ServerRequest {
  readonly method: string;
  /** The whole address. Its host can be a placeholder. */
  readonly url: string;
  /** The path and the query as they were sent. `url` has them without segments such as `..`. */
  readonly target: string;
  readonly headers: RequestHeaders;
  readonly readBody: ReadBody;
}

/** The headers of a request. */
export interface RequestHeaders extends Iterable<[string, string]> {
  /** Returns the value of a header; the name may have capital letters. */
  get(name: string): string | null;
}

/**
 * Reads the body of a request, once. It leaves the connection open when it ends early, so that the caller receives a refusal.
 *
 * @param take receives one chunk after the other; its error ends the reading
 * @param signal ends the reading
 * @returns a promise that is fulfilled when the body or the reading has ended
 * @throws {RequestError} 400 for a body that breaks
 */
export type ReadBody = (take: (chunk: Uint8Array) => void, signal: AbortSignal) => Promise<void>;
