import { AuthorizationConfigError } from './authorization-config-error.js';

const calls = new WeakMap<object, string>();

/**
 * Registers a function that returns middleware, so that `app.use(authorize)` can be distinguished from `app.use(authorize())`.
 *
 * @param call an example of a call, for the message
 * @internal for adapters
 */
export function expectCall(maker: (...args: never[]) => unknown, call: string): void {
  calls.set(maker, call);
}

/**
 * Throws when one of the handlers is a function that returns middleware.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNCALLED`
 * @internal for adapters
 */
export function checkHandlers(handlers: Iterable<unknown>): void {
  for (const handler of handlers)
    if (typeof handler === 'function' && calls.has(handler)) throw uncalled(handler);
}

/**
 * Throws when a framework calls a function that returns middleware as if it were middleware.
 *
 * @param first the first argument of the call; a framework passes a request of Express or a context of Koa or Hono
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNCALLED`
 * @internal for adapters
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
  if (typeof (req as { readonly raw?: unknown } | undefined)?.raw === 'object') return true;
  return (
    typeof headers === 'object' &&
    typeof method === 'string' &&
    (socket !== undefined || (req !== undefined && res !== undefined))
  );
}
