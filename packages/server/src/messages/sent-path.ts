/** Returns the path of a target, which has a path and can have a query. */
export function sentPathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/**
 * Returns whether a path is the same as it was sent. A URL has no segments such as `..`, so a path such as `/envoy/../healthz` would reach
 * another endpoint than the one that a proxy has protected.
 *
 * @param target the path and the query as they were sent
 */
export const isAsSent = (pathname: string, target: string): boolean => sentPathOf(target) === pathname;

/**
 * Returns whether every server reads a path alike: no segments such as `..` or `..;x`, no empty segments, which some servers merge, no
 * backslash, no fragment, and no encoded letters, digits, control characters or `-._~`.
 *
 * @param encodedSlashes whether a slash and a backslash may be encoded, although some servers decode them
 */
export function isCanonicalPath(path: string, encodedSlashes: boolean): boolean {
  if (!path.startsWith('/') || path.includes('//') || /[\0-\x20\x7f\\#]/.test(path)) return false;
  if (/%(?![0-9a-f]{2})|%([01]|2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9aef])/i.test(path)) return false;
  if (!encodedSlashes && /%(2f|5c)/i.test(path)) return false;
  return !path.split('/').some((segment) => /^\.\.?(;|$)/.test(segment));
}
