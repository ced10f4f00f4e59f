/** What to do when the failure of a check ends as an unhandled rejection, by the error. */
type Failures = WeakMap<object, () => void>;

/** One listener serves all copies of this package in a process: the ESM and the CommonJS one. */
const key = Symbol.for('@nanook/http/lostFailures');

/**
 * Remembers the error with which a check failed. An async function that awaits the check and that nothing awaits rejects with this
 * error, and Node would end the process: any refused user could stop the server. Its rejection calls `lose` instead.
 */
export function rememberFailure(error: unknown, lose: () => void): void {
  if (typeof error === 'object' && error !== null) failures().set(error, lose);
}

function failures(): Failures {
  const holder = process as unknown as { [key]?: Failures };
  if (holder[key] === undefined) {
    holder[key] = new WeakMap();
    // In this mode Node raises each unhandled rejection as an exception before it calls a listener.
    if (mode() !== 'strict') listen(holder[key]);
  }
  return holder[key];
}

/** Handles the rejections with failures of checks. All others are treated as they were without this listener. */
function listen(known: Failures): void {
  const areListenersDecisive = mode() !== 'warn' && mode() !== 'none';
  const listener = (reason: unknown): void => {
    const lose = typeof reason === 'object' && reason !== null ? known.get(reason) : undefined;
    if (lose !== undefined) lose();
    else if (areListenersDecisive && process.listenerCount('unhandledRejection') === 1) rejectAgain(reason);
  };
  let isRejectingAgain = false;
  /** Lets Node do what it does with a rejection for which there is no listener, as soon as it has looked at all that are due now. */
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

/** The mode of `--unhandled-rejections`, of which the last one counts. */
function mode(): string {
  const options = [process.env['NODE_OPTIONS'] ?? '', ...process.execArgv].join(' ');
  return [...options.matchAll(/--unhandled[-_]rejections[= ](\S+)/g)].at(-1)?.[1] ?? 'throw';
}
