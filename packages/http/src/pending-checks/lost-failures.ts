/** The function to call when an error becomes an unhandled rejection, for each error of a failed check. */
type Failures = WeakMap<object, () => void>;

/** The key of the process-wide registry, which the ES module and the CommonJS copy of this package share. */
const key = Symbol.for('@nanook/http/lostFailures');

/**
 * Registers the error of a failed check. An async function that awaits the check, but that is not awaited itself, rejects with this
 * error, and Node would end the process, so that any refused user could stop the server. Its rejection calls `lose` instead.
 */
export function rememberFailure(error: unknown, lose: () => void): void {
  const { process } = globalThis as { readonly process?: NodeJS.Process };
  // Browsers and workers report an unhandled rejection, and continue.
  if (process?.execArgv === undefined) return;
  if (typeof error === 'object' && error !== null) failuresOf(process).set(error, lose);
}

function failuresOf(process: NodeJS.Process): Failures {
  const holder = process as unknown as { [key]?: Failures };
  if (holder[key] === undefined) {
    holder[key] = new WeakMap();
    // In mode `strict`, Node throws each unhandled rejection as an exception before it calls a listener.
    if (modeOf(process) !== 'strict') listen(process, holder[key]);
  }
  return holder[key];
}

/** Handles rejections with the errors of failed checks. Other rejections have the same effect as without this listener. */
function listen(process: NodeJS.Process, known: Failures): void {
  const mode = modeOf(process);
  const areListenersDecisive = mode !== 'warn' && mode !== 'none';
  const listener = (reason: unknown): void => {
    const lose = typeof reason === 'object' && reason !== null ? known.get(reason) : undefined;
    if (lose !== undefined) lose();
    else if (areListenersDecisive && process.listenerCount('unhandledRejection') === 1) rejectAgain(reason);
  };
  let isRejectingAgain = false;
  /** Rejects again without this listener, so that Node applies its default after the rejections that are due now. */
  function rejectAgain(reason: unknown): void {
    void Promise.reject(reason as Error);
    if (isRejectingAgain) return;
    isRejectingAgain = true;
    process.nextTick(() => {
      process.off('unhandledRejection', listener);
      setImmediate(() => {
        isRejectingAgain = false;
        process.on('unhandledRejection', listener);
      });
    });
  }
  process.on('unhandledRejection', listener);
}

/** Returns the mode of `--unhandled-rejections`; the last option counts. */
function modeOf(process: NodeJS.Process): string {
  const options = [process.env['NODE_OPTIONS'] ?? '', ...process.execArgv].join(' ');
  return [...options.matchAll(/--unhandled[-_]rejections[= ](\S+)/g)].at(-1)?.[1] ?? 'throw';
}
