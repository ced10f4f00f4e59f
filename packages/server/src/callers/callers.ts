import type { RequestHeaders } from '../messages/server-request.js';
import { RequestError } from '../messages/request-error.js';
import { equalInConstantTime, sha256 } from './api-keys.js';
import type { Caller, CallerOptions, Connection, Scope } from './caller.js';

/** A caller whose identity is verified. */
export interface KnownCaller {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

const known = ({ name, scopes = ['evaluate'] }: Caller): KnownCaller => ({ name, scopes: new Set(scopes) });

/**
 * Finds the caller of a request.
 *
 * @param headers those of the request
 * @param report receives the errors of `bearer` and `certificate`
 * @throws {RequestError} 401
 */
export async function authenticate(
  headers: Pick<RequestHeaders, 'get'>,
  { certificate }: Connection,
  options: CallerOptions,
  report: (error: unknown) => void,
): Promise<KnownCaller> {
  if (options.anyone !== undefined) return known({ name: 'anyone', ...options.anyone });
  const attempt = async (find: () => unknown): Promise<KnownCaller | undefined> => {
    try {
      const found = await find();
      return isCaller(found) ? known(found) : undefined;
    } catch (error) {
      report(error);
      return undefined;
    }
  };
  const token = /^Bearer +(\S+) *$/i.exec(headers.get('Authorization') ?? '')?.[1];
  const key = headers.get('X-API-Key') ?? token;
  const owner = key === undefined ? undefined : ownerOf(key, options.keys ?? []);
  if (owner !== undefined) return known(owner);
  const { bearer, certificate: callerOf } = options;
  const caller =
    (bearer !== undefined && token !== undefined ? await attempt(() => bearer(token)) : undefined) ??
    (callerOf !== undefined && certificate !== undefined
      ? await attempt(() => callerOf(certificate))
      : undefined);
  if (caller !== undefined) return caller;
  throw new RequestError(401, 'the caller is not authenticated', {
    'WWW-Authenticate':
      token === undefined ? 'Bearer realm="nanook"' : 'Bearer realm="nanook", error="invalid_token"',
  });
}

/** Returns the owner of a key. It compares all keys, so that the time does not show which one is similar. */
function ownerOf(key: string, keys: NonNullable<CallerOptions['keys']>): Caller | undefined {
  const hash = sha256(key);
  let owner: Caller | undefined;
  for (const each of keys) if (equalInConstantTime(each.sha256.toLowerCase(), hash)) owner = each;
  return owner;
}

/** Checks the result of a function of the application, because a wrong one must not authenticate anyone. */
const isCaller = (value: unknown): value is Caller =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Caller>).name === 'string';

/** @throws {RequestError} 403 for a caller without the scope */
export function requireScope({ scopes }: KnownCaller, scope: Scope): void {
  if (!scopes.has(scope)) throw new RequestError(403, `the caller needs the scope ${scope}`);
}
