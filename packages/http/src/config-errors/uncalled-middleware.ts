import { AuthorizationConfigError } from './authorization-config-error.js';

const calls = new WeakMap<object, string>();

/**
 * Records how a function is called that makes middleware, so that `app.use(authorize)` can be told from `app.use(authorize())`.
 *
 * @param call an example of a call
 */
export function expectCall(maker: (...args: never[]) => unknown, call: string): void {
  calls.set(maker, call);
}

/** Throws for a function that makes middleware among these handlers. @throws {AuthorizationConfigError} `NANOOK_HTTP_UNCALLED` */
export function checkHandlers(handlers: Iterable<unknown>): void {
  for (const handler of handlers)
    if (typeof handler === 'function' && calls.has(handler)) throw uncalled(handler);
}

/**
 * Throws when a framework called a function that makes middleware as if it were middleware.
 *
 * @param first the first argument: a request of Express, or a context of Koa, if it was
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNCALLED`
 */
export function checkCalled(maker: (...args: never[]) => unknown, first: unknown): void {
  if (isRequest(first)) throw uncalled(maker);
}

const uncalled = (maker: { readonly name: string }) =>
  new AuthorizationConfigError('NANOOK_HTTP_UNCALLED', {
    name: maker.name,
    call: calls.get(maker) ?? `${maker.name}(…)`,
  });

function isRequest(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { req, res, headers, method, socket } = value as Record<string, unknown>;
  return (
    typeof headers === 'object' &&
    typeof method === 'string' &&
    (socket !== undefined || (req !== undefined && res !== undefined))
  );
}
