/** A permission of a caller: to evaluate, to search, to see explanations, to send facts, and to read the metrics. */
export type Scope = 'evaluate' | 'search' | 'explain' | 'facts' | 'metrics';

export const scopes: readonly Scope[] = ['evaluate', 'search', 'explain', 'facts', 'metrics'];

/** A service that is allowed to ask for decisions. */
export interface Caller {
  /** The name in logs. Limits count by it. */
  readonly name: string;
  /** Default: only `evaluate`. */
  readonly scopes?: readonly Scope[];
}

/** A key of a caller. The server stores only its hash. */
export interface ApiKey extends Caller {
  /** The SHA-256 hash of the key, as 64 hexadecimal digits: `printf %s "$KEY" | sha256sum`. */
  readonly sha256: string;
}

/** The client certificate of a connection, which the platform has verified. */
export interface ClientCertificate {
  /** The subject, such as `{ CN: 'billing', O: 'Example' }`. */
  readonly subject: Readonly<Record<string, string>>;
  /** The alternative names, such as `DNS:billing.internal, URI:spiffe://example/billing`. */
  readonly alternativeNames: string | undefined;
  /** The SHA-256 hash of the certificate, as 64 hexadecimal digits. */
  readonly sha256: string;
}

/** The callers of a server. At least one kind is needed. */
export interface CallerOptions {
  /** Keys that are sent as `Authorization: Bearer …` or as `X-API-Key: …`. */
  readonly keys?: readonly ApiKey[];
  /**
   * Verifies a bearer token that is not one of the keys. Check its signature, its expiry and its audience. An error means that the token is
   * not valid.
   */
  readonly bearer?: (token: string) => Caller | undefined | PromiseLike<Caller | undefined>;
  /** Finds the caller of a client certificate, which `@nanook/server/node` passes on. */
  readonly certificate?: (
    certificate: ClientCertificate,
  ) => Caller | undefined | PromiseLike<Caller | undefined>;
  /** Answers everyone who can reach the server. It excludes the other kinds. */
  readonly anyone?: {
    /** The reason why this is safe, such as `only the sidecars of this pod reach the port`. */
    readonly reason: string;
    /** Default: only `evaluate`. */
    readonly scopes?: readonly Scope[];
  };
}

/** Facts about the connection of a request that the request itself does not have. */
export interface Connection {
  readonly certificate?: ClientCertificate | undefined;
  /** The path and the query as they were sent. A `Request` has them without segments such as `..`. */
  readonly target?: string | undefined;
}
