import { aCount, aFunction, aText, aTime, checkOptions } from '../errors/check-options.js';
import { invalidOption } from '../errors/nanook-server-error.js';

/** An actor or a resource of the wire. */
export interface RemoteEntity {
  readonly type: string;
  readonly id: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** An action: its name, or a name with properties. */
export type RemoteAction =
  | string
  | { readonly name: string; readonly properties?: Readonly<Record<string, unknown>> };

/**
 * A fact that holds for one decision, such as `['has_role', ann, 'member', acme]`. A text, a number and a boolean are values; each other argument
 * is an actor or a resource.
 */
export type RemoteFact = readonly [name: string, ...args: unknown[]];

/** An evaluation as the wire carries it. */
export interface Evaluation {
  readonly subject: RemoteEntity;
  readonly action: { readonly name: string };
  readonly resource: RemoteEntity;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** Options of `RemoteAuthorizer`. */
export interface RemoteOptions {
  /** The address of the server, such as `https://pdp.example.com`. */
  readonly url: string;
  /** The key or the token of this service, or a function that returns it for each request. */
  readonly key?: string | (() => string | PromiseLike<string>);
  /** Returns the entity of a value of the application, such as `(user) => ({ type: 'user', id: user.id })`. Default: the value itself. */
  readonly entityOf?: (value: unknown) => RemoteEntity;
  /** The time for a decision with all retries. Default: 2,000. */
  readonly timeoutMs?: number;
  /** The most retries of a request. Default: 2. Requests change nothing, so they can be repeated. */
  readonly retries?: number;
  /** The most evaluations of a request, which the limit `batchSize` of the server allows. Default: 100. */
  readonly batchSize?: number;
  /** The action that reveals a resource, for the errors of `authorize`. Default: `read`. */
  readonly readAction?: string;
  /**
   * The lowest revision of the policy that decides. With an older one, the request is repeated while there is time; then it is an error. The server
   * must have a `follower`.
   */
  readonly minRevision?: number;
  /** Default: the `fetch` of the platform. */
  readonly fetch?: typeof fetch;
}

/** Checks the options. @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION` */
export function checkRemoteOptions(options: RemoteOptions): void {
  checkOptions(
    '',
    options,
    {
      url: aText,
      key: {
        expected: 'a text, or a function that returns it',
        accepts: (value) => aText.accepts(value) || aFunction.accepts(value),
      },
      entityOf: aFunction,
      timeoutMs: aTime,
      retries: {
        expected: 'a whole number that is not negative',
        accepts: (n) => n === 0 || aCount.accepts(n),
      },
      batchSize: aCount,
      readAction: aText,
      minRevision: aCount,
      fetch: aFunction,
    },
    ['url'],
  );
  // A key that is undefined, because a setting is missing, would become an anonymous request.
  if ('key' in options && options.key === undefined)
    throw invalidOption('key', 'must be a text, or a function that returns it, found undefined');
}
