import type { Context } from 'hono';

/** Sets `WWW-Authenticate`, which a 401 must have (RFC 9110 §15.5.2). */
export function addChallenge(c: Context, challenge: string | readonly string[] | undefined): void {
  if (challenge === undefined) return;
  c.header('WWW-Authenticate', undefined);
  for (const each of [challenge].flat()) c.header('WWW-Authenticate', each, { append: true });
}
