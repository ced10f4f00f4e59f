import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { isThenable } from '../internal/is-thenable.js';
import { locationOf } from '../locations/source-location.js';

/** The last argument of a loader that declares a parameter for it. */
export interface LoaderOptions {
  /** Aborts when the time limit of the loader ends, and when the response closes before the loader has finished. */
  readonly signal: AbortSignal;
}

/** The limits of the loaders of one request. */
export interface LoaderLimits {
  /** The time in milliseconds after which a loader fails. Default: no limit. */
  readonly loaderTimeoutMs?: number | undefined;
  /**
   * Calls the listener when the response closes, or at once if it is closed. Without it, only the time limit aborts a signal.
   *
   * @returns a function that removes the listener
   */
  onClose?(listener: () => void): () => void;
}

/** A function of the application that loads resources. */
export interface CalledLoader {
  readonly loader: (...args: never[]) => unknown;
  /** The object on which it is called, if it is a method. */
  readonly receiver?: unknown;
  readonly args: readonly unknown[];
  /** The name of the loader for messages. Default: that of the function, `findNote()`. */
  readonly name?: string;
}

/**
 * Calls a loader, within the time limit. A loader that declares a parameter after its arguments also gets a signal.
 *
 * @returns its result, or a promise of it
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_LOADER_TIMEOUT`, as a rejection
 * @internal for adapters
 */
export function callLoader(called: CalledLoader, limits: LoaderLimits): unknown {
  const { loader, receiver, args } = called;
  return limits.loaderTimeoutMs === undefined && loader.length <= args.length
    ? Reflect.apply(loader, receiver, args)
    : callWithin(called, limits);
}

async function callWithin(
  { loader, receiver, args, name = `${loader.name || 'loader'}()` }: CalledLoader,
  limits: LoaderLimits,
): Promise<unknown> {
  const { loaderTimeoutMs } = limits;
  const controller = loader.length > args.length ? new AbortController() : undefined;
  const ignoreClose = controller && limits.onClose?.(() => controller.abort());
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const given: unknown = Reflect.apply(
      loader,
      receiver,
      controller === undefined ? args : [...args, { signal: controller.signal }],
    );
    if (loaderTimeoutMs === undefined || !isThenable(given)) return await given;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const data = { loader: name, at: locationOf(loader), timeoutMs: loaderTimeoutMs };
        const error = new AuthorizationConfigError('NANOOK_HTTP_LOADER_TIMEOUT', data);
        reject(error); // before the loader can reject because of the signal
        controller?.abort(error);
      }, loaderTimeoutMs);
    });
    return await Promise.race([given, timeout]);
  } finally {
    clearTimeout(timer);
    ignoreClose?.();
  }
}
