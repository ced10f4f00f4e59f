/**
 * Returns whether a path is the same as it was sent. A `Request` has no segments such as `..`, so a path such as `/envoy/../healthz` would
 * reach another endpoint than the one that a proxy has protected.
 *
 * @param target the path and the query as they were sent, where the platform has them
 */
export const isAsSent = (pathname: string, { target }: { readonly target?: string | undefined }): boolean =>
  target === undefined || target.split(/[?#]/, 1)[0] === pathname;

/** Returns whether a path has only one form: no segments such as `..`, no backslash, and no encoded letters, digits or `-._~`. */
export function isCanonicalPath(path: string): boolean {
  if (!path.startsWith('/') || path.includes('\\') || /[\0-\x20\x7f]/.test(path)) return false;
  if (/%(?![0-9a-f]{2})|%(2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/i.test(path)) return false;
  return !path.split('/').some((segment) => segment === '.' || segment === '..');
}
