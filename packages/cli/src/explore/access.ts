import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Returns a random token with 256 bits, which is the first part of the path of each address. */
export const createToken = (): string => randomBytes(32).toString('base64url');

/**
 * Returns the path of a request behind the token; undefined for another token. The comparison takes the same time for each text, because
 * different times would reveal the token step by step.
 */
export function pathBehindToken(url: string | undefined, token: string): string | undefined {
  const [, given = '', path = ''] = /^\/([^/?]*)(.*)$/s.exec(url ?? '') ?? [];
  const [a, b] = [given, token].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!) ? path : undefined;
}

/** Returns whether a request names the address of this server. A page of another host whose name leads here names its own host. */
export const namesThisHost = ({ headers: { host } }: IncomingMessage, port: number): boolean =>
  host === `127.0.0.1:${port}` || host === `localhost:${port}`;

/** Returns whether a page of this server has sent a request, and not one of another site. */
export const isFromThisPage = ({ headers: { host, origin } }: IncomingMessage): boolean =>
  origin === `http://${host}`;

/** The headers of each response. Scripts come from this server only, and no other site can show or read the page. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
