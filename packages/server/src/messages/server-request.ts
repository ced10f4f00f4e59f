/** The part of a `Request` that a server reads. Node has it without a copy of each request. */
export interface ServerRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: RequestHeaders;
  readonly body: RequestBody | null;
  readonly bodyUsed: boolean;
}

/** The headers of a request. */
export interface RequestHeaders extends Iterable<[string, string]> {
  /** Returns the value of a header; the name may have capital letters. */
  get(name: string): string | null;
}

/** The bytes of a request. */
export interface RequestBody {
  getReader(): BodyReader;
}

/** Reads the bytes of a request, one chunk after the other. */
export interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  /** Ends the reading, also that of the next chunk. */
  cancel(): Promise<void>;
}
