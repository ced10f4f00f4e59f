import type { RequestHeaders } from '../messages/server-request.js';
import { RequestError } from '../messages/request-error.js';
import { equalInConstantTime, hashOf, hashOfDigits, type Hash } from './api-keys.js';
import type { Caller, CallerOptions, Connection, Scope } from './caller.js';

/** A caller whose identity is verified. */
export interface KnownCaller {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

const known = ({ name, scopes = ['evaluate'] }: Caller): KnownCaller => ({ name, scopes: new Set(scopes) });

/** The headers that identify a caller. */
type CallerHeaders = Pick<RequestHeaders, 'get'>;

/** The callers of a server. */
export class Callers {
  readonly #options: CallerOptions;
  readonly #anyone: KnownCaller | undefined;
  readonly #keys: readonly { readonly hash: Hash; readonly owner: KnownCaller }[];
  readonly #report: (error: unknown) => void;

  /** @param report receives the errors of `bearer` and `certificate` */
  constructor(options: CallerOptions, report: (error: unknown) => void) {
    const { anyone, keys = [] } = options;
    this.#options = options;
    this.#anyone = anyone && known({ name: 'anyone', ...anyone });
    this.#keys = keys.map((key) => ({ hash: hashOfDigits(key.sha256), owner: known(key) }));
    this.#report = report;
  }

  /** Returns the caller of a request that needs no key, or that has one; undefined if only `verify` can find it. */
  find(headers: CallerHeaders): KnownCaller | undefined {
    if (this.#anyone !== undefined) return this.#anyone;
    const key = headers.get('x-api-key') ?? tokenOf(headers);
    return key === undefined ? undefined : this.#ownerOf(key);
  }

  /** Returns the owner of a key. It compares all keys, so that the time does not show which one is similar. */
  #ownerOf(key: string): KnownCaller | undefined {
    const hash = hashOf(key);
    let found: KnownCaller | undefined;
    for (const each of this.#keys) if (equalInConstantTime(each.hash, hash)) found = each.owner;
    return found;
  }

  /** Finds the caller of a request by its token, or by the certificate of its connection. @throws {RequestError} 401 */
  async verify(headers: CallerHeaders, { certificate }: Connection): Promise<KnownCaller> {
    const { bearer, certificate: callerOf } = this.#options;
    const token = tokenOf(headers);
    const caller =
      (bearer !== undefined && token !== undefined ? await this.#attempt(() => bearer(token)) : undefined) ??
      (callerOf !== undefined && certificate !== undefined
        ? await this.#attempt(() => callerOf(certificate))
        : undefined);
    if (caller !== undefined) return caller;
    throw new RequestError(401, 'the caller is not authenticated', {
      'WWW-Authenticate':
        token === undefined ? 'Bearer realm="nanook"' : 'Bearer realm="nanook", error="invalid_token"',
    });
  }

  async #attempt(find: () => unknown): Promise<KnownCaller | undefined> {
    try {
      const found = await find();
      return isCaller(found) ? known(found) : undefined;
    } catch (error) {
      this.#report(error);
      return undefined;
    }
  }
}

const tokenOf = (headers: CallerHeaders): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1];

/** Checks the result of a function of the application, because a wrong one must not authenticate anyone. */
const isCaller = (value: unknown): value is Caller =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Caller>).name === 'string';

/** @throws {RequestError} 403 for a caller without the scope */
export function requireScope({ scopes }: KnownCaller, scope: Scope): void {
  if (!scopes.has(scope)) throw new RequestError(403, `the caller needs the scope ${scope}`);
}
